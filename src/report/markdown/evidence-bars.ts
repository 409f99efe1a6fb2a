import { mostOf } from '../../base/numbers/extremes.ts';
import { percentages } from '../../base/rounding.ts';
import type { Verdict } from '../../proof/evidence/questions.ts';
import { type Interval, shareInterval, shareOf } from '../../proof/evidence/share.ts';

/** What the signs of the bars mean. */
export const LEGEND = '● measured   ─ the true share may be here';

/** One step's verdict on a question. */
export interface StepVerdict {
  readonly stage: string;
  readonly verdict: Verdict;
}

const CELLS = 40;
const LONGEST_LABEL = 40;

/**
 * Two lines for each step: the measured share of main and of canary, and where the true share may be. Where these ranges
 * do not overlap, one is worse. Text that GitHub shows as it is.
 */
export function intervalBars(steps: readonly StepVerdict[]): string {
  // One step needs no name.
  const rows = steps.flatMap(({ stage, verdict }) => rowsOf(steps.length === 1 ? '' : stage, verdict));
  const most = roundedUp(mostOf(rows.map(({ range }) => range.upper)));
  const width = Math.min(LONGEST_LABEL, mostOf(rows.map(({ label }) => label.length)));
  const figures = mostOf(rows.map(({ figure }) => figure.length));
  const start = (label: string, figure: string) =>
    `${width === 0 ? '' : `${label.slice(0, LONGEST_LABEL).padEnd(width)}  `}${figure.padStart(figures)}  `;
  const end = `${Number((most * 100).toPrecision(2))} %`;
  return [
    `${start('', '')}0 %${end.padStart(CELLS - 3)}`,
    ...rows.map(({ label, figure, range }) => `${start(label, figure)}${line(range, most)}`),
  ].join('\n');
}

interface Range extends Interval {
  readonly estimate: number;
}

interface Row {
  readonly label: string;
  readonly figure: string;
  readonly range: Range;
}

function rowsOf(stage: string, { total: { main, canary }, alpha }: Verdict): readonly Row[] {
  const figures = percentages([shareOf(main), shareOf(canary)]);
  return [main, canary].map((tally, at) => ({
    label: at === 0 ? stage : '',
    figure: `${at === 0 ? 'main  ' : 'canary'} ${(figures[at] ?? '').padStart(7)}`,
    range: { ...shareInterval(tally, alpha / 2), estimate: shareOf(tally) },
  }));
}

function line({ lower, upper, estimate }: Range, most: number): string {
  const cellOf = (share: number) => Math.min(CELLS - 1, Math.floor((share / most) * CELLS));
  return Array.from({ length: CELLS }, (_, cell) => {
    if (cell === cellOf(estimate)) return '●';
    return cell >= cellOf(lower) && cell <= cellOf(upper) ? '─' : '·';
  }).join('');
}

/** The next of 1, 2, 5 times a power of ten, at most 1. */
function roundedUp(share: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(share, 1e-6)));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= share) ?? 10;
  return Math.min(1, step * power);
}
