import { inline } from '../../base/untrusted-text.ts';
import { describeSeconds } from '../../proof/evidence/verdict-words.ts';
import type { Report } from '../report.ts';

/** How a rollout in steps goes on: the step in progress, how long it lasts, and the next one. */
export function paceLine({ pace, outcome }: Report): readonly string[] {
  if (pace === undefined || outcome !== 'under-way') return [];
  const { steps, at, interval, limit, end } = pace;
  const most = limit === undefined || limit <= interval ? '' : `, ${describeSeconds(limit)} at most`;
  const next = steps[at + 1];
  const then = next === undefined ? 'a person decides: it is the last step' : inline(next, 100);
  return [
    `**Pace:** step ${at + 1} of ${steps.length} (${inline(steps[at] ?? '', 100)}); each step takes ${describeSeconds(interval)} at least${most}. ` +
      `From ${timeOf(end)} UTC at the earliest: ${then}.`,
  ];
}

/** `15:28`. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 16);
}
