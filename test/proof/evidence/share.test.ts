import { expect, it } from 'vitest';
import { shareInterval } from '../../../src/proof/evidence/share.ts';

// Computed with scipy 1.17 (Brent's method), independently of this code.
it.each([
  [0, 20, 0.025, 0, 0.250439],
  [0, 200, 0.025, 0, 0.033965],
  [1, 20, 0.025, 0.00008, 0.35731],
  [5, 200, 0.025, 0.00279, 0.086975],
  [20, 20, 0.025, 0.749561, 1],
  [50, 1000, 0.025, 0.027843, 0.080937],
  [3, 10_000, 0.025, 0.000007, 0.001667],
  [500, 100_000, 0.005, 0.004014, 0.006135],
  [10, 20, 0.05, 0.193004, 0.806996],
])('%s failures of %s requests at level %s are a share from %s to %s', (failures, trials, alpha, lower, upper) => {
  const interval = shareInterval({ failures, trials }, alpha);
  expect(interval.lower).toBeCloseTo(lower, 6);
  expect(interval.upper).toBeCloseTo(upper, 6);
});

it('no requests say nothing about a share', () => {
  expect(shareInterval({ failures: 0, trials: 0 }, 0.05)).toEqual({ lower: 0, upper: 1 });
});
