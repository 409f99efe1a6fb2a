import { createHash } from 'node:crypto';
import { admitPod } from './admission.ts';
import { ApiError } from './api-error.ts';
import { withDefaults } from './defaults.ts';
import { deleteObject } from './deletion.ts';
import type { EventRecorder } from './events.ts';
import { POD, REPLICA_SET } from './kinds.ts';
import { controllerOf, fullName, type KubeObject, ownedBy, timestamp } from './objects.ts';
import type { PodStatus } from './pods.ts';
import type { Store } from './store.ts';
import { WorkQueue } from './work-queue.ts';

export interface ReplicaSet extends KubeObject {
  spec: {
    readonly replicas: number;
    readonly selector: unknown;
    readonly template: { readonly metadata?: { readonly labels?: Record<string, string> }; readonly spec: unknown };
  };
  status?: ReplicaSetStatus;
}

export interface ReplicaSetStatus {
  readonly replicas: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly FailureCondition[];
}

export interface FailureCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** Letters of generated names: no vowels, so that they form no words (apimachinery, `rand.SafeEncodeString`). */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** The suffix of a name: the same text gives the same suffix. */
export function safeHash(text: string, length: number): string {
  const digest = createHash('sha256').update(text).digest();
  return [...digest.subarray(0, length)].map((byte) => SAFE[byte % SAFE.length]).join('');
}

/** Creates and deletes pods until each ReplicaSet has its number. */
export class ReplicaSetController {
  readonly #store: Store;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #second: number;
  readonly #created = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #stop: () => void;

  constructor(store: Store, events: EventRecorder, second: number) {
    this.#store = store;
    this.#events = events;
    this.#second = second;
    this.#queue = new WorkQueue(second / 50, (key) => this.#sync(key));
    this.#stop = store.listen(({ kind, object }) => {
      if (kind === REPLICA_SET) this.#queue.add(fullName(object.metadata));
      const owner = kind === POD ? controllerOf(object) : undefined;
      if (owner?.kind === 'ReplicaSet') this.#queue.add(`${object.metadata.namespace}/${owner.name}`);
    });
  }

  close(): void {
    this.#stop();
    this.#queue.close();
  }

  #sync(key: string): void {
    const [namespace, name = ''] = key.split('/');
    const set = this.#store.get(REPLICA_SET, namespace, name) as ReplicaSet | undefined;
    if (set === undefined) return;
    const pods = this.#store.list(POD, namespace).filter((pod) => isActive(pod, set));
    const missing = set.metadata.deletionTimestamp === undefined ? set.spec.replicas - pods.length : 0;
    for (const pod of surplus(pods, -missing)) this.#delete(set, pod);
    const failure = missing > 0 ? this.#create(set, missing) : undefined;
    this.#store.edit(REPLICA_SET, set, (live) => ({ ...live, status: statusOf(set, pods, failure) }));
  }

  /** @returns the reason if it could not */
  #create(set: ReplicaSet, count: number): string | undefined {
    const key = set.metadata.uid ?? '';
    try {
      for (let left = count; left > 0; left--) this.#createOne(set, key);
      this.#failures.delete(key);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      const message = `Error creating: ${error.message}`;
      this.#report(set, 'FailedCreate', message);
      this.#queue.add(fullName(set.metadata), (this.#second / 50) * 2 ** Math.min(failures, 15));
      return error.message;
    }
  }

  #createOne(set: ReplicaSet, key: string): void {
    const { name, namespace = '' } = set.metadata;
    const ordinal = (this.#created.get(key) ?? 0) + 1;
    this.#created.set(key, ordinal);
    const { metadata, spec } = set.spec.template;
    const podName = `${name}-${safeHash(`${namespace}/${name}/${ordinal}`, 5)}`;
    const ownerReferences = [ownedBy(set)];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: podName, generateName: `${name}-`, namespace, ownerReferences },
      spec,
    };
    const prepared = this.#store.prepare(POD, withDefaults(POD, pod, undefined));
    admitPod(this.#store, prepared);
    this.#store.add(POD, prepared);
    this.#report(set, 'SuccessfulCreate', `Created pod: ${podName}`);
  }

  #delete(set: ReplicaSet, pod: KubeObject): void {
    deleteObject(this.#store, POD, pod, { propagation: 'Background' });
    this.#report(set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  #report(set: ReplicaSet, reason: string, message: string): void {
    const type = reason === 'FailedCreate' ? 'Warning' : 'Normal';
    this.#events.record(set, { type, reason, message, component: 'replicaset-controller' });
  }
}

function isActive(pod: KubeObject, set: ReplicaSet): boolean {
  if (controllerOf(pod)?.uid !== set.metadata.uid || pod.metadata.deletionTimestamp !== undefined) return false;
  const { phase } = (pod.status ?? {}) as PodStatus;
  return phase !== 'Failed' && phase !== 'Succeeded';
}

function isReady({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as PodStatus;
  return conditions.some((one) => one.type === 'Ready' && one.status === 'True');
}

/** Pods that are not ready are deleted first, then the youngest. */
function surplus(pods: readonly KubeObject[], count: number): KubeObject[] {
  if (count <= 0) return [];
  const age = ({ metadata }: KubeObject) => metadata.creationTimestamp ?? '';
  const order = (a: KubeObject, b: KubeObject) =>
    Number(isReady(a)) - Number(isReady(b)) || age(b).localeCompare(age(a));
  return pods.toSorted(order).slice(0, count);
}

function statusOf(set: ReplicaSet, pods: readonly KubeObject[], failure: string | undefined): ReplicaSetStatus {
  const ready = pods.filter(isReady).length;
  const known = set.status?.conditions?.[0];
  const words = { reason: 'FailedCreate', message: failure ?? '' };
  const condition = { type: 'ReplicaFailure', status: 'True', ...words, lastTransitionTime: timestamp() };
  return {
    replicas: pods.length,
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: set.metadata.generation ?? 1,
    ...(failure !== undefined && { conditions: [known ?? condition] }),
  };
}
