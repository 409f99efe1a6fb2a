import { isExcluded, type Pair } from './difference.ts';
import { add, NO_TRIALS, shareOf, type Tally } from './share.ts';

/** `open`: neither good nor worse is shown yet. `no-data`: one of both was not asked. */
export type Answer = 'good' | 'worse' | 'open' | 'no-data';

export interface Rule {
  /** By how much canary's share may exceed main's. */
  readonly margin: number;
  /** Probability with which a verdict may be wrong in a whole rollout. */
  readonly alpha: number;
}

/** Probability with which the verdicts of one rollout may be wrong, over all questions and looks. */
export const ALPHA = 0.05;

/** What is exactly at the margin is within it, though 0.06 + 0.01 is less than 0.07 to a computer. */
const ROUNDING = 1e-9;

/**
 * Is canary as good as main? May be asked again after every request.
 * @param steps what both did in each step: within one, both were asked in the same time and by the same shares
 */
export function judge(steps: readonly Pair[], { margin, alpha }: Rule): Answer {
  const total = totalOf(steps);
  const { main, canary } = total;
  if (main.trials < 1 || canary.trials < 1) return 'no-data';
  if (speaksAgainst(steps, margin)) return isExcluded(total, 0, alpha) ? 'worse' : 'open';
  const estimate = shareOf(canary) - shareOf(main);
  const within = estimateWithin(steps) ?? estimate;
  if (Math.max(estimate, within) >= margin) return 'open';
  return isExcluded(total, margin, alpha) ? 'good' : 'open';
}

/** Do the requests so far, few as they are, show canary worse by more than the margin? False where one was not asked. */
export function speaksAgainst(steps: readonly Pair[], margin: number): boolean {
  const { main, canary } = totalOf(steps);
  if (main.trials < 1 || canary.trials < 1) return false;
  const estimate = shareOf(canary) - shareOf(main);
  return Math.min(estimate, estimateWithin(steps) ?? estimate) > margin + ROUNDING;
}

/** What a count of failures may be short of what the share of failures is: half the step between two counts. */
const CONTINUITY = 0.5;

/**
 * Do the requests so far hold a step? As `speaksAgainst`, with half a failure more than canary had: a share of few requests
 * is known only in steps of one failure, and with 50 requests one step is 2 pp. A canary without a failure is never held.
 */
export function holdsStep(steps: readonly Pair[], margin: number): boolean {
  const { canary } = totalOf(steps);
  return canary.failures > 0 && speaksAgainst(steps, margin - CONTINUITY / canary.trials);
}

export function totalOf(steps: readonly Pair[]): Pair {
  const sum = (of: (pair: Pair) => Tally) => steps.map(of).reduce(add, NO_TRIALS);
  return { main: sum(({ main }) => main), canary: sum(({ canary }) => canary) };
}

/**
 * The difference within the steps (Mantel and Haenszel): an incident that hits both alike in the step where canary has
 * its largest share would make the sums differ. Undefined where no step had requests to both.
 */
function estimateWithin(steps: readonly Pair[]): number | undefined {
  let weights = 0;
  let sum = 0;
  for (const { main, canary } of steps) {
    if (main.trials === 0 || canary.trials === 0) continue;
    const weight = (main.trials * canary.trials) / (main.trials + canary.trials);
    weights += weight;
    sum += weight * (shareOf(canary) - shareOf(main));
  }
  return weights === 0 ? undefined : sum / weights;
}
