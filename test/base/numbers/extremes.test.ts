import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { leastOf, mostOf } from '../../../src/base/numbers/extremes.ts';
import { fence } from '../../../src/base/untrusted-text.ts';
import { compare } from '../../../src/proof/comparison.ts';
import { judgeAnswer } from '../../../src/proof/smoke-answer.ts';

const SOURCES = new URL('../../../src/', import.meta.url);

test('the extremes of 200,000 numbers are found, and of none there are none', () => {
  const many = Array.from({ length: 200_000 }, (_, at) => at);
  expect([leastOf(many), mostOf(many)]).toEqual([0, 199_999]);
  expect([leastOf([]), mostOf([])]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

test('a text with 200,000 runs of backticks is quoted', () => {
  expect(fence('`` x '.repeat(200_000), 'text')).toMatch(/^```text\n/);
});

test('no list of unknown length is spread into the arguments of a function', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const spread = /Math\.(?:min|max)\((?:[^()]*, )?\.\.\.|\.(?:push|unshift)\(\.\.\.|fromCharCode\(\.\.\./;
  const guilty = files.filter((name) => spread.test(readFileSync(new URL(name, SOURCES), 'utf8')));
  expect(files.length).toBeGreaterThan(200);
  expect(guilty).toEqual([]);
});

/** 200,000 rows as each server writes them. */
const ROWS = Array.from({ length: 200_000 }, (_, at) => at / 2);
const ANSWERS = [
  ['seldon', { data: { names: [], ndarray: ROWS.map((value) => [value]) } }],
  ['seldon', { data: { names: ['p'], tensor: { shape: [200_000], values: ROWS } } }],
  ['v2', { outputs: [{ name: 'p', shape: [200_000], datatype: 'FP64', data: ROWS }] }],
  [
    'v2',
    {
      outputs: ROWS.slice(0, 100_000).map((value, at) => ({
        name: `p${at}`,
        shape: [1],
        datatype: 'FP64',
        data: [value],
      })),
    },
  ],
] as const;

test.each(ANSWERS)(
  'an answer of protocol %s with 200,000 rows, or 100,000 outputs, is judged and compared',
  (protocol, said) => {
    const body = JSON.stringify(said);
    const answer = { kind: 'answer', status: 200, body, latency: 1 } as const;
    expect(judgeAnswer({ answer, protocol, signature: undefined, rows: undefined, expect: undefined }).ok).toBe(true);
    const one = { status: 200, body, latency: 1 };
    const exchanges = [{ old: one, new: one }];
    const made = compare({ old: 'main', new: 'canary', protocol, exchanges, tolerance: 0 });
    expect(made.objection).toBeUndefined();
    expect(made.answers[0]?.difference).toMatchObject({ kind: 'numbers', absolute: 0 });
  },
);
