import type { Answer } from './judge.ts';

/** `auto`: an open question holds a canary only while the figures speak against it. `strict`: a step is held until every answer is good. */
export type GatePolicy = 'auto' | 'strict';

export interface StepRule {
  readonly policy: GatePolicy;
  /** What it means when main or canary was not asked. */
  readonly noData: 'fail' | 'pass';
  /** Seconds a step lasts. */
  readonly interval: number;
  /** Seconds a step may be held. */
  readonly limit: number;
  /** Do these requests, too few to show that canary is worse, hold the step? */
  readonly speaksAgainst: boolean;
}

/** `hold`: look again later. `advance`: go on to the next step. Others: give the requests back to main, and why. */
export type StepDecision = 'hold' | 'advance' | 'worse' | 'no-data' | 'undecided';

/**
 * What becomes of a step. Asked at every look.
 * @param answers to each question
 * @param elapsed seconds since the step began
 */
export function decideStep(answers: readonly Answer[], elapsed: number, rule: StepRule): StepDecision {
  const { policy, noData, interval, limit, speaksAgainst } = rule;
  if (answers.includes('worse')) return 'worse';
  if (elapsed < interval) return 'hold';
  const isSilent = answers.includes('no-data');
  if (policy === 'auto') {
    if (isSilent && noData === 'fail') return 'no-data';
    if (!speaksAgainst) return 'advance';
    return elapsed < limit ? 'hold' : 'undecided';
  }
  if (answers.every((answer) => answer === 'good')) return 'advance';
  if (elapsed < limit) return 'hold';
  if (!isSilent) return 'undecided';
  return noData === 'pass' && answers.every((answer) => answer !== 'open') ? 'advance' : 'no-data';
}
