import { equal, isJsonObject, type JsonObject } from '../base/json-value.ts';
import { type KeyedList, keyedList, keysOf } from '../seldon/list-keys.ts';

/**
 * Merges our manifest into a live one. `spec.predictors` is an atomic list for server-side apply: the manager that applies
 * it owns all of it. So we must copy what others wrote there, and remove what we rendered earlier and no longer
 * render. This needs three values, as in kubectl's three-way merge.
 */

/** Values that are replaced as a whole: a probe with two handlers is invalid. */
const ATOMIC_KEYS: ReadonlySet<string> = new Set(['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']);

/** Members of which only one may be set: an environment variable or a volume with two sources is invalid. */
const UNIONS: Readonly<Record<string, (member: string) => boolean>> = {
  env: (member) => member === 'value' || member === 'valueFrom',
  valueFrom: () => true,
  volumes: (member) => member !== 'name',
};

/** Lists whose items have settings of several writers. An item of any other list belongs to its last writer as a whole. */
const SHARED_ITEMS: ReadonlySet<string> = new Set([
  'predictors',
  'children',
  'containers',
  'initContainers',
  'ephemeralContainers',
  'componentSpecs',
]);

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
  if (isJsonObject(live) && isJsonObject(ours)) {
    if (hasOtherSource(field, live, ours)) return ours;
    return mergeTrees(live, ours, isJsonObject(previous) ? previous : {});
  }
  if (!Array.isArray(live) || !Array.isArray(ours)) return ours;
  const [keyedLive, keyedOurs] = [keyedList(field, live), keyedList(field, ours)];
  if (keyedLive === undefined || keyedOurs === undefined) return [...ours];
  const before = Array.isArray(previous) ? keyedList(field, previous) : undefined;
  return mergeKeyed(field, { live: keyedLive, ours: keyedOurs, previous: before ?? new Map() });
}

function hasOtherSource(field: string, live: JsonObject, ours: JsonObject): boolean {
  const sources = Object.keys(ours).filter((key) => UNIONS[field]?.(key));
  return sources.length > 0 && Object.keys(live).some((key) => UNIONS[field]?.(key) && !sources.includes(key));
}

function mergeTrees(live: JsonObject, ours: JsonObject, previous: JsonObject): JsonObject {
  const merged = new Map<string, unknown>();
  const before = (key: string) => (Object.hasOwn(previous, key) ? previous[key] : undefined);
  for (const [key, value] of Object.entries(live)) {
    if (Object.hasOwn(ours, key)) {
      const mine = { live: value, ours: ours[key], previous: before(key) };
      merged.set(key, ATOMIC_KEYS.has(key) ? ours[key] : merge(key, mine));
    } else {
      const kept = withoutOurOwn(key, value, before(key));
      if (kept !== undefined) merged.set(key, kept);
    }
  }
  for (const [key, value] of Object.entries(ours)) if (!Object.hasOwn(live, key)) merged.set(key, value);
  return Object.fromEntries(merged);
}

interface KeyedLists {
  readonly live: KeyedList;
  readonly ours: KeyedList;
  readonly previous: KeyedList;
}

/** The live order first, then what is new. */
function mergeKeyed(field: string, { live, ours, previous }: KeyedLists): unknown[] {
  const merged: unknown[] = [];
  for (const [key, item] of live) {
    const before = previous.get(key);
    const kept = ours.has(key)
      ? merge(field, { live: item, ours: ours.get(key), previous: before })
      : itemWithoutOurOwn(field, item, before);
    if (kept !== undefined) merged.push(kept);
  }
  return [...merged, ...[...ours].filter(([key]) => !live.has(key)).map(([, item]) => item)];
}

/** A live value that we do not render, without the parts that we wrote earlier. */
function withoutOurOwn(field: string, live: unknown, previous: unknown): unknown {
  if (previous === undefined) return live;
  if (equal(live, previous)) return undefined;
  if (Array.isArray(live) && Array.isArray(previous)) return listWithoutOurOwn(field, live, previous);
  // A part of a probe is no probe.
  if (!isJsonObject(live) || !isJsonObject(previous) || ATOMIC_KEYS.has(field)) return live;
  const kept = mergeTrees(live, {}, previous);
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function listWithoutOurOwn(field: string, live: readonly unknown[], previous: readonly unknown[]): unknown {
  const [keyedLive, keyedPrevious] = [keyedList(field, live), keyedList(field, previous)];
  if (keyedLive === undefined || keyedPrevious === undefined) return live;
  const kept = mergeKeyed(field, { live: keyedLive, ours: new Map(), previous: keyedPrevious });
  return kept.length === 0 ? undefined : kept;
}

/** An item of a list keeps its keys as long as anything of it stays: without them it would be invalid. */
function itemWithoutOurOwn(field: string, live: unknown, previous: unknown): unknown {
  const kept = withoutOurOwn('', live, previous);
  if (previous === undefined || kept === undefined || !isJsonObject(live) || !isJsonObject(kept)) return kept;
  const keys = keysOf(field).filter((key) => Object.hasOwn(live, key));
  if (Object.keys(kept).every((key) => keys.includes(key))) return undefined;
  if (!SHARED_ITEMS.has(field)) return live;
  // A container that had its image from us cannot run without it.
  if (live['image'] !== undefined && kept['image'] === undefined) return undefined;
  return { ...Object.fromEntries(keys.map((key) => [key, live[key]])), ...kept };
}

/** For every field of `shape`, its value in `whole`. Missing fields are left out. */
export function projected(shape: unknown, whole: unknown): unknown {
  if (!isJsonObject(shape) || !isJsonObject(whole)) return whole;
  const kept = Object.keys(shape).filter((key) => Object.hasOwn(whole, key));
  return Object.fromEntries(kept.map((key) => [key, projected(shape[key], whole[key])]));
}
