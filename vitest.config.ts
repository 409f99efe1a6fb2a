import { defineConfig } from 'vitest/config';
import { PlainReporter } from './test/support/plain-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/integration/**'],
    testTimeout: 30_000,
    // Scenarios mostly wait for processes of their own; and no test mocks a module, so that files may share a worker.
    maxWorkers: 4,
    isolate: false,
    reporters: ['default', new PlainReporter()],
  },
});
