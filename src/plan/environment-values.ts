import { isJsonObject } from '../base/json-value.ts';

export const NOT_SHOWN = '(not shown)';

/** A manifest that is safe to publish: without the values of environment variables, which may be secrets. */
export function withoutEnvironmentValues<T>(manifest: T): T {
  return hidden(manifest) as T;
}

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'env' && Array.isArray(item) ? item.map(nameOnly) : hidden(item),
    ]),
  );
}

function nameOnly(variable: unknown): unknown {
  return isJsonObject(variable) && 'value' in variable ? { ...variable, value: NOT_SHOWN } : variable;
}
