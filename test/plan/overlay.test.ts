import { describe, expect, it } from 'vitest';
import { canonicalJson, contains, equal } from '../../src/base/json-value.ts';
import { overlay } from '../../src/plan/overlay.ts';

describe('overlay', () => {
  const cases: readonly [what: string, live: unknown, ours: unknown, previous: unknown, merged: unknown][] = [
    ['takes ours where both speak', { a: 1 }, { a: 2 }, undefined, { a: 2 }],
    ['keeps what only the live object has', { a: 1, b: 2 }, { a: 1 }, undefined, { a: 1, b: 2 }],
    ['drops what we wrote and write no longer', { a: 1, b: 2 }, { a: 1 }, { b: 2 }, { a: 1 }],
    ['keeps what we wrote and somebody changed since', { b: 3 }, {}, { b: 2 }, { b: 3 }],
    [
      'drops only our part of a nested value',
      { m: { ours: 1, theirs: 2 } },
      {},
      { m: { ours: 1 } },
      { m: { theirs: 2 } },
    ],
    [
      'merges named lists by name, live order first',
      { env: [{ name: 'x', v: 1 }, { name: 'y' }] },
      { env: [{ name: 'z' }, { name: 'x', w: 2 }] },
      undefined,
      { env: [{ name: 'x', v: 1, w: 2 }, { name: 'y' }, { name: 'z' }] },
    ],
    [
      'drops our own item of a named list',
      { env: [{ name: 'x' }, { name: 'y' }] },
      { env: [] },
      { env: [{ name: 'x' }] },
      { env: [{ name: 'y' }] },
    ],
    [
      'merges component specs by position',
      { componentSpecs: [{ spec: { a: 1 } }, { spec: { b: 1 } }] },
      { componentSpecs: [{ spec: { a: 2 } }] },
      undefined,
      { componentSpecs: [{ spec: { a: 2 } }, { spec: { b: 1 } }] },
    ],
    ['replaces any other list', [1, 2], [3], undefined, [3]],
    [
      'takes a probe as a whole',
      { livenessProbe: { tcpSocket: { port: 1 } } },
      { livenessProbe: { httpGet: { port: 2 } } },
      undefined,
      { livenessProbe: { httpGet: { port: 2 } } },
    ],
    ['replaces a value of another kind', { a: [1] }, { a: { b: 1 } }, undefined, { a: { b: 1 } }],
    ['is ours where nothing is live', undefined, { a: 1 }, { b: 1 }, { a: 1 }],
  ];
  it.each(cases)('%s', (_, live, ours, previous, merged) => {
    expect(overlay(live, ours, previous)).toEqual(merged);
  });

  it('changes nothing when laid over its own result', () => {
    const live = { a: { b: [{ name: 'x', v: 1 }] }, c: 2 };
    const once = overlay<unknown>(live, { a: { b: [{ name: 'x', w: 1 }] } });
    expect(overlay<unknown>(once, { a: { b: [{ name: 'x', w: 1 }] } })).toEqual(once);
  });
});

it('compares values whatever the order of their keys', () => {
  expect(equal({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toBe(true);
  expect(equal({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(equal([1, 2], [2, 1])).toBe(false);
  expect(canonicalJson({ b: 1, a: { d: 1, c: 2 } })).toBe('{"a":{"c":2,"d":1},"b":1}');
});

it('finds a part in a whole', () => {
  expect(contains({ a: { b: 1, c: 2 } }, { a: { b: 1 } })).toBe(true);
  expect(contains({ a: { c: 2 } }, { a: { b: 1 } })).toBe(false);
});
