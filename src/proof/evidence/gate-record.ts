import type { Verdict } from './questions.ts';
import type { StepDecision } from './step-decision.ts';
import { describeVerdict } from './verdict-words.ts';

/** How the requests of one step were judged. */
export interface GateRecord {
  /** `main 75 %, canary 25 %`. */
  readonly stage: string;
  readonly decision: Exclude<StepDecision, 'hold'>;
  /** Where the requests were counted: `Prometheus`, `the executors`. */
  readonly source: string;
  readonly verdicts: readonly Verdict[];
  /** Why there are no figures; undefined where there are. */
  readonly problem: string | undefined;
}

/** The record in one line of the log. */
export function describeGate({ verdicts, problem }: GateRecord): string {
  const told = verdicts.filter(({ answer }) => answer === 'worse' || verdicts.every((one) => one.answer !== 'worse'));
  return [...(problem === undefined ? [] : [problem]), ...told.map(describeVerdict)].join('. ');
}
