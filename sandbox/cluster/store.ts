import { randomUUID } from 'node:crypto';
import { apiVersionOf, type Kind, NAMESPACE } from './kinds.ts';
import { asJson, isSame, type KubeObject, timestamp } from './objects.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly kind: Kind;
  readonly object: KubeObject;
  /** The object's earlier form, for watches with a selector. */
  readonly previous: KubeObject | undefined;
}

/** The number of changes that a watch can start from. */
const HISTORY = 10_000;

/** In place of etcd: objects by kind and name, one counter of versions, and the latest changes. */
export class Store {
  readonly #objects = new Map<Kind, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  #version = 1;
  /** Watches from before this version are refused. */
  #oldest = 1;

  get version(): number {
    return this.#version;
  }

  get oldest(): number {
    return this.#oldest;
  }

  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(kind)?.get(keyOf(namespace, name));
  }

  /** Sorted by namespace and name. */
  list(kind: Kind, namespace?: string): KubeObject[] {
    const all = this.#objects.get(kind) ?? new Map<string, KubeObject>();
    const keys = [...all.keys()].filter((key) => namespace === undefined || key.startsWith(`${namespace}/`));
    return keys.sort().flatMap((key) => all.get(key) ?? []);
  }

  /** All objects of all kinds. */
  *everything(): Generator<readonly [Kind, KubeObject]> {
    for (const [kind, objects] of this.#objects) for (const object of objects.values()) yield [kind, object];
  }

  /** The object as it would be stored, with the fields that the API server adds to a new one. */
  prepare(kind: Kind, object: KubeObject): KubeObject {
    const { resourceVersion: _, ...metadata } = object.metadata;
    const added = { uid: randomUUID(), creationTimestamp: timestamp(), ...(kind.generation && { generation: 1 }) };
    return asJson({ ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { ...metadata, ...added } });
  }

  /** Stores a prepared object. */
  add(kind: Kind, prepared: KubeObject): KubeObject {
    return this.#put('ADDED', kind, prepared);
  }

  /**
   * The result of a replacement of `live` by `next`: `live` itself if nothing changes. Generation counts changes
   * outside of metadata and status, and the deletion.
   * @param isController its controller writes it, through the status
   */
  revise(kind: Kind, live: KubeObject, next: KubeObject, isController = false): KubeObject {
    const { uid, creationTimestamp, resourceVersion, generation = 1, namespace, name } = live.metadata;
    const kept = { uid, creationTimestamp, resourceVersion, namespace, name };
    const isDeletion = next.metadata.deletionTimestamp !== live.metadata.deletionTimestamp;
    const { annotations = {} } = next.metadata;
    const isNoted = kind.countsAnnotations && !isController && !isSame(annotations, live.metadata.annotations ?? {});
    const bumps = isDeletion || isNoted || !isSame(contentOf(asJson(next)), contentOf(live));
    const counted = kind.generation ? { generation: bumps ? generation + 1 : generation } : {};
    const head = { apiVersion: live.apiVersion, kind: live.kind };
    const revised = asJson({ ...next, ...head, metadata: { ...next.metadata, ...kept, ...counted } });
    return isSame(revised, live) ? live : (revised as KubeObject);
  }

  /** Replaces an object. An object that waited only for its last finalizer is deleted. */
  replace(kind: Kind, live: KubeObject, next: KubeObject, isController = false): KubeObject {
    const revised = this.revise(kind, live, next, isController);
    if (revised === live) return live;
    return isOver(kind, revised) ? this.#put('DELETED', kind, revised) : this.#put('MODIFIED', kind, revised);
  }

  /** Reads, changes and replaces in one step, for a controller; nothing happens if the object does not exist. */
  edit(kind: Kind, object: KubeObject, change: (live: KubeObject) => KubeObject): KubeObject | undefined {
    const live = this.get(kind, object.metadata.namespace, object.metadata.name);
    if (live === undefined || live.metadata.uid !== object.metadata.uid) return undefined;
    return this.replace(kind, live, change(live), true);
  }

  remove(kind: Kind, object: KubeObject): void {
    const live = this.get(kind, object.metadata.namespace, object.metadata.name);
    if (live !== undefined && live.metadata.uid === object.metadata.uid) this.#put('DELETED', kind, live);
  }

  /** @returns undefined if that version has been compacted */
  changesSince(kind: Kind, version: number): readonly Change[] | undefined {
    if (version < this.#oldest) return undefined;
    return this.#history.filter((change) => change.kind === kind && change.version > version);
  }

  /** Compacts all changes until now: a watch cannot start from an earlier version. */
  compact(): void {
    this.#history = [];
    this.#oldest = ++this.#version;
  }

  /** @returns a function that stops it */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #put(type: Change['type'], kind: Kind, next: KubeObject): KubeObject {
    const version = ++this.#version;
    const object = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } };
    const objects = this.#objects.get(kind) ?? new Map<string, KubeObject>();
    this.#objects.set(kind, objects);
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = objects.get(key);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, object);
    const change: Change = { type, version, kind, object, previous };
    this.#history.push(change);
    if (this.#history.length > 2 * HISTORY) {
      this.#oldest = this.#history[HISTORY - 1]?.version ?? version;
      this.#history = this.#history.slice(HISTORY);
    }
    for (const listener of [...this.#listeners]) listener(change);
    return object;
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** A pod is removed when its kubelet has stopped it, a namespace when it is empty. */
function isOver(kind: Kind, { metadata }: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = metadata;
  if (deletionTimestamp === undefined || kind === NAMESPACE) return false;
  return deletionGracePeriodSeconds === 0 && finalizers.length === 0;
}

function contentOf({ metadata: _, status: __, ...content }: KubeObject): unknown {
  return content;
}
