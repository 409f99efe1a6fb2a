import { isJsonObject } from '../../base/json-value.ts';

/** How far the values of two answers are apart. */
export type Difference =
  | {
      readonly kind: 'numbers';
      readonly absolute: number;
      /** Relative to the larger of both values; 0 if both are 0. */
      readonly relative: number;
      /** Number of texts and booleans that differ. */
      readonly unequal: number;
      /** Number of cells that are empty (null, NaN) in only one of both answers. */
      readonly holes: number;
    }
  /** The answers cannot be compared; `message` says why. */
  | { readonly kind: 'incomparable'; readonly message: string };

interface Tally {
  values: number;
  absolute: number;
  relative: number;
  unequal: number;
  holes: number;
}

/** In one walk over both answers at once: an answer may have millions of values, and nothing is kept of each. */
export function differenceOf(before: unknown, after: unknown): Difference {
  const tally: Tally = { values: 0, absolute: 0, relative: 0, unequal: 0, holes: 0 };
  if (!walk(before, after, tally) || tally.values === 0) {
    const [old, fresh] = [valuesIn(before), valuesIn(after)];
    return incomparable(`their shapes differ: ${old} values in the old answer, ${fresh} in the new answer`);
  }
  const { values: _, ...counts } = tally;
  return { kind: 'numbers', ...counts };
}

/** @returns whether both have the same shape */
function walk(before: unknown, after: unknown, tally: Tally): boolean {
  if (Array.isArray(before) && Array.isArray(after))
    return before.length === after.length && before.every((one, at) => walk(one, after[at], tally));
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = Object.keys(before);
    const isSame = keys.length === Object.keys(after).length && keys.every((key) => Object.hasOwn(after, key));
    return isSame && keys.every((key) => walk(before[key], after[key], tally));
  }
  if (isBranch(before) || isBranch(after)) return false;
  tally.values++;
  if (typeof before === 'number' && typeof after === 'number' && Number.isFinite(before) && Number.isFinite(after)) {
    const apart = Math.abs(before - after);
    tally.absolute = Math.max(tally.absolute, apart);
    tally.relative = Math.max(tally.relative, apart === 0 ? 0 : apart / Math.max(Math.abs(before), Math.abs(after)));
  } else if (isEmpty(before) !== isEmpty(after)) tally.holes++;
  else if (before !== after) tally.unequal++;
  return true;
}

function isBranch(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'number' && !Number.isFinite(value));
}

function valuesIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + valuesIn(one), 0);
  if (isJsonObject(value)) return Object.values(value).reduce((sum: number, one) => sum + valuesIn(one), 0);
  return 1;
}

/** Two answers that have nothing to compare. */
export function incomparable(message: string): Difference {
  return { kind: 'incomparable', message };
}
