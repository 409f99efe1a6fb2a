import type { RolloutFailureReason } from '../../base/outcome.ts';
import type { KubernetesEvent, Pod } from '../../seldon/snapshot.ts';
import type { FailureWarning } from '../verdict.ts';

/** Events after which a pod mostly never starts, though its status says no more than that it waits. */
const STUCK: Readonly<Record<string, RolloutFailureReason>> = {
  FailedMount: 'volume-failed',
  FailedAttachVolume: 'volume-failed',
  FailedMapVolume: 'volume-failed',
  FailedBinding: 'volume-failed',
  ProvisioningFailed: 'volume-failed',
  VolumeFailedMount: 'volume-failed',
  FailedCreatePodSandBox: 'sandbox-failed',
  FailedCreatePodContainer: 'sandbox-failed',
  NetworkNotReady: 'sandbox-failed',
};

/** A node on its way, in the words of the cluster autoscaler, Karpenter and the scheduler's preemption. */
const NODE_COMES = /^(?:TriggeredScaleUp|Nominated|NominatedNode|WaitingOnNode|Provisioned|ScaledUp)$/;

/** Seconds for the kubelet and the storage to get over it: they try again after up to two minutes. */
const SETTLING = 150;

/** Is the pod's last event one that mostly lasts for ever? Only of a pod of which nothing runs yet. */
export function eventFailure(pod: Pod, events: readonly KubernetesEvent[]): readonly FailureWarning[] {
  const { name, uid } = pod.metadata;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const hasStarted = [...initContainerStatuses, ...containerStatuses].some(({ state, lastState }) => {
    return [state?.running, state?.terminated, lastState?.terminated].some((one) => one !== undefined);
  });
  if (hasStarted) return [];
  const last = eventsOf(pod, events).findLast((one) => STUCK[one.reason ?? ''] !== undefined || isProgress(one));
  const reason = STUCK[last?.reason ?? ''];
  if (last === undefined || reason === undefined) return [];
  const message = `pod ${name} does not start, ${last.reason}: ${last.message ?? ''}`;
  return [{ reason, message, failingObject: { kind: 'pod', name, uid }, grace: SETTLING }];
}

/** Is room being made for a pod that no node takes? */
export function isNodeComing(pod: Pod | undefined, events: readonly KubernetesEvent[]): boolean {
  return pod !== undefined && eventsOf(pod, events).some(({ reason }) => NODE_COMES.test(reason ?? ''));
}

function eventsOf({ metadata }: Pod, events: readonly KubernetesEvent[]): readonly KubernetesEvent[] {
  return events.filter(({ involvedObject: { uid, name } }) => {
    return uid === undefined ? name === metadata.name : uid === metadata.uid;
  });
}

/** The kubelet pulls and starts containers only once volumes and network are there. */
function isProgress({ type, reason = '' }: KubernetesEvent): boolean {
  return type === 'Normal' && ['Pulling', 'Pulled', 'Created', 'Started', 'SuccessfulMountVolume'].includes(reason);
}
