/** JSON values: types, comparison, reading and writing. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; the order of keys does not matter. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** Whether every value in `part` is the same in `whole`. */
export function contains(whole: unknown, part: unknown): boolean {
  if (!isJsonObject(part)) return equal(whole, part);
  return (
    isJsonObject(whole) &&
    Object.entries(part).every(([key, value]) => contains(Object.hasOwn(whole, key) ? whole[key] : undefined, value))
  );
}

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** Sizes of nested lists, outermost first; undefined if they have different lengths. Empty if it is not a list. */
export function dimensionsOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return [];
  if (value.length === 0) return [0];
  const first = dimensionsOf(value[0]);
  if (first === undefined) return undefined;
  const isSame = (shape: readonly number[] | undefined) =>
    shape?.length === first.length && shape.every((size, at) => size === first[at]);
  return value.every((one) => isSame(dimensionsOf(one))) ? [value.length, ...first] : undefined;
}

/** The value of a JSON text; undefined if it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
