import { grouped, percentages } from '../../base/rounding.ts';
import type { Pair } from './difference.ts';
import type { Answer } from './judge.ts';
import type { Verdict } from './questions.ts';
import { type Interval, shareOf, type Tally } from './share.ts';

/** One answer in a sentence, with the figures and with what it leaves unknown. */
export function describeVerdict(verdict: Verdict): string {
  const { name, total } = verdict;
  const [main, canary] = sharesOf(total);
  return `${name}: main ${tallyOf(main)}, canary ${tallyOf(canary)}: ${outcome(verdict)}`;
}

/** `0.4 % of 5,120 requests`, of both, with the same number of decimals. */
export function describePair(pair: Pair): readonly [string, string] {
  const [main, canary] = sharesOf(pair);
  const told = (share: Share) =>
    `${tallyOf(share)}${share.count === 0 ? '' : share.count === 1 ? ' request' : ' requests'}`;
  return [told(main), told(canary)];
}

interface Share {
  readonly text: string;
  readonly count: number;
}

function sharesOf({ main, canary }: Pair): readonly [Share, Share] {
  const [first = '', second = ''] = percentages([shareOf(main), shareOf(canary)]);
  const count = ({ trials }: Tally) => (trials < 1 ? 0 : Math.round(trials));
  return [
    { text: first, count: count(main) },
    { text: second, count: count(canary) },
  ];
}

function tallyOf({ text, count }: Share): string {
  return count === 0 ? 'no requests' : `${text} of ${grouped(count)}`;
}

/** `1.2 to 9.8 points`: a difference of percentages. */
export function describeDifference({ lower, upper }: Interval): string {
  return `${points(lower)} to ${points(upper)} points`;
}

/** `1 point`, `0.5 points`. */
export function describePoints(difference: number): string {
  const text = points(difference);
  return `${text} ${text === '1' ? 'point' : 'points'}`;
}

function points(difference: number): string {
  return String(Number((difference * 100).toPrecision(2)));
}

function outcome({ answer, difference, margin, missed }: Verdict): string {
  const found = `a difference of ${describePoints(difference.upper)} or more would have been found`;
  const allowed = `${describePoints(margin)} ${points(margin) === '1' ? 'is' : 'are'} allowed`;
  const words: Readonly<Record<Answer, () => string>> = {
    worse: () => `worse by ${describeDifference(difference)}, and ${allowed}`,
    good: () => `good: ${finding(difference)}; ${found}, and ${allowed}`,
    open: () => `not decided yet: ${finding(difference)}; ${found}, and ${allowed}${further(missed, margin)}`,
    'no-data': () => 'no data',
  };
  return words[answer]();
}

/** What the requests say of the difference itself, whatever is allowed. */
function finding({ lower, upper }: Interval): string {
  if (lower > 0) return `worse by ${describeDifference({ lower, upper })}`;
  if (upper < 0) return `better by ${describeDifference({ lower: -upper, upper: -lower })}`;
  return 'no difference found';
}

function further(missed: Verdict['missed'], margin: number): string {
  if (missed?.requests === undefined) return '';
  const time = missed.seconds === undefined ? '' : ` (about ${describeSeconds(missed.seconds)})`;
  const more = grouped(Number(missed.requests.toPrecision(2)));
  return `; with ${more} more requests to canary${time}, one of ${describePoints(margin)} would be found`;
}

/** `40 s`, `12 minutes`, `3 hours`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}
