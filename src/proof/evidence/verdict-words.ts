import { percent } from '../../base/percent.ts';
import type { Answer } from './judge.ts';
import type { Verdict } from './questions.ts';
import { type Interval, shareOf, type Tally } from './share.ts';

/** One answer in a sentence, with the figures and with what it leaves unknown. */
export function describeVerdict(verdict: Verdict): string {
  const { name, total } = verdict;
  return `${name}: canary ${describeTally(total.canary)}; main ${describeTally(total.main)}; ${outcome(verdict)}`;
}

/** `5 % of 300 requests`. */
export function describeTally(tally: Tally): string {
  if (tally.trials < 1) return 'no requests';
  return `${percent(shareOf(tally))} of ${Math.round(tally.trials)} requests`;
}

/** `1.2 to 9.8 pp`. */
export function describeDifference({ lower, upper }: Interval): string {
  return `${points(lower)} to ${points(upper)} pp`;
}

/** A difference of shares in percent points, without the unit: `-1.2`. */
function points(difference: number): string {
  return String(Number((difference * 100).toPrecision(2)));
}

function outcome({ answer, difference, margin, missed }: Verdict): string {
  const words: Readonly<Record<Answer, () => string>> = {
    worse: () => `worse by ${describeDifference(difference)}, and ${points(margin)} pp are allowed`,
    good: () => `good: at most ${points(difference.upper)} pp more`,
    open: () => `open: up to ${points(difference.upper)} pp more would not have been seen${further(missed, margin)}`,
    'no-data': () => 'no data',
  };
  return words[answer]();
}

function further(missed: Verdict['missed'], margin: number): string {
  if (missed?.requests === undefined) return '';
  const time = missed.seconds === undefined ? '' : `, about ${describeSeconds(missed.seconds)},`;
  return `; ${missed.requests} more requests to canary${time} would show ${points(margin)} pp`;
}

/** `40 s`, `12 minutes`, `3 hours`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}
