import type { Pair } from '../../src/proof/evidence/difference.ts';
import { ALPHA, holdsStep, judge, totalOf } from '../../src/proof/evidence/judge.ts';
import { shareInterval, shareOf } from '../../src/proof/evidence/share.ts';
import { decideStep, type GatePolicy } from '../../src/proof/evidence/step-decision.ts';

/** One look at a rollout. */
export interface Look {
  /** What main and canary did in each step so far; the last one is the current one. */
  readonly steps: readonly Pair[];
  /** Requests of canary that a step is planned to have. */
  readonly perStep: number;
  /** Is the step as long as planned, or longer? */
  readonly isStepOver: boolean;
  /** Is the time over for which a step may be held? */
  readonly isLimitOver: boolean;
}

export type Move = 'hold' | 'advance' | 'return';

/** A way to decide about a canary. `start` makes the decision of one rollout, which may count. */
export interface GateRule {
  readonly name: string;
  readonly start: () => (look: Look) => Move;
}

const MARGIN = 0.01;
/** Failures and latency are asked, so each has half of the level. */
const QUESTIONS = 2;

export const RULES: readonly GateRule[] = [
  { name: 'ours', start: () => ours('auto') },
  { name: 'ours, `gate: strict`', start: () => ours('strict') },
  { name: 'two intervals, held', start: () => twoIntervals },
  { name: 'old rule: two estimates, once a step', start: () => twoEstimates },
  { name: 'z-test at 5 %, every 20 requests', start: () => zTest },
  { name: 'Flagger: 99 % success, 5 failed checks', start: flagger },
];

function ours(policy: GatePolicy): (look: Look) => Move {
  return ({ steps, isStepOver, isLimitOver }) => {
    const answer = judge(steps, { margin: MARGIN, alpha: ALPHA / QUESTIONS });
    const elapsed = isLimitOver ? 2 : isStepOver ? 1 : 0;
    const rule = {
      policy,
      noData: 'fail',
      interval: 1,
      limit: 2,
      speaksAgainst: holdsStep(steps, MARGIN),
    } as const;
    const decision = decideStep([answer], elapsed, rule);
    return decision === 'hold' || decision === 'advance' ? decision : 'return';
  };
}

/** One confidence sequence for each share, at half the level: the plain form of the test, to show what ours gains. */
function twoIntervals({ steps, isStepOver, isLimitOver }: Look): Move {
  const { main, canary } = totalOf(steps);
  const alpha = ALPHA / QUESTIONS / 2;
  const [ofMain, ofCanary] = [shareInterval(main, alpha), shareInterval(canary, alpha)];
  if (ofCanary.lower > ofMain.upper && shareOf(canary) - shareOf(main) > MARGIN) return 'return';
  if (!isStepOver) return 'hold';
  if (ofCanary.upper - ofMain.lower <= MARGIN) return 'advance';
  return isLimitOver ? 'return' : 'hold';
}

/** What this action did before: canary's share of failures in the step must not exceed main's by more than 1 pp. */
function twoEstimates({ steps, isStepOver }: Look): Move {
  const step = steps.at(-1);
  if (!isStepOver || step === undefined) return 'hold';
  return shareOf(step.canary) > shareOf(step.main) + MARGIN ? 'return' : 'advance';
}

/** One-sided, pooled, as it stands in textbooks for one look, and here asked at each. */
function zTest({ steps, isStepOver }: Look): Move {
  const { main, canary } = totalOf(steps);
  const pooled = (main.failures + canary.failures) / (main.trials + canary.trials);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / main.trials + 1 / canary.trials));
  if (error > 0 && (shareOf(canary) - shareOf(main)) / error > 1.645) return 'return';
  return isStepOver ? 'advance' : 'hold';
}

/** A check at the end of each interval. One that fails keeps the canary where it is; the fifth returns it. */
function flagger(): (look: Look) => Move {
  let failed = 0;
  let checked = { trials: 0, failures: 0 };
  let step = 0;
  return ({ steps, perStep }) => {
    const now = steps.at(-1)?.canary ?? checked;
    if (steps.length !== step) [step, checked] = [steps.length, { trials: 0, failures: 0 }];
    const window = { trials: now.trials - checked.trials, failures: now.failures - checked.failures };
    if (window.trials < perStep) return 'hold';
    checked = now;
    if (1 - shareOf(window) >= 0.99) return 'advance';
    failed++;
    return failed >= 5 ? 'return' : 'hold';
  };
}
