import { type KubeObject, timestamp } from './objects.ts';
import type { ReplicaSet } from './replica-sets.ts';

export interface Deployment extends KubeObject {
  spec: {
    readonly replicas: number;
    readonly paused?: boolean;
    readonly progressDeadlineSeconds: number;
    readonly selector: unknown;
    readonly strategy: { readonly rollingUpdate: { readonly maxSurge: Share; readonly maxUnavailable: Share } };
    readonly template: ReplicaSet['spec']['template'];
  };
  status?: DeploymentStatus;
}

/** A number of pods, or a percentage of them: `25%`. */
export type Share = number | string;

/** Zero is omitted, as in Kubernetes. */
export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly conditions?: readonly DeploymentCondition[];
}

export interface DeploymentCondition {
  readonly type: 'Available' | 'Progressing' | 'ReplicaFailure';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastUpdateTime: string;
  readonly lastTransitionTime: string;
}

type News = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

export interface Rollout {
  readonly current: ReplicaSet | undefined;
  readonly all: readonly ReplicaSet[];
  /** The number of pods that may be missing. */
  readonly maxUnavailable: number;
  readonly isLate: boolean;
}

/** The status that follows from the ReplicaSets' (kubernetes/pkg/controller/deployment, `syncRolloutStatus`). */
export function rolloutStatus(deployment: Deployment, rollout: Rollout): DeploymentStatus {
  const { current, all, maxUnavailable } = rollout;
  const before = deployment.status ?? {};
  const sum = (count: (set: ReplicaSet) => number | undefined) =>
    all.reduce((total, set) => total + (count(set) ?? 0), 0);
  const available = sum(({ status }) => status?.availableReplicas);
  const counts = positive({
    replicas: sum(({ status }) => status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: sum(({ spec }) => spec.replicas) - available,
  });
  const observedGeneration = deployment.metadata.generation ?? 1;
  const isAvailable = available >= deployment.spec.replicas - maxUnavailable;
  const availability: News = isAvailable
    ? said('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : said('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.');
  const status = { observedGeneration, ...counts };
  const progress = progressOf(deployment, status, rollout);
  const conditions = withFailure(
    withCondition(withCondition(before.conditions ?? [], availability), progress),
    all.flatMap((set) => set.status?.conditions ?? [])[0],
  );
  return { ...status, conditions };
}

/** Whether every pod is one of the latest template's and available. */
export function isComplete({ spec }: Deployment, status: DeploymentStatus): boolean {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  return [replicas, updatedReplicas, availableReplicas].every((count) => count === spec.replicas);
}

/** Undefined: nothing new to say. */
function progressOf(deployment: Deployment, status: DeploymentStatus, rollout: Rollout): News | undefined {
  if (deployment.spec.paused === true)
    return said('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused');
  const before = deployment.status ?? {};
  const set = `ReplicaSet "${rollout.current?.metadata.name}"`;
  const known = before.conditions?.find(({ type }) => type === 'Progressing');
  const isSettled = status.replicas === status.updatedReplicas && known?.reason === 'NewReplicaSetAvailable';
  if (isSettled) return undefined;
  if (isComplete(deployment, status))
    return said('Progressing', 'True', 'NewReplicaSetAvailable', `${set} has successfully progressed.`);
  if (hasMoved(before, status)) return said('Progressing', 'True', 'ReplicaSetUpdated', `${set} is progressing.`);
  if (known?.reason === 'DeploymentPaused')
    return said('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (!rollout.isLate) return undefined;
  return said('Progressing', 'False', 'ProgressDeadlineExceeded', `${set} has timed out progressing.`);
}

export function hasMoved(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas;
  const grew = (count: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas') =>
    (after[count] ?? 0) > (before[count] ?? 0);
  return grew('updatedReplicas') || grew('readyReplicas') || grew('availableReplicas') || old(after) < old(before);
}

/** The condition of its type, moved to the end if it changed. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  news: News | undefined,
): readonly DeploymentCondition[] {
  if (news === undefined) return conditions;
  const known = conditions.find(({ type }) => type === news.type);
  // An equal condition is kept; each further step of a rollout gets a new date.
  const isSame = known?.status === news.status && known.reason === news.reason;
  if (isSame && news.reason !== 'ReplicaSetUpdated') return conditions;
  const now = timestamp();
  const lastTransitionTime = known?.status === news.status ? known.lastTransitionTime : now;
  const others = conditions.filter(({ type }) => type !== news.type);
  return [...others, { ...news, lastUpdateTime: now, lastTransitionTime }];
}

function withFailure(
  conditions: readonly DeploymentCondition[],
  failure: { readonly reason: string; readonly message: string } | undefined,
): readonly DeploymentCondition[] {
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  if (conditions.some(({ type }) => type === 'ReplicaFailure')) return conditions;
  return withCondition(conditions, said('ReplicaFailure', 'True', failure.reason, failure.message));
}

export function said(type: News['type'], status: News['status'], ...[reason, message]: [string, string]): News {
  return { type, status, reason, message };
}

function positive<T extends Record<string, number>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) as Partial<T>;
}
