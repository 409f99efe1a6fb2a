import { type Kind, NAMESPACE, POD } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { timestamp } from './objects.ts';
import type { Change, Store } from './store.ts';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeletionOptions {
  readonly propagation: Propagation;
  /** Seconds; default: the pod's own. */
  readonly grace?: number | undefined;
}

const FOREGROUND = 'foregroundDeletion';

/** The node of this cluster. No kubelet runs the pods of another one. */
export const NODE = 'sandbox-node';

/** Deletes an object, or marks it for deletion. @returns the object while it exists */
export function deleteObject(
  store: Store,
  kind: Kind,
  object: KubeObject,
  { propagation, grace }: DeletionOptions,
): KubeObject | undefined {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return object;
  if (propagation === 'Orphan') for (const [of, one] of dependents(store, object)) disown(store, of, one, object);
  const finalizers = [...(metadata.finalizers ?? []), ...(propagation === 'Foreground' ? [FOREGROUND] : [])];
  const seconds = kind === POD ? (grace ?? graceOf(object)) : 0;
  if (finalizers.length === 0 && seconds === 0 && kind !== NAMESPACE) {
    store.remove(kind, object);
    return undefined;
  }
  const deletion = {
    deletionTimestamp: timestamp(Date.now() + seconds * 1000),
    ...(kind !== NAMESPACE && { deletionGracePeriodSeconds: seconds }),
    ...(finalizers.length > 0 && { finalizers }),
  };
  return store.edit(kind, object, (live) => ({
    ...live,
    metadata: { ...live.metadata, ...deletion },
    ...(kind === NAMESPACE && { status: { phase: 'Terminating' } }),
  }));
}

/** A pod that no kubelet runs ends at once. */
function graceOf({ spec }: KubeObject): number {
  const { nodeName, terminationGracePeriodSeconds = 30 } = (spec ?? {}) as PodPlace;
  return nodeName === NODE ? terminationGracePeriodSeconds : 0;
}

interface PodPlace {
  readonly nodeName?: string;
  readonly terminationGracePeriodSeconds?: number;
}

/** Deletes the dependents of deleted objects, and the contents of deleted namespaces. */
export class GarbageCollector {
  readonly #store: Store;
  readonly #stop: () => void;

  constructor(store: Store) {
    this.#store = store;
    this.#stop = store.listen((change) => setImmediate(() => this.#react(change)));
  }

  close(): void {
    this.#stop();
  }

  #react({ type, kind, object }: Change): void {
    if (type === 'DELETED') {
      for (const [of, one] of dependents(this.#store, object)) this.#collect(of, one, object);
      for (const [of, owner] of ownersOf(this.#store, object)) this.#finish(of, owner);
      this.#emptied(object.metadata.namespace);
    } else if (object.metadata.deletionTimestamp !== undefined) {
      if (kind === NAMESPACE) this.#empty(object);
      this.#finish(kind, object);
    }
  }

  #collect(kind: Kind, dependent: KubeObject, gone: KubeObject): void {
    if ([...ownersOf(this.#store, dependent)].length > 0) disown(this.#store, kind, dependent, gone);
    else deleteObject(this.#store, kind, dependent, { propagation: 'Background' });
  }

  /** Foreground: the dependents first, then the finalizer. */
  #finish(kind: Kind, owner: KubeObject): void {
    if (!owner.metadata.finalizers?.includes(FOREGROUND)) return;
    const left = [...dependents(this.#store, owner)];
    for (const [of, one] of left) deleteObject(this.#store, of, one, { propagation: 'Foreground' });
    if (left.length > 0) return;
    this.#store.edit(kind, owner, (live) => {
      const finalizers = live.metadata.finalizers?.filter((one) => one !== FOREGROUND) ?? [];
      return { ...live, metadata: { ...live.metadata, finalizers } };
    });
  }

  #empty(namespace: KubeObject): void {
    for (const [kind, object] of [...this.#store.everything()]) {
      if (object.metadata.namespace !== namespace.metadata.name) continue;
      deleteObject(this.#store, kind, object, { propagation: 'Background' });
    }
    this.#emptied(namespace.metadata.name);
  }

  #emptied(name: string | undefined): void {
    const namespace = name === undefined ? undefined : this.#store.get(NAMESPACE, undefined, name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    for (const [, object] of this.#store.everything()) if (object.metadata.namespace === name) return;
    this.#store.remove(NAMESPACE, namespace);
  }
}

function* dependents(store: Store, { metadata }: KubeObject): Generator<readonly [Kind, KubeObject]> {
  for (const entry of [...store.everything()])
    if (entry[1].metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid)) yield entry;
}

function* ownersOf(store: Store, { metadata }: KubeObject): Generator<readonly [Kind, KubeObject]> {
  const uids = new Set(metadata.ownerReferences?.map(({ uid }) => uid));
  if (uids.size === 0) return;
  for (const entry of [...store.everything()]) if (uids.has(entry[1].metadata.uid ?? '')) yield entry;
}

function disown(store: Store, kind: Kind, dependent: KubeObject, owner: KubeObject): void {
  store.edit(kind, dependent, (live) => {
    const ownerReferences = live.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
    return { ...live, metadata: { ...live.metadata, ownerReferences } };
  });
}
