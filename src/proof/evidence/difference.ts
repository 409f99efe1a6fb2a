import { edge, type Interval, logLikelihood, logMostlyRare, shareOf, type Tally } from './share.ts';

/** What the old and the new predictor did in the same time. */
export interface Pair {
  readonly main: Tally;
  readonly canary: Tally;
}

/**
 * Is it out of the question, at level α and at every look, that canary's share of failures is main's plus `difference`?
 *
 * The averaged likelihood of both tallies, over the likelihood at the true pair of shares, is a martingale that starts
 * at 1, so it exceeds 1/α once in its life with a probability of at most α (Ville). A difference is excluded when that
 * holds for the pair that suits it best. This region is sharper than two intervals at α/2 each: see bench/README.md.
 */
export function isExcluded(pair: Pair, difference: number, alpha: number): boolean {
  const { main, canary } = pair;
  const mixture = logMostlyRare(main) + logMostlyRare(canary);
  return mixture - bestLikelihood(pair, difference) >= Math.log(1 / alpha);
}

/** All differences (canary's share − main's) that are not excluded. */
export function differenceInterval(pair: Pair, alpha: number): Interval {
  const inside = shareOf(pair.canary) - shareOf(pair.main);
  const isIn = (difference: number) => !isExcluded(pair, difference, alpha);
  return { lower: edge(isIn, { inside, outside: -1 }), upper: edge(isIn, { inside, outside: 1 }) };
}

const BISECTIONS = 50;

/** The largest log likelihood of all pairs of shares with that difference. It is concave in main's share. */
function bestLikelihood({ main, canary }: Pair, difference: number): number {
  let low = Math.max(0, -difference);
  let high = Math.min(1, 1 - difference);
  for (let step = 0; step < BISECTIONS; step++) {
    const share = (low + high) / 2;
    if (slope(main, share) + slope(canary, share + difference) > 0) low = share;
    else high = share;
  }
  const share = (low + high) / 2;
  return logLikelihood(main, share) + logLikelihood(canary, share + difference);
}

function slope({ trials, failures }: Tally, share: number): number {
  const successes = trials - failures;
  return (failures === 0 ? 0 : failures / share) - (successes === 0 ? 0 : successes / (1 - share));
}
