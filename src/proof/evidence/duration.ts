import { differenceInterval, type Pair } from './difference.ts';
import { judge, type Rule } from './judge.ts';
import { type Interval, shareOf } from './share.ts';

/** More requests than anybody waits for. */
const MOST_REQUESTS = 1e8;

/**
 * Requests of canary until a canary as good as main is shown to be good, about: with the expected counts.
 * @param share of failures that main has
 * @param ratio main's requests for each of canary's
 * @returns undefined where no number of requests shows it
 */
export function requestsUntilGood(share: number, ratio: number, rule: Rule): number | undefined {
  const isGood = (trials: number) => judge([expected(trials, share, ratio)], rule) === 'good';
  if (rule.margin <= 0 || ratio <= 0) return undefined;
  let high = 1;
  while (!isGood(high)) {
    if (high >= MOST_REQUESTS) return undefined;
    high *= 2;
  }
  let low = high / 2;
  // Two digits are more than the estimate holds.
  while (high - low > Math.max(1, high / 100)) {
    const middle = (low + high) / 2;
    if (isGood(middle)) high = middle;
    else low = middle;
  }
  return Math.ceil(high);
}

function expected(trials: number, share: number, ratio: number): Pair {
  return {
    main: { trials: trials * ratio, failures: trials * ratio * share },
    canary: { trials, failures: trials * share },
  };
}

/** What an open verdict leaves unknown. */
export interface Missed {
  /** Differences that the requests so far do not exclude. */
  readonly difference: Interval;
  /** Further requests of canary that would show a canary as good as main to be good; undefined where none would. */
  readonly requests: number | undefined;
  /** Seconds until then, at the pace so far. */
  readonly seconds: number | undefined;
}

/** @param elapsed seconds in which these requests came */
export function missedBy(pair: Pair, elapsed: number, rule: Rule): Missed {
  const { main, canary } = pair;
  const difference = differenceInterval(pair, rule.alpha);
  if (canary.trials === 0) return { difference, requests: undefined, seconds: undefined };
  const needed = requestsUntilGood(shareOf(main), main.trials / canary.trials, rule);
  if (needed === undefined) return { difference, requests: undefined, seconds: undefined };
  const requests = Math.max(1, needed - canary.trials);
  return { difference, requests, seconds: elapsed > 0 ? (requests * elapsed) / canary.trials : undefined };
}

/**
 * Seconds a step takes until a canary as good as main is shown to be good.
 * @param perSecond requests a second to main and canary together
 * @param traffic canary's share, from 0 to 1
 */
export function secondsUntilGood(
  { perSecond, traffic, share }: { readonly perSecond: number; readonly traffic: number; readonly share: number },
  rule: Rule,
): number | undefined {
  if (perSecond <= 0 || traffic <= 0 || traffic >= 1) return undefined;
  const requests = requestsUntilGood(share, (1 - traffic) / traffic, rule);
  return requests === undefined ? undefined : requests / (perSecond * traffic);
}
