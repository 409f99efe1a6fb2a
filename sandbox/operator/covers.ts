/**
 * Whether `actual` has all fields of `wanted`. Zeros, empty texts and empty lists of `wanted` are ignored, and a longer
 * list covers a shorter one: Go's DeepDerivative, so that Seldon's operator sees an addition as no change.
 */
export function covers(actual: unknown, wanted: unknown): boolean {
  if (isEmpty(wanted)) return true;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length < wanted.length) return false;
    return wanted.every((item, index) => covers(actual[index], item));
  }
  if (typeof wanted !== 'object') return actual === wanted;
  if (typeof actual !== 'object' || actual === null) return false;
  const fields = actual as Readonly<Record<string, unknown>>;
  return Object.entries(wanted as object).every(([key, value]) => covers(fields[key], value));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || value === 0 || value === '' || value === false;
}
