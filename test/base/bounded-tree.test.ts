import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { exceeds } from '../../src/base/json/bounded-tree.ts';

const SIZE = { size: 100_000 };

describe('the bound for values of a foreign text', () => {
  it('lets plain values pass, and counts each repetition of an alias', () => {
    expect(exceeds({ a: [1, 'b', { c: null }] }, SIZE)).toBe(false);
    const text = 'x'.repeat(1000);
    expect(exceeds(load(`a: &a ${text}\nb: [*a, *a]`), SIZE)).toBe(false);
    expect(exceeds(load(`a: &a ${text}\nb: [${Array.from({ length: 99 }, () => '*a').join(', ')}]`), SIZE)).toBe(true);
  });

  it('finds a value that contains itself, and one that is too deep', () => {
    expect(exceeds(load('a: &a {b: *a}'), SIZE)).toBe(true);
    let deep: unknown = 1;
    for (let level = 0; level < 101; level++) deep = [deep];
    expect(exceeds(deep, SIZE)).toBe(true);
  });
});
