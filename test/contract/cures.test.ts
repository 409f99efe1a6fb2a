import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/workflows.ts';

/** The end of a run that somebody stopped has no cure. */
const STOPPED = /^\s*'aborted'/;

/** The arguments of each `new UserError(…)` in a file. */
function errorsIn(text: string): readonly string[] {
  return [...text.matchAll(/new UserError\(/g)].map(({ index }) => {
    const from = text.indexOf('(', index);
    let [at, open] = [from, 0];
    do {
      if (text[at] === '(') open++;
      if (text[at] === ')') open--;
      at++;
    } while (open > 0);
    return text.slice(from + 1, at - 1);
  });
}

it('each failure that a person can meet has a cure', () => {
  const errors = globSync('src/**/*.ts', { cwd: ROOT }).flatMap((path) =>
    errorsIn(readFileSync(join(ROOT, path), 'utf8')).map((text) => ({ path, text })),
  );
  expect(errors.length).toBeGreaterThan(150);
  expect(errors.filter(({ text }) => !/\bhint\b/.test(text) && !STOPPED.test(text))).toEqual([]);
});
