/** The ends of an interval. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Repetitions: the ends are stable to about a tenth of the interval. */
const REPETITIONS = 1_000;
const SEED = 20_170_829;
/** Outside of a 95 % interval on each side. */
const TAIL = 0.025;

/**
 * 95 % intervals of several statistics of the same rows, by the percentile bootstrap (Efron 1979): rows are drawn with
 * replacement, and all statistics are computed of the same draw. The same rows give the same intervals.
 * @param statistics of the rows at these places
 */
export function bootstrap(rows: number, statistics: (picks: Int32Array) => readonly number[]): readonly Interval[] {
  const next = randomNumbers(SEED);
  const picks = new Int32Array(rows);
  const drawn: number[][] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (let at = 0; at < rows; at++) picks[at] = Math.floor(next() * rows);
    for (const [at, value] of statistics(picks).entries()) {
      drawn[at] ??= [];
      drawn[at].push(value);
    }
  }
  return drawn.map(intervalOf);
}

function intervalOf(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  return { lower: sorted[Math.floor(TAIL * last)] ?? 0, upper: sorted[Math.ceil((1 - TAIL) * last)] ?? 0 };
}

/** Numbers from 0 to 1, without 1: a counter, mixed by the last step of MurmurHash3 (32 bits). */
function randomNumbers(seed: number): () => number {
  let counter = seed;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let bits = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}
