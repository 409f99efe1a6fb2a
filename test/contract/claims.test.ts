import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/workflows.ts';

/** docs/security.md and SECURITY.md: each claim names its test, or says that there is no defence. */

const SECURITY = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');

/** The rows of the table below a heading, cell by cell; a pipe in a cell is escaped. */
function rowsBelow(heading: string, table = 0): readonly (readonly string[])[] {
  const [, section = ''] = SECURITY.split(`\n${heading}\n`);
  const tables = (section.split(/\n## /)[0] ?? '').match(/(?:^\|.*\n)+/gm) ?? [];
  const [, , ...rows] = (tables[table] ?? '').trim().split('\n');
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const THREATS = rowsBelow('## Threats');

describe('the table of threats', () => {
  it('has many rows', () => {
    expect(THREATS.length).toBeGreaterThan(25);
  });

  it.each(THREATS.map((row) => row as [string, string, string]))(
    '%s: has tests that exist, or no defence',
    (_, what, tests = '') => {
      const named = [...tests.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
      if (/\*\*not defended\*\*|^trusted$/.test(what)) expect(named).toEqual([]);
      else expect(named.length).toBeGreaterThan(0);
      for (const path of named) {
        expect(existsSync(join(ROOT, path)), path).toBe(true);
        expect(readFileSync(join(ROOT, path), 'utf8')).toMatch(/\b(?:it|story|describe)\b/);
      }
    },
  );

  it('names every file of test/attacks', () => {
    const all = ['comments', 'emergency', 'events', 'registry', 'roles', 'targets', 'texts', 'twice'];
    for (const name of all) expect(SECURITY).toContain(`test/attacks/${name}.test.ts`);
  });
});

describe('what somebody gains by a role', () => {
  it.each(rowsBelow('## Threats', 1).map((row) => row as [string, string, string]))(
    '%s: says both',
    (_, gains, not) => {
      expect([gains, not].every((cell) => cell.length > 3)).toBe(true);
    },
  );
});

it('SECURITY.md names no input that does not exist', () => {
  const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
  const action = readFileSync(join(ROOT, 'action.yml'), 'utf8');
  for (const [, name] of text.matchAll(/`(allow-[a-z-]+|require-[a-z-]+|public-details)`/g))
    expect(action).toContain(`\n  ${name}:`);
});
