import type { StatusCondition } from '../seldon/seldon-deployment.ts';
import type { Deployment, Pod } from '../seldon/snapshot.ts';
import type { ExpectedPredictor } from './expectation.ts';
import { hasEnded } from './pod-failure.ts';
import type { FailureWarning } from './verdict.ts';

/** Seconds. An admission webhook that is down for a short time also refuses pods. */
const REFUSAL = 30;
/** Seconds. Who pauses a rollout to look at it resumes it. */
const PAUSE = 60;
/** Seconds. An autoscaler may start the pods of an idle Deployment again. */
const ZERO = 30;

/** The Deployment controller has not yet seen the last change: what the status says is about the one before. */
export function isUnobserved({ metadata, status }: Deployment): boolean {
  return (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}

/** The failure that the Deployment's conditions report. Only conditions of the current generation count. */
export function deploymentFailure(deployment: Deployment): FailureWarning | undefined {
  const { metadata, spec, status } = deployment;
  const failingObject = { kind: 'deployment', name: metadata.name, uid: metadata.uid } as const;
  if (spec.replicas === 0) {
    const message = `Deployment ${metadata.name} is scaled to 0 pods: nothing can answer, and the operator never reports it as available`;
    return { reason: 'scaled-to-zero', message, failingObject, grace: ZERO };
  }
  if (spec.paused === true) {
    const resume = `kubectl rollout resume deployment ${metadata.name} -n ${metadata.namespace ?? 'default'}`;
    const message = `Deployment ${metadata.name} was paused by another person or tool: no new pod is created until \`${resume}\``;
    return { reason: 'deployment-paused', message, failingObject, grace: PAUSE };
  }
  if (isUnobserved(deployment)) return undefined;
  const failure = condition(status?.conditions, 'ReplicaFailure');
  if (failure?.status === 'True') {
    const message = `pods cannot be created: ${failure.message ?? failure.reason}`;
    return /exceeded quota/.test(message)
      ? { reason: 'quota-exceeded', message, failingObject: failingObject, grace: 0 }
      : { reason: 'pods-refused', message, failingObject: failingObject, grace: REFUSAL };
  }
  const progress = condition(status?.conditions, 'Progressing');
  if (progress?.status !== 'False' || progress.reason !== 'ProgressDeadlineExceeded') return undefined;
  const message = `Deployment ${metadata.name} made no progress within its deadline`;
  return { reason: 'progress-deadline-exceeded', message, failingObject: failingObject, grace: 0 };
}

export interface ProgressSubject {
  readonly predictor: ExpectedPredictor;
  /** Its new pods. */
  readonly pods: readonly Pod[];
  /** The number that the object asks for now; undefined when an autoscaler decides. */
  readonly replicas: number | undefined;
}

/** An autoscaler or a person wrote the number through the scale subresource. */
function isScaledByOthers({ managedFields }: Deployment['metadata']): boolean {
  return managedFields?.some(({ subresource }) => subresource === 'scale') ?? false;
}

/** What is still missing, in words; undefined when nothing is. The arithmetic is that of `kubectl rollout status`. */
export function progressOf(
  deployment: Deployment,
  { predictor, pods, replicas: asked }: ProgressSubject,
): string | undefined {
  const { metadata, spec, status = {} } = deployment;
  const wanted = spec.replicas ?? 1;
  const { updatedReplicas: updated = 0, availableReplicas: available = 0, replicas = 0 } = status;
  if (isUnobserved(deployment))
    return `${predictor.name}: waiting for the Deployment controller to observe its Deployment`;
  if (asked !== undefined && wanted !== asked && !isScaledByOthers(metadata))
    return `${predictor.name}: waiting for the operator to ask for ${asked} replicas`;
  if (wanted === 0) return `${predictor.name}: its Deployment is scaled to 0 pods`;
  if (updated >= wanted && replicas <= updated && available >= updated) return undefined;
  if (updated === 0) return `${predictor.name}: 0 of ${wanted} new pods created`;
  // The Deployment counts old and new pods as available. Only the pods show which of the new ones are ready.
  const ready = pods.filter((pod) => condition(pod.status?.conditions, 'Ready')?.status === 'True').length;
  if (ready < wanted) return `${predictor.name}: ${ready} of ${wanted} new pods ready${stageOf(pods)}`;
  if (replicas > updated)
    return `${predictor.name}: all new pods are ready, waiting for ${oldPods(replicas - updated)} to terminate`;
  return `${predictor.name}: ${available} of ${wanted} pods available`;
}

function oldPods(count: number): string {
  return count === 1 ? '1 old pod' : `${count} old pods`;
}

/** The state of the slowest pod: `, init container model-initializer is running`. */
function stageOf(pods: readonly Pod[]): string {
  for (const { status } of pods.filter((pod) => !hasEnded(pod))) {
    const init = status?.initContainerStatuses?.find((one) => one.state?.terminated?.exitCode !== 0);
    if (init !== undefined)
      return `, init container ${init.name} ${init.state?.running === undefined ? 'is waiting' : 'is running'}`;
    const containers = status?.containerStatuses?.filter((one) => !one.ready) ?? [];
    if (containers.length > 0) return `, not ready: ${containers.map((one) => one.name).join(', ')}`;
    if (status?.phase === 'Pending') return ', pod is pending';
  }
  return '';
}

function condition(conditions: readonly StatusCondition[] | undefined, type: string): StatusCondition | undefined {
  return conditions?.find((one) => one.type === type);
}
