import { equal, isJsonObject, type JsonObject } from '../base/json-value.ts';

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
  return merge(live, ours, previous) as T;
}

function merge(live: unknown, ours: unknown, previous: unknown): unknown {
  if (isJsonObject(live) && isJsonObject(ours)) return mergeTrees(live, ours, isJsonObject(previous) ? previous : {});
  if (Array.isArray(live) && Array.isArray(ours))
    return mergeLists(live, ours, Array.isArray(previous) ? previous : []);
  return ours;
}

function mergeTrees(live: JsonObject, ours: JsonObject, previous: JsonObject): JsonObject {
  const merged: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(live)) {
    if (key in ours) merged[key] = ATOMIC_KEYS.has(key) ? ours[key] : merge(value, ours[key], previous[key]);
    else {
      const kept = withoutOurOwn(value, previous[key]);
      if (kept !== undefined) merged[key] = kept;
    }
  }
  for (const [key, value] of Object.entries(ours)) if (!(key in live)) merged[key] = value;
  return merged;
}

/** Named lists (containers, env, parameters, ports, volumes) merge by name; a list of component specs by position. */
function mergeLists(live: readonly unknown[], ours: readonly unknown[], previous: readonly unknown[]): unknown[] {
  if (areNamed(live) && areNamed(ours)) return mergeNamed(live, ours, areNamed(previous) ? previous : []);
  if (live.every(isComponentSpec) && ours.every(isComponentSpec)) {
    const length = Math.max(live.length, ours.length);
    return Array.from({ length }, (_, i) => (i < ours.length ? merge(live[i], ours[i], previous[i]) : live[i]));
  }
  return [...ours];
}

function mergeNamed(live: readonly Named[], ours: readonly Named[], previous: readonly Named[]): unknown[] {
  const find = (list: readonly Named[], name: string) => list.find((item) => item.name === name);
  const merged: unknown[] = [];
  for (const item of live) {
    const mine = find(ours, item.name);
    const kept =
      mine === undefined
        ? withoutOurOwn(item, find(previous, item.name))
        : merge(item, mine, find(previous, item.name));
    if (kept !== undefined) merged.push(kept);
  }
  return [...merged, ...ours.filter((item) => find(live, item.name) === undefined)];
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

interface Named {
  readonly name: string;
}

function areNamed(list: readonly unknown[]): list is readonly Named[] {
  return list.every((item) => isJsonObject(item) && typeof item['name'] === 'string');
}

function isComponentSpec(value: unknown): boolean {
  return isJsonObject(value) && isJsonObject(value['spec']);
}
