import { equal, isJsonObject, type JsonObject } from '../base/json-value.ts';
import { type KeyedList, keyedList } from '../seldon/list-keys.ts';

/**
 * Merges our manifest into a live one. `spec.predictors` is an atomic list for server-side apply: the manager that applies
 * it owns all of it. So we must copy what others wrote there, and remove what we rendered earlier and no longer
 * render. This needs three values, as in kubectl's three-way merge.
 */

/** Values that are replaced as a whole: a probe with two handlers is invalid. */
const ATOMIC_KEYS: ReadonlySet<string> = new Set(['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']);

/**
 * A field in `ours` wins. A field only in `live` stays, unless `previous` has the same value: then we wrote it,
 * and it is removed.
 */
export function overlay<T>(live: T | undefined, ours: T, previous?: T): T {
  return merge('', { live, ours, previous }) as T;
}

interface ThreeWay {
  readonly live: unknown;
  readonly ours: unknown;
  readonly previous: unknown;
}

/** @param field name of the field that holds the values */
function merge(field: string, { live, ours, previous }: ThreeWay): unknown {
  if (isJsonObject(live) && isJsonObject(ours)) return mergeTrees(live, ours, isJsonObject(previous) ? previous : {});
  if (!Array.isArray(live) || !Array.isArray(ours)) return ours;
  const [keyedLive, keyedOurs] = [keyedList(field, live), keyedList(field, ours)];
  if (keyedLive === undefined || keyedOurs === undefined) return [...ours];
  const before = Array.isArray(previous) ? keyedList(field, previous) : undefined;
  return mergeKeyed(keyedLive, keyedOurs, before ?? new Map());
}

function mergeTrees(live: JsonObject, ours: JsonObject, previous: JsonObject): JsonObject {
  const merged = new Map<string, unknown>();
  const before = (key: string) => (Object.hasOwn(previous, key) ? previous[key] : undefined);
  for (const [key, value] of Object.entries(live)) {
    if (Object.hasOwn(ours, key)) {
      const mine = { live: value, ours: ours[key], previous: before(key) };
      merged.set(key, ATOMIC_KEYS.has(key) ? ours[key] : merge(key, mine));
    } else {
      const kept = withoutOurOwn(value, before(key));
      if (kept !== undefined) merged.set(key, kept);
    }
  }
  for (const [key, value] of Object.entries(ours)) if (!Object.hasOwn(live, key)) merged.set(key, value);
  return Object.fromEntries(merged);
}

/** The live order first, then what is new. */
function mergeKeyed(live: KeyedList, ours: KeyedList, previous: KeyedList): unknown[] {
  const merged: unknown[] = [];
  for (const [key, item] of live) {
    const before = previous.get(key);
    const kept = ours.has(key)
      ? merge('', { live: item, ours: ours.get(key), previous: before })
      : withoutOurOwn(item, before);
    if (kept !== undefined) merged.push(kept);
  }
  return [...merged, ...[...ours].filter(([key]) => !live.has(key)).map(([, item]) => item)];
}

/** A live value that we do not render, without the parts that we wrote earlier. */
function withoutOurOwn(live: unknown, previous: unknown): unknown {
  if (previous === undefined) return live;
  if (equal(live, previous)) return undefined;
  if (!isJsonObject(live) || !isJsonObject(previous)) return live;
  const kept = mergeTrees(live, {}, previous);
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** For every field of `shape`, its value in `whole`. Missing fields are left out. */
export function projected(shape: unknown, whole: unknown): unknown {
  if (!isJsonObject(shape) || !isJsonObject(whole)) return whole;
  const kept = Object.keys(shape).filter((key) => Object.hasOwn(whole, key));
  return Object.fromEntries(kept.map((key) => [key, projected(shape[key], whole[key])]));
}
