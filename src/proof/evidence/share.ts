import { logBeta } from './log-gamma.ts';

/** How many trials (requests) there were, and how many of them failed. */
export interface Tally {
  readonly trials: number;
  readonly failures: number;
}

/** Two shares or differences, the lower one first. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Beta distribution over which the likelihood is averaged. Any one keeps the promise; it decides where a test is sharp. */
export interface Prior {
  readonly a: number;
  readonly b: number;
}

/** Jeffreys: no share is expected more than another. */
export const EVEN: Prior = { a: 0.5, b: 0.5 };
/** Small shares are expected, as failures are: a failing canary is seen with half the requests (bench/README.md). */
const RARE: Prior = { a: 0.5, b: 10 };
/** What of the average is over the rare shares. The rest keeps a share near 1 from being a surprise for long. */
const RARE_WEIGHT = 0.8;

export const NO_TRIALS: Tally = { trials: 0, failures: 0 };

/** Bisections until two doubles are next to each other. */
const BISECTIONS = 60;

export function add(one: Tally, other: Tally): Tally {
  return { trials: one.trials + other.trials, failures: one.failures + other.failures };
}

/** Share of failures, from 0 to 1; 0 without trials. */
export function shareOf({ trials, failures }: Tally): number {
  return trials > 0 ? failures / trials : 0;
}

/** Logarithm of the likelihood of these trials, averaged over the prior. */
export function logMixture({ trials, failures }: Tally, { a, b }: Prior): number {
  return logBeta(a + failures, b + trials - failures) - logBeta(a, b);
}

/** The same, averaged over a mixture of both priors: most shares are small, and some are not. */
export function logMostlyRare(tally: Tally): number {
  const [rare, even] = [
    Math.log(RARE_WEIGHT) + logMixture(tally, RARE),
    Math.log(1 - RARE_WEIGHT) + logMixture(tally, EVEN),
  ];
  const most = Math.max(rare, even);
  return most + Math.log(Math.exp(rare - most) + Math.exp(even - most));
}

/** Logarithm of the likelihood of these trials at one share. */
export function logLikelihood({ trials, failures }: Tally, share: number): number {
  return times(failures, share) + times(trials - failures, 1 - share);
}

/** What never happened has no weight, even at share 0. */
function times(count: number, share: number): number {
  return count === 0 ? 0 : count * Math.log(share);
}

/**
 * The beta-binomial mixture confidence sequence for one share: with probability 1 − α the true share is in it at every
 * look (Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", 2021).
 */
export function shareInterval(tally: Tally, alpha: number): Interval {
  const estimate = shareOf(tally);
  const mixture = logMixture(tally, EVEN);
  const isIn = (share: number) => mixture - logLikelihood(tally, share) < Math.log(1 / alpha);
  return {
    lower: tally.failures === 0 || tally.trials === 0 ? 0 : edge(isIn, { inside: estimate, outside: 0 }),
    upper: tally.failures === tally.trials ? 1 : edge(isIn, { inside: estimate, outside: 1 }),
  };
}

/** Where a set that holds `inside` ends on the way to `outside`, by bisection. */
export function edge(
  isIn: (value: number) => boolean,
  { inside, outside }: { readonly inside: number; readonly outside: number },
): number {
  let [near, far] = [inside, outside];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (near + far) / 2;
    if (isIn(middle)) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
}
