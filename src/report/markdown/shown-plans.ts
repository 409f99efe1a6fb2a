import { bodiesOfTargets } from './targets.ts';

/** As `planMark` writes it. */
const MARK = /^<!-- plan ((?:[0-9a-f]{16}-){4}[0-9a-f]{16}) -->$/;
const OF_ONE_OBJECT = '<!-- mlflow-to-seldon: plan of ';

/** The plans that one of our comments shows: of its object, or of each target. */
export function plansIn(comment: string): readonly string[] {
  const lines = comment.split(/\r?\n/);
  // The marker, the headline and the plan, with an empty line between two of them.
  if (comment.startsWith(OF_ONE_OBJECT)) return planAt(lines, 4);
  return bodiesOfTargets(comment).flatMap((body) => planAt(body.split('\n'), 2));
}

function planAt(lines: readonly string[], at: number): readonly string[] {
  const plan = MARK.exec(lines[at] ?? '')?.[1];
  return plan === undefined ? [] : [plan];
}
