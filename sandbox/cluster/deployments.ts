import {
  type Deployment,
  hasMoved,
  isComplete,
  rolloutStatus,
  type Share,
  said,
  withCondition,
} from './deployment-status.ts';
import type { EventRecorder } from './events.ts';
import { DEPLOYMENT, REPLICA_SET } from './kinds.ts';
import { controllerOf, fullName, isSame, type KubeObject, ownedBy } from './objects.ts';
import { type ReplicaSet, safeHash } from './replica-sets.ts';
import type { Store } from './store.ts';
import { WorkQueue } from './work-queue.ts';

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

interface Scale {
  readonly current: ReplicaSet;
  readonly old: readonly ReplicaSet[];
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/**
 * Rolls Deployments out, one small step per turn, so that a watch sees what it sees on a real cluster: a status that is
 * stale right after a change, then observed, then progressing. Strategy RollingUpdate only.
 */
export class DeploymentController {
  readonly #store: Store;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #second: number;
  /** The time of each rollout's last progress; its deadline counts from there. */
  readonly #moved = new Map<string, number>();
  readonly #stop: () => void;

  constructor(store: Store, events: EventRecorder, second: number) {
    this.#store = store;
    this.#events = events;
    this.#second = second;
    this.#queue = new WorkQueue(second / 30, (key) => this.#sync(key));
    this.#stop = store.listen(({ kind, object }) => {
      if (kind === DEPLOYMENT) this.#queue.add(fullName(object.metadata));
      const owner = kind === REPLICA_SET ? controllerOf(object) : undefined;
      if (owner?.kind === 'Deployment') this.#queue.add(`${object.metadata.namespace}/${owner.name}`);
    });
  }

  close(): void {
    this.#stop();
    this.#queue.close();
  }

  #sync(key: string): void {
    const [namespace, name = ''] = key.split('/');
    const deployment = this.#store.get(DEPLOYMENT, namespace, name) as Deployment | undefined;
    if (deployment === undefined) return;
    const all = (this.#store.list(REPLICA_SET, namespace) as ReplicaSet[]).filter(
      (set) => controllerOf(set)?.uid === deployment.metadata.uid,
    );
    const current = all.find((set) => isSame(templateOf(set), deployment.spec.template));
    const isGoing = deployment.metadata.deletionTimestamp !== undefined;
    const isStill = isGoing || deployment.spec.paused === true;
    if (current === undefined && !isStill) {
      this.#begin(deployment, all);
      return;
    }
    const { maxSurge, maxUnavailable } = limitsOf(deployment);
    if (current !== undefined && !isStill) {
      this.#adopt(deployment, current);
      const scale = { current, old: all.filter((set) => set !== current), maxSurge, maxUnavailable };
      if (!this.#scaleUp(deployment, scale)) this.#scaleDown(deployment, scale);
    }
    this.#report(deployment, maxUnavailable);
  }

  /** A new template: its ReplicaSet first, the rest in later steps. */
  #begin(deployment: Deployment, all: readonly ReplicaSet[]): void {
    const { metadata, spec } = deployment;
    const hash = safeHash(JSON.stringify(spec.template), 10);
    const name = `${metadata.name}-${hash}`;
    const revision = String(Math.max(0, ...all.map(revisionOf)) + 1);
    const labels = { ...spec.template.metadata?.labels, [HASH]: hash };
    const selector = spec.selector as { readonly matchLabels?: Record<string, string> };
    const set = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name,
        namespace: metadata.namespace ?? '',
        labels,
        annotations: { [REVISION]: revision },
        ownerReferences: [ownedBy(deployment)],
      },
      spec: {
        replicas: Math.max(Math.min(spec.replicas, spec.replicas + limitsOf(deployment).maxSurge - total(all)), 0),
        selector: { matchLabels: { ...selector.matchLabels, [HASH]: hash } },
        template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      },
    };
    this.#store.add(REPLICA_SET, this.#store.prepare(REPLICA_SET, set));
    this.#scaled(deployment, { metadata: { name }, spec: { replicas: 0 } }, set.spec.replicas);
    this.#moved.set(metadata.uid ?? '', performance.now());
    const news = said('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
    this.#store.edit(DEPLOYMENT, deployment, (live) => {
      const { status = {} } = live as Deployment;
      const revised = withRevision(live, revision);
      return { ...revised, status: { ...status, conditions: withCondition(status.conditions ?? [], news) } };
    });
  }

  /** The template is that of an older ReplicaSet again: it becomes the newest revision. */
  #adopt(deployment: Deployment, current: ReplicaSet): void {
    const revision = current.metadata.annotations?.[REVISION] ?? '1';
    const known = deployment.metadata.annotations?.[REVISION];
    if (known === revision) return;
    const next = known === undefined ? revision : String(Number(known) + 1);
    this.#moved.set(deployment.metadata.uid ?? '', performance.now());
    this.#store.edit(REPLICA_SET, current, (live) => withRevision(live, next));
    this.#store.edit(DEPLOYMENT, deployment, (live) => withRevision(live, next));
  }

  /** @returns whether the new ReplicaSet was scaled */
  #scaleUp(deployment: Deployment, { current, old, maxSurge }: Scale): boolean {
    const wanted = deployment.spec.replicas;
    const room = wanted + maxSurge - total([current, ...old]);
    const target = Math.min(wanted, current.spec.replicas + Math.max(room, 0));
    if (target === current.spec.replicas) return false;
    this.#scaleTo(deployment, current, target);
    return true;
  }

  /** Old pods are deleted as new ones become available; those that never were available first. */
  #scaleDown(deployment: Deployment, { current, old, maxUnavailable }: Scale): void {
    const minimum = deployment.spec.replicas - maxUnavailable;
    const newMissing = current.spec.replicas - (current.status?.availableReplicas ?? 0);
    let surplus = total([current, ...old]) - minimum - newMissing;
    for (const set of old.toSorted((a, b) => available(a) - available(b))) {
      const count = Math.min(Math.max(surplus, 0), set.spec.replicas);
      if (count === 0) continue;
      surplus -= count;
      this.#scaleTo(deployment, set, set.spec.replicas - count);
    }
  }

  #scaleTo(deployment: Deployment, set: ReplicaSet, replicas: number): void {
    this.#store.edit(REPLICA_SET, set, (live) => ({ ...live, spec: { ...(live as ReplicaSet).spec, replicas } }));
    this.#scaled(deployment, set, replicas);
  }

  #scaled(
    deployment: Deployment,
    { metadata, spec }: { readonly metadata: { readonly name: string }; readonly spec: { readonly replicas: number } },
    replicas: number,
  ): void {
    const way = replicas > spec.replicas ? 'up' : 'down';
    const message = `Scaled ${way} replica set ${metadata.name} from ${spec.replicas} to ${replicas}`;
    const component = 'deployment-controller';
    this.#events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component });
  }

  #report(deployment: Deployment, maxUnavailable: number): void {
    const { namespace, uid = '' } = deployment.metadata;
    const all = (this.#store.list(REPLICA_SET, namespace) as ReplicaSet[]).filter(
      (set) => controllerOf(set)?.uid === uid,
    );
    const current = all.find((set) => isSame(templateOf(set), deployment.spec.template));
    const deadline = deployment.spec.progressDeadlineSeconds * this.#second;
    const since = performance.now() - (this.#moved.get(uid) ?? performance.now());
    const status = rolloutStatus(deployment, { current, all, maxUnavailable, isLate: since >= deadline });
    if (hasMoved(deployment.status ?? {}, status)) this.#moved.set(uid, performance.now());
    // A pause stops the deadline, too.
    if (deployment.spec.paused === true) this.#moved.set(uid, performance.now());
    else if (!isComplete(deployment, status) && since < deadline)
      this.#queue.add(fullName(deployment.metadata), deadline - since + 1);
    this.#store.edit(DEPLOYMENT, deployment, (live) => ({ ...live, status }));
  }
}

function templateOf({ spec }: ReplicaSet): unknown {
  const { [HASH]: _, ...labels } = spec.template.metadata?.labels ?? {};
  return { ...spec.template, metadata: { ...spec.template.metadata, labels } };
}

function withRevision(object: KubeObject, revision: string): KubeObject {
  const annotations = { ...object.metadata.annotations, [REVISION]: revision };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

function total(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, { spec }) => sum + spec.replicas, 0);
}

function available({ status }: ReplicaSet): number {
  return status?.availableReplicas ?? 0;
}

/** Surge is rounded up, unavailability down; with both zero it would never progress. */
function limitsOf({ spec }: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const { rollingUpdate } = spec.strategy;
  const maxSurge = Math.ceil(shareOf(rollingUpdate.maxSurge, spec.replicas));
  const maxUnavailable = Math.floor(shareOf(rollingUpdate.maxUnavailable, spec.replicas));
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

function shareOf(share: Share, replicas: number): number {
  return typeof share === 'number' ? share : (Number.parseInt(share, 10) / 100) * replicas;
}
