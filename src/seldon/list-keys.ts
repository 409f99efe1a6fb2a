import { isJsonObject } from '../base/json-value.ts';

/**
 * How the lists of a SeldonDeployment and of a pod spec are keyed: which fields tell an item from its neighbours
 * (`+listMapKey` and `patchMergeKey` of k8s.io/api/core/v1). A list that is not named here is one value as a whole.
 */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  predictors: ['name'],
  children: ['name'],
  parameters: ['name'],
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  ports: ['containerPort', 'protocol'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};

/** What Kubernetes fills in where a key is left out. */
const DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** The fields that tell the items of that list apart; empty where they have none. */
export function keysOf(field: string): readonly string[] {
  return KEYS[field] ?? [];
}

/** Items without a key of their own: the operator tells them by their place. */
const BY_POSITION: ReadonlySet<string> = new Set(['componentSpecs']);

/** A list with the key of each item, in order. */
export type KeyedList = ReadonlyMap<string, unknown>;

/**
 * The items of a list by their keys.
 * @param field name of the field that holds the list
 * @returns undefined when the list counts as a whole: it has no keys, or an item lacks one, or two items share one
 */
export function keyedList(field: string, list: readonly unknown[]): KeyedList | undefined {
  const keyed = new Map<string, unknown>();
  for (const [at, item] of list.entries()) {
    const key = BY_POSITION.has(field) ? String(at) : keyOf(KEYS[field], item);
    if (key === undefined || keyed.has(key)) return undefined;
    keyed.set(key, item);
  }
  return keyed;
}

function keyOf(fields: readonly string[] | undefined, item: unknown): string | undefined {
  if (fields === undefined || !isJsonObject(item)) return undefined;
  const values = fields.map((field) => item[field] ?? DEFAULTS[field]);
  return values.includes(undefined) ? undefined : values.join('/');
}
