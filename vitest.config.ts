import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PlainReporter } from './test/support/plain-reporter.ts';

/** The files that take longest, whatever runs beside them. */
const LONGEST = ['cut-short.test.ts', 'others-change.test.ts', 'emergency.test.ts'];

/** They begin first, so that nothing waits for them at the end: a fresh clone knows no times to sort by. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification) => LONGEST.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/integration/**'],
    // These limits only end a test that hangs. A test that must be quick measures processor time.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
    // Scenarios mostly wait for processes of their own; and no test mocks a module, so that files may share a worker.
    maxWorkers: 4,
    isolate: false,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new PlainReporter()],
  },
});
