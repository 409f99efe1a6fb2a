import { failureOf } from '../../src/adapters/kubernetes/api-status.ts';
import type { Finding } from '../../src/base/finding.ts';
import { diagnose } from '../../src/rollout/failures/diagnosis.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import type { ContainerStatus, Deployment, KubernetesEvent, Pod } from '../../src/seldon/snapshot.ts';
import { aDeployment, anObject, aPod, expectedWine } from './cluster-states.ts';

/** A failure that people met: its text, where it was seen, and words that the sentence and the cure must have. */
export interface RecordedFailure {
  readonly id: string;
  readonly stage: string;
  readonly text: string;
  /** Alternatives, separated by `|`. */
  readonly mustName: string;
  readonly cureMustName: string;
}

const INITIALIZER = 'prediction-model-initializer';
const starting = aDeployment({ readyReplicas: 0, availableReplicas: 0, unavailableReplicas: 1 });

interface Scene {
  readonly deployment?: Deployment;
  readonly pod?: Pod;
  readonly log?: { readonly container: string; readonly text: string };
  readonly events?: readonly KubernetesEvent[];
  readonly operator?: string;
}

function waitingFor(name: string, reason: string, message?: string): ContainerStatus {
  return {
    name,
    ready: false,
    restartCount: 0,
    image: 'seldonio/mlflowserver:1.17.1',
    state: { waiting: { reason, ...(message !== undefined && { message }) } },
  };
}

function crashed(name: string): ContainerStatus {
  const ended = { exitCode: 1, reason: 'Error' };
  return { ...waitingFor(name, 'CrashLoopBackOff'), restartCount: 2, lastState: { terminated: ended } };
}

/** What the cluster shows when a failure of that stage happens. */
function sceneOf({ stage, text }: Pick<RecordedFailure, 'stage' | 'text'>): Scene {
  switch (stage) {
    case 'init':
      return { pod: aPod({ initContainerStatuses: [crashed(INITIALIZER)] }), log: { container: INITIALIZER, text } };
    case 'server':
      return { pod: aPod({ containerStatuses: [crashed('prediction')] }), log: { container: 'prediction', text } };
    case 'deploy': {
      const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: text }];
      return { deployment: aDeployment({ updatedReplicas: 0, availableReplicas: 0, conditions }) };
    }
    case 'sched': {
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: text }];
      return { pod: aPod({ phase: 'Pending', conditions }) };
    }
    case 'image':
      return { pod: aPod({ containerStatuses: [waitingFor('prediction', 'ErrImagePull', text)] }) };
    case 'config':
      return { pod: aPod({ initContainerStatuses: [waitingFor(INITIALIZER, 'CreateContainerConfigError', text)] }) };
    case 'evicted':
      return { pod: aPod({ phase: 'Failed', reason: 'Evicted', message: text }) };
    case 'oom': {
      const terminated = { exitCode: 137, reason: 'OOMKilled' };
      return { pod: aPod({ containerStatuses: [{ ...crashed('prediction'), lastState: { terminated } }] }) };
    }
    case 'operator':
      return { operator: text };
    default: {
      const involvedObject = { kind: 'Pod', name: 'wine-main-0-prediction-1', uid: 'uid-p' };
      const event = { type: 'Warning', reason: stage.replace('event:', ''), message: text, involvedObject };
      return {
        pod: aPod({ phase: 'Pending', containerStatuses: [waitingFor('prediction', 'ContainerCreating')] }),
        events: [event],
      };
    }
  }
}

/** What a run reports when a failure of that stage happens with that text. */
export function findingOf(failure: Pick<RecordedFailure, 'stage' | 'text'>): Pick<Finding, 'title' | 'cure' | 'row'> {
  if (failure.stage === 'apply') {
    const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', message: failure.text });
    const asked = { verb: 'patch', resource: 'seldondeployments.machinelearning.seldon.io', namespace: 'seldon' };
    const error = failureOf({ status: 500, headers: {}, body }, asked);
    return { title: error.message, cure: error.hint };
  }
  const { deployment = starting, pod, log, events = [], operator } = sceneOf(failure);
  const state = operator === undefined ? { state: 'Creating' } : { state: 'Failed', description: operator };
  const pods = pod === undefined ? [] : [pod];
  const snapshot = { seldonDeployment: anObject(state), deployments: [deployment], pods, routes: undefined };
  const seen = rolloutStatusOf(snapshot, expectedWine);
  const lasting =
    seen.phase === 'in-progress' && seen.warning !== undefined ? { ...seen.warning, phase: 'failed' as const } : seen;
  const status =
    lasting.phase === 'in-progress'
      ? ({ phase: 'failed', reason: 'rollout-timeout', message: `not ready after 680 s: ${lasting.message}` } as const)
      : lasting;
  const logs = log === undefined ? [] : [{ pod: 'wine-main-0-prediction-1', previous: false, ...log }];
  const [finding] = diagnose({ status, snapshot, expected: expectedWine, logs, events });
  if (finding === undefined) throw new Error('no finding');
  return finding;
}
