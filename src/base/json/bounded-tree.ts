/**
 * A bound for values that a parser made of a foreign text. In YAML an alias repeats a whole part of the document for three
 * characters, so a short text may stand for billions of values, or for a part that contains itself.
 */

/** Levels of lists and objects. */
const DEEPEST = 100;
/** What one list, object or plain value counts, beside the characters of its keys and texts. */
const COST = 10;

export interface TreeBound {
  /** Characters of keys and texts with every alias written out, and ten for each value. */
  readonly size: number;
}

/** Whether a value with all its repetitions is larger or deeper than allowed. The time is bounded, too. */
export function exceeds(value: unknown, { size }: TreeBound): boolean {
  let left = size;
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    left -= COST + (typeof next.value === 'string' ? next.value.length : 0);
    if (left < 0) return true;
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth >= DEEPEST) return true;
    // A list that is repeated is never copied beyond what is left of the bound.
    const inner = Array.isArray(next.value) ? next.value : Object.entries(next.value);
    if (inner.length * COST > left) return true;
    for (const one of inner) {
      if (Array.isArray(next.value)) open.push({ value: one, depth: next.depth + 1 });
      else {
        const [key, held] = one as readonly [string, unknown];
        left -= key.length;
        open.push({ value: held, depth: next.depth + 1 });
      }
    }
  }
  return false;
}
