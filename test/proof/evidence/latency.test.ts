import { describe, expect, it } from 'vitest';
import { boundAbove, slowBound, slowerThan } from '../../../src/proof/evidence/latency.ts';

const BUCKETS = new Map([
  [0.025, 90],
  [0.005, 10],
  [0.01, 60],
  [0.05, 99],
  [0.1, 100],
]);

describe('the bound of slow requests', () => {
  it.each([
    ['is the bucket next above main’s 95th percentile', 1, 0.05],
    ['may be so many times as slow', 1.5, 0.1],
    ['is unknown beyond the last bucket', 100, undefined],
  ])('%s', (_, ratio, bound) => {
    expect(slowBound(100, BUCKETS, ratio)).toBe(bound);
  });

  it('is unknown while main has few requests', () => {
    expect(slowBound(19, BUCKETS, 1)).toBeUndefined();
  });

  it('of a user is the bucket next above it', () => {
    expect(boundAbove(0.02, BUCKETS)).toBe(0.025);
    expect(boundAbove(0.05, BUCKETS)).toBe(0.05);
    expect(boundAbove(3, BUCKETS)).toBeUndefined();
  });
});

it('a request slower than the bound is a failure of its own kind', () => {
  expect(slowerThan(0.025, 100, BUCKETS)).toEqual({ trials: 100, failures: 10 });
  // A histogram without that bucket has nothing to say.
  expect(slowerThan(0.5, 100, BUCKETS)).toEqual({ trials: 0, failures: 0 });
});
