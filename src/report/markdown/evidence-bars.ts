import { mostOf } from '../../base/extremes.ts';
import type { Verdict } from '../../proof/evidence/questions.ts';
import { type Interval, shareInterval, shareOf } from '../../proof/evidence/share.ts';

/** One step's verdict on a question. */
export interface StepVerdict {
  readonly stage: string;
  readonly verdict: Verdict;
}

const CELLS = 40;
const LONGEST_LABEL = 40;

/**
 * Two intervals on one line for each step: what is known of main's share and of canary's. Where they are apart, one is
 * worse. Text that GitHub shows as it is.
 */
export function intervalBars(steps: readonly StepVerdict[]): string {
  const drawn = steps.map(({ stage, verdict }) => {
    const { main, canary } = verdict.total;
    const alpha = verdict.alpha / 2;
    return { stage, main: rangeOf(main, alpha), canary: rangeOf(canary, alpha) };
  });
  const most = roundedUp(mostOf(drawn.flatMap(({ main, canary }) => [main.upper, canary.upper])));
  const width = Math.min(LONGEST_LABEL, mostOf(drawn.map(({ stage }) => stage.length)));
  const label = (text: string) => text.slice(0, LONGEST_LABEL).padEnd(width);
  const end = `${Number((most * 100).toPrecision(2))} %`;
  return [
    `${label('')}  0 %${end.padStart(CELLS - 3)}`,
    ...drawn.map(({ stage, main, canary }) => `${label(stage)}  ${line(main, canary, most)}`),
    `${label('')}  main ──●──   canary ══◆══   both ≡`,
  ].join('\n');
}

interface Range extends Interval {
  readonly estimate: number;
}

function rangeOf(tally: Verdict['total']['main'], alpha: number): Range {
  return { ...shareInterval(tally, alpha), estimate: shareOf(tally) };
}

function line(main: Range, canary: Range, most: number): string {
  const cellOf = (share: number) => Math.min(CELLS - 1, Math.floor((share / most) * CELLS));
  const isIn = (cell: number, { lower, upper }: Interval) => cell >= cellOf(lower) && cell <= cellOf(upper);
  return Array.from({ length: CELLS }, (_, cell) => {
    const estimates = [main, canary].map(({ estimate }) => cellOf(estimate) === cell);
    const ranges = [isIn(cell, main), isIn(cell, canary)];
    return sign(estimates, ['◈', '●', '◆']) ?? sign(ranges, ['≡', '─', '═']) ?? '·';
  }).join('');
}

/** The sign for both, for main alone, for canary alone; undefined for neither. */
function sign([main, canary]: readonly boolean[], [both, first, second]: readonly [string, string, string]) {
  if (main && canary) return both;
  if (main) return first;
  return canary ? second : undefined;
}

/** The next of 1, 2, 5 times a power of ten, at most 1. */
function roundedUp(share: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(share, 1e-6)));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= share) ?? 10;
  return Math.min(1, step * power);
}
