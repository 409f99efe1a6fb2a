import { equal, isJsonObject, type JsonObject } from '../base/json-value.ts';
import { type KeyedList, keyedList } from '../seldon/list-keys.ts';

/**
 * Laying our manifest over a live one. `spec.predictors` is an atomic list for server-side apply: whoever applies it
 * owns all of it. So what others put there must be carried along by us, and what we rendered earlier and render no
 * longer must go. That takes three values, as in kubectl's three-way merge.
 */

/** Values that have one meaning as a whole: a probe with two handlers is no probe. */
const ATOMIC_KEYS: ReadonlySet<string> = new Set(['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']);

/**
 * `ours` wins where it speaks; what only `live` has stays, unless it stands in `previous` just so: then we wrote it,
 * and leave it out now.
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
  const merged: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(live)) {
    if (key in ours)
      merged[key] = ATOMIC_KEYS.has(key)
        ? ours[key]
        : merge(key, { live: value, ours: ours[key], previous: previous[key] });
    else {
      const kept = withoutOurOwn(value, previous[key]);
      if (kept !== undefined) merged[key] = kept;
    }
  }
  for (const [key, value] of Object.entries(ours)) if (!(key in live)) merged[key] = value;
  return merged;
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

/** What is left of a live value that we do not render, once all that we wrote earlier is taken out of it. */
function withoutOurOwn(live: unknown, previous: unknown): unknown {
  if (previous === undefined) return live;
  if (equal(live, previous)) return undefined;
  if (!isJsonObject(live) || !isJsonObject(previous)) return live;
  const kept = mergeTrees(live, {}, previous);
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** For every field of `shape`, the value it has in `whole`; what is not there is left out. */
export function projected(shape: unknown, whole: unknown): unknown {
  if (!isJsonObject(shape) || !isJsonObject(whole)) return whole;
  const kept = Object.keys(shape).filter((key) => key in whole);
  return Object.fromEntries(kept.map((key) => [key, projected(shape[key], whole[key])]));
}
