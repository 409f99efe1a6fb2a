import { NO_TRIALS, type Tally } from './share.ts';

/** Requests that took at most so many seconds, by that bound: a histogram of Prometheus, without the infinite bucket. */
export type Buckets = ReadonlyMap<number, number>;

/** Below so many requests a 95th percentile is chance. */
const LEAST_REQUESTS = 20;
const PERCENTILE = 0.95;

/**
 * Seconds beyond which a request counts as slow: the bound next above main's 95th percentile times `ratio`.
 * Undefined where main has too few requests, or the bound would be infinite.
 */
export function slowBound(requests: number, buckets: Buckets, ratio: number): number | undefined {
  if (requests < LEAST_REQUESTS) return undefined;
  const bounds = [...buckets].sort(([a], [b]) => a - b);
  const wanted = PERCENTILE * requests;
  const at = bounds.findIndex(([, count]) => count >= wanted);
  const found = bounds[at];
  if (found === undefined) return undefined;
  const [lower, below] = bounds[at - 1] ?? [0, 0];
  const [upper, count] = found;
  const percentile = lower + ((upper - lower) * (wanted - below)) / Math.max(1, count - below);
  return bounds.find(([bound]) => bound >= percentile * ratio)?.[0];
}

/** The bound of a histogram next above what a user demands. Undefined where the histogram has none. */
export function boundAbove(seconds: number, buckets: Buckets): number | undefined {
  return [...buckets.keys()].sort((a, b) => a - b).find((bound) => bound >= seconds);
}

/** Of the requests, those that took longer than `bound` seconds. A histogram without that bound has nothing to say. */
export function slowerThan(bound: number, requests: number, buckets: Buckets): Tally {
  const fast = buckets.get(bound);
  return fast === undefined ? NO_TRIALS : { trials: requests, failures: Math.max(0, requests - fast) };
}
