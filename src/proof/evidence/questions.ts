import { addCounted, type Counted, NOTHING_COUNTED } from './counters.ts';
import { differenceInterval, type Pair } from './difference.ts';
import { type Missed, missedBy } from './duration.ts';
import { ALPHA, type Answer, holdsStep, judge, type Rule, totalOf } from './judge.ts';
import { slowerThan } from './latency.ts';
import type { Interval } from './share.ts';

/** What main and canary did in one step of the rollout. */
export interface StepCounts {
  /** Of main, canary. */
  readonly main: Counted;
  readonly canary: Counted;
  /** Gets main requests in this step? Where canary has all of them, it is compared with what main did before. */
  readonly asksMain: boolean;
}

/** A share that is compared: failed requests, slow requests, or what the user asks. */
export interface Question {
  /** `failed requests`, `slower than 250 ms`. */
  readonly name: string;
  /** Differences that a team accepts. */
  readonly margin: number;
  /** Of each step, the first one first. */
  readonly steps: readonly Pair[];
  /** Must the last step have requests to main as well? */
  readonly asksMain: boolean;
}

/** The answer to one question, with the figures. */
export interface Verdict {
  readonly name: string;
  readonly answer: Answer;
  /** Is canary, or may it with half a failure more be, worse by more than the margin in these requests? */
  readonly speaksAgainst: boolean;
  readonly margin: number;
  readonly alpha: number;
  /** Both, over the whole rollout so far. */
  readonly total: Pair;
  /** Differences (canary − main) that are not excluded. */
  readonly difference: Interval;
  /** What an open answer leaves unknown. */
  readonly missed: Missed | undefined;
}

/** By how much canary's share of slow requests may exceed main's: up to it, canary's 95th percentile is fast. */
const LATENCY_MARGIN = 0.05;

export const NO_STEP: StepCounts = { main: NOTHING_COUNTED, canary: NOTHING_COUNTED, asksMain: true };

export function addToStep(step: StepCounts, main: Counted, canary: Counted): StepCounts {
  return { ...step, main: addCounted(step.main, main), canary: addCounted(step.canary, canary) };
}

export function failureQuestion(steps: readonly StepCounts[], margin: number): Question {
  const tally = ({ requests, failures }: Counted) => ({ trials: requests, failures });
  return { name: 'failed requests', margin, asksMain: asksMain(steps), steps: steps.map(pairOf(tally)) };
}

/** @param bound seconds; one of the histogram's */
export function latencyQuestion(steps: readonly StepCounts[], bound: number): Question {
  const tally = ({ requests, buckets }: Counted) => slowerThan(bound, requests, buckets);
  const name = `slower than ${bound < 1 ? `${Math.round(bound * 1000)} ms` : `${bound} s`}`;
  return { name, margin: LATENCY_MARGIN, asksMain: asksMain(steps), steps: steps.map(pairOf(tally)) };
}

function asksMain(steps: readonly StepCounts[]): boolean {
  return steps.at(-1)?.asksMain ?? true;
}

function pairOf(tally: (counted: Counted) => Pair['main']): (step: StepCounts) => Pair {
  return ({ main, canary }) => ({ main: tally(main), canary: tally(canary) });
}

/**
 * The answers to all questions. They share the probability of a wrong verdict, so that it holds for the rollout.
 * @param elapsed seconds in which the requests of all steps came
 */
export function answersTo(questions: readonly Question[], elapsed: number): readonly Verdict[] {
  const alpha = ALPHA / Math.max(1, questions.length);
  return questions.map(({ name, margin, steps, asksMain: needsMain }) => {
    const rule: Rule = { margin, alpha };
    const total = totalOf(steps);
    const answer = answerOf(steps, rule, needsMain);
    return {
      name,
      answer,
      speaksAgainst: holdsStep(steps, margin),
      margin,
      alpha,
      total,
      difference: differenceInterval(total, alpha),
      missed: answer === 'open' ? missedBy(total, elapsed, rule) : undefined,
    };
  });
}

/** What earlier steps saw is no data of this one, unless it is bad enough already. */
function answerOf(steps: readonly Pair[], rule: Rule, needsMain: boolean): Answer {
  const answer = judge(steps, rule);
  const last = steps.at(-1);
  const isSilent = last === undefined || last.canary.trials === 0 || (needsMain && last.main.trials === 0);
  return isSilent && answer !== 'worse' ? 'no-data' : answer;
}
