import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '-z', '--', ':!dist', ':!package-lock.json'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && !path.startsWith('test/contract/'));

function mentions(pattern: RegExp, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => pattern.test(readFileSync(`${ROOT}${path}`, 'utf8')));
}

it('has no postponed work in the code', () => {
  expect(
    mentions(
      /\b(TODO|FIXME|XXX|HACK)\b/,
      tracked.filter((path) => /\.(ts|yml|sh)$/.test(path)),
    ),
  ).toEqual([]);
});

it('mocks no module and skips no test', () => {
  const tests = tracked.filter((path) => path.startsWith('test/'));
  expect(mentions(/\bvi\.(mock|doMock|spyOn|hoisted)\(|\b(it|test|describe)\.(skip|todo|only)\b/, tests)).toEqual([]);
});

it('names no path of the machine it was written on', () => {
  expect(
    mentions(
      /\/(work|root|home\/[a-z]+)\//,
      tracked.filter((path) => !path.startsWith('test/fixtures/')),
    ),
  ).toEqual([]);
});
