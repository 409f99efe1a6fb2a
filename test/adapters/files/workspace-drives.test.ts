import path from 'node:path';
import { expect, it } from 'vitest';
import { isOutside } from '../../../src/adapters/files/workspace.ts';

it.each([
  ['D:\\a\\repo', 'C:\\Users\\x', true],
  ['D:\\a\\repo', 'D:\\a\\other', true],
  ['D:\\a\\repo', 'D:\\a\\repo\\models\\wine.yaml', false],
  ['D:\\a\\repo', 'D:\\a\\repo\\..hidden', false],
])('on Windows, from %s to %s: outside is %s', (root, file, outside) => {
  expect(isOutside(root, file, path.win32)).toBe(outside);
});
