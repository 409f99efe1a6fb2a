import { leastOf, mostOf } from './numbers/extremes.ts';

/** Numbers for people: few digits, and the same number of decimals where values are compared. */

/** `5,120`. Written here, because a formatter of Intl takes 13 ms to make. */
export function grouped(count: number): string {
  const text = Math.abs(count).toFixed(0);
  // From 1e21 on, it is not written in digits alone.
  if (!/^\d+$/.test(text)) return count.toFixed(0);
  const groups: string[] = [];
  for (let end = text.length; end > 0; end -= 3) groups.push(text.slice(Math.max(0, end - 3), end));
  return (count < 0 && text !== '0' ? '-' : '') + groups.reverse().join(',');
}

/** Two values that differ by less, relative to the larger one, may look the same. */
const LEAST_DIFFERENCE = 0.02;
const MOST_DECIMALS = 4;

/**
 * Shares as percentages that can be compared: `0.4 %` and `0.5 %`, `0 %` and `8.04 %`. A share that is not 0 is not shown
 * as 0, and shares that differ look different.
 */
export function percentages(shares: readonly number[]): readonly string[] {
  const values = shares.map((share) => share * 100);
  const isWhole = values.every((value) => Math.abs(value - Math.round(value)) < 1e-9);
  const most = Math.max(0, mostOf(values));
  for (let decimals = isWhole ? 0 : 1; ; decimals++) {
    const texts = values.map((value) => value.toFixed(decimals));
    const isTrue = values.every((value, at) => {
      const isHidden = value > 0 && Number(texts[at]) === 0;
      const twin = values.findIndex(
        (other, where) => texts[where] === texts[at] && Math.abs(other - value) > most * LEAST_DIFFERENCE,
      );
      return !isHidden && twin < 0;
    });
    if (isTrue || decimals === MOST_DECIMALS) return texts.map((text) => `${text} %`);
  }
}

/** A number with at most five digits that count: `5.479`, not `5.478999999999999`. */
export function short(value: number): number {
  return Number(value.toPrecision(5));
}

/** JSON text with short numbers. */
export function shortJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' ? short(inner) : inner));
}

/** Two values of the same kind, and by how much the second differs. */
export interface Compared {
  readonly before: string;
  readonly after: string;
  /** `+0.015`, `−0.019`, `0`; undefined if one of both is missing. */
  readonly difference: string | undefined;
}

const DIGITS = 3;
const MOST_METRIC_DECIMALS = 6;

/** Two values with the same number of decimals: as many as three digits of the larger need, or as their difference needs. */
export function compared(before: number | undefined, after: number | undefined): Compared {
  const values = [before, after].filter((value) => value !== undefined);
  const write = writerFor(values);
  const [old, fresh] = [before, after].map((value) => (value === undefined ? '' : write(value)));
  const texts = { before: old ?? '', after: fresh ?? '' };
  const numberIn = (text: string) => Number(text.replaceAll(',', ''));
  if (before === undefined || after === undefined) return { ...texts, difference: undefined };
  const apart = after - before;
  if (apart === 0 || Number.isNaN(apart)) return { ...texts, difference: apart === 0 ? '0' : undefined };
  // What readers see when they subtract.
  const shown = numberIn(texts.after) - numberIn(texts.before);
  const size = write(Math.abs(Number.isFinite(shown) && shown !== 0 ? shown : apart));
  return { ...texts, difference: numberIn(size) === 0 ? '≈ 0' : `${apart > 0 ? '+' : '−'}${size}` };
}

function writerFor(values: readonly number[]): (value: number) => string {
  const most = Math.max(0, mostOf(values.map(Math.abs)));
  if (!Number.isFinite(most)) return String;
  if (most >= 1e9 || (most > 0 && most < 1e-3)) return (value) => (value === 0 ? '0' : value.toExponential(2));
  const start = most === 0 ? 0 : Math.min(MOST_DECIMALS, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(most))));
  const [first = 0, second = first] = values;
  for (let decimals = start; ; decimals++) {
    const isSame = first !== second && first.toFixed(decimals) === second.toFixed(decimals);
    if (isSame && decimals < MOST_METRIC_DECIMALS) continue;
    const texts = [first, second].map((value) => value.toFixed(decimals));
    const idle = decimals === 0 ? 0 : leastOf(texts.map(zerosAtEnd));
    const shown = Math.max(0, decimals - idle);
    return (value) => (shown === 0 ? grouped(value) : value.toFixed(shown));
  }
}

/** Decimals at the end that are 0. */
function zerosAtEnd(text: string): number {
  let count = 0;
  while (text.at(-1 - count) === '0') count++;
  return count;
}
