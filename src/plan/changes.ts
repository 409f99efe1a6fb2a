import { equal, isJsonObject } from '../base/json-value.ts';
import { keyedList } from '../seldon/list-keys.ts';
import { NOT_SHOWN, withoutEnvironmentValues } from './environment-values.ts';

/** Environment values may be secrets, so only their names are shown. */
const SECRET_PATH = /\benv\b.*\.value$/;
const LONGEST_VALUE = 120;
const MOST_LINES = 30;

/** Differences between two manifests, one line each: `predictors[main].graph.modelUri: s3://a → s3://b`. */
export function changesBetween(before: unknown, after: unknown): readonly string[] {
  if (before === undefined) return [];
  const lines = [...differences('', before, after)];
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `… and ${more} more`] : lines;
}

function* differences(path: string, before: unknown, after: unknown): Generator<string> {
  if (equal(before, after)) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* differences(path === '' ? key : `${path}.${key}`, before[key], after[key]);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (const [label, one, other] of pairs(keyOf(path), before, after))
      yield* differences(`${path}[${label}]`, one, other);
    return;
  }
  yield `${path}: ${shown(path, before)} → ${shown(path, after)}`;
}

/** Items of the same key, or of the same position where a list has no keys. */
function* pairs(
  field: string,
  before: readonly unknown[],
  after: readonly unknown[],
): Generator<[string, unknown, unknown]> {
  const [old, fresh] = [keyedList(field, before), keyedList(field, after)];
  if (old !== undefined && fresh !== undefined) {
    for (const key of new Set([...old.keys(), ...fresh.keys()])) yield [key, old.get(key), fresh.get(key)];
    return;
  }
  for (let i = 0; i < Math.max(before.length, after.length); i++) yield [String(i), before[i], after[i]];
}

/** Last key of a path, without the label of a list's item. */
function keyOf(path: string): string {
  return /([^.[\]]+)(?:\[[^\]]*\])?$/.exec(path)?.[1] ?? path;
}

function shown(path: string, value: unknown): string {
  if (value === undefined) return 'none';
  if (SECRET_PATH.test(path)) return NOT_SHOWN;
  const text =
    typeof value === 'string'
      ? value
      : isJsonObject(value) && typeof value['name'] === 'string'
        ? value['name']
        : JSON.stringify(withoutEnvironmentValues({ [keyOf(path)]: value })[keyOf(path)]);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
