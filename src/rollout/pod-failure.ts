import type { RolloutFailureReason } from '../base/outcome.ts';
import type { ContainerState, ContainerStatus, KubernetesEvent, Pod } from '../seldon/snapshot.ts';
import type { ExpectedPredictor } from './expectation.ts';
import { eventFailure } from './failures/pod-events.ts';
import type { FailureWarning } from './verdict.ts';

/** Messages of Docker, containerd and common registries that an image does not exist or access is denied. */
const NO_SUCH_IMAGE =
  /not found|manifest unknown|does not exist|no such image|no such manifest|denied|unauthorized|invalid reference format|no matching manifest|no basic auth/i;

/** The kubelet's own caches lag behind a new pod; this passes. */
const CACHE_LAG = /failed to sync .{0,200} cache: timed out/;

/** Seconds for temporary errors of the kubelet, registry or runtime, and for the cluster to add a node. */
const TRANSIENT = 60;
const AUTOSCALING = 120;
/** Seconds after a probe killed the server: the second start may be faster, because files are there. */
const SECOND_START = 150;

/** SIGTERM, which the kubelet sends to a container that does not answer its probes. */
const TERMINATED = 143;

/**
 * Will these pods never run? `grace` 0 is certain; more is a warning that counts once it has lasted. Pods that ended
 * and that Kubernetes keeps are no evidence about those that run, and the only evidence where none runs.
 */
export function podFailure(
  pods: readonly Pod[],
  predictor: ExpectedPredictor,
  events: readonly KubernetesEvent[] = [],
): FailureWarning | undefined {
  const running = pods.filter((pod) => !hasEnded(pod));
  const all = running.flatMap((pod) => [...failuresOf(pod, predictor), ...eventFailure(pod, events)]);
  return all.find((one) => one.grace === 0) ?? all[0] ?? (running.length === 0 ? endedFailure(pods) : undefined);
}

/** An evicted pod, or one whose node is gone, stays as a record until it is deleted. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** The Deployment makes a new pod in place of one that ended: until it is there this is a warning. */
function endedFailure(pods: readonly Pod[]): FailureWarning | undefined {
  const pod = pods.findLast(hasEnded);
  if (pod === undefined) return undefined;
  const { name, uid } = pod.metadata;
  const why = [pod.status?.reason, pod.status?.message].filter(Boolean).join(': ');
  const message = `pod ${name} was ended by its node or by the scheduler${why === '' ? '' : `: ${why}`}`;
  return { reason: 'evicted', message, failingObject: { kind: 'pod', name, uid }, grace: TRANSIENT };
}

function* failuresOf(pod: Pod, predictor: ExpectedPredictor): Generator<FailureWarning> {
  const { initContainerStatuses = [], containerStatuses = [], conditions = [] } = pod.status ?? {};
  for (const status of initContainerStatuses) yield* containerFailure(pod, status, true);
  for (const status of containerStatuses) yield* containerFailure(pod, status, false);
  const scheduled = conditions.find((one) => one.type === 'PodScheduled');
  if (scheduled?.status === 'False' && ['Unschedulable', 'SchedulingGated'].includes(scheduled.reason ?? '')) {
    const failingObject = { kind: 'pod', name: pod.metadata.name, uid: pod.metadata.uid } as const;
    const message = `${predictor.name}: no node takes its pod: ${scheduled.message ?? scheduled.reason}`;
    yield { reason: 'unschedulable', message, failingObject: failingObject, grace: AUTOSCALING };
  }
}

function* containerFailure(pod: Pod, status: ContainerStatus, init: boolean): Generator<FailureWarning> {
  // A container that is ready has recovered from its earlier termination.
  if (status.ready) return;
  const { name, uid } = pod.metadata;
  const failingObject = { kind: 'pod', name, uid, container: status.name, init } as const;
  const failure = (reason: RolloutFailureReason, message: string, grace = 0) => ({
    reason,
    message,
    failingObject,
    grace,
  });
  const where = `${init ? 'init container' : 'container'} ${status.name}`;
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  const killed = isKilledByProbe(status, init);
  if (ended?.reason === 'OOMKilled')
    yield failure('out-of-memory', `${where} was killed: it needs more memory than its limit`);
  else if (killed) {
    const words = `${where} was killed by its liveness probe (exit code ${ended?.exitCode}, ${restarts(status)})`;
    yield failure('probe-failed', words, isCrashLoop(status) ? 0 : SECOND_START);
  }
  if (isCrashLoop(status) && !killed) {
    const isStorage = init && status.name.endsWith('-model-initializer');
    const code = ended === undefined ? '' : `, exit code ${ended.exitCode}`;
    yield failure(isStorage ? 'storage-failed' : 'crash-loop', `${where} terminates repeatedly${code}`);
  }
  yield* startFailure({ status, where, failure });
}

/** A second termination with an error also counts: the kubelet reports the crash loop only seconds later. */
function isCrashLoop({ state, restartCount }: ContainerStatus): boolean {
  const endedAgain = restartCount > 0 && (state?.terminated?.exitCode ?? 0) !== 0;
  return state?.waiting?.reason === 'CrashLoopBackOff' || endedAgain;
}

/** A server does not end itself with the code of a signal. 137 is not taken: the kernel may have sent that one. */
function isKilledByProbe({ state, lastState, restartCount }: ContainerStatus, init: boolean): boolean {
  const ended = state?.terminated ?? lastState?.terminated;
  return !init && restartCount > 0 && ended?.exitCode === TERMINATED;
}

function restarts({ restartCount }: ContainerStatus): string {
  return `${restartCount} ${restartCount === 1 ? 'restart' : 'restarts'}`;
}

interface UnstartedContainer {
  readonly status: ContainerStatus;
  readonly where: string;
  readonly failure: (reason: RolloutFailureReason, message: string, grace?: number) => FailureWarning;
}

/** Containers that the kubelet cannot even start: every reason it gives for one that waits. */
function* startFailure({ status, where, failure }: UnstartedContainer): Generator<FailureWarning> {
  const waiting: NonNullable<ContainerState['waiting']> = status.state?.waiting ?? {};
  const words = waiting.message ?? waiting.reason ?? '';
  const pulled = `${where}: the image ${status.image ?? ''} cannot be pulled`;
  switch (waiting.reason) {
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      yield failure('image-not-found', pulled);
      break;
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      yield failure('image-not-found', pulled, NO_SUCH_IMAGE.test(words) ? 0 : TRANSIENT);
      break;
    case 'ImageInspectError':
    case 'RegistryUnavailable':
    case 'SignatureValidationFailed':
      yield failure('image-not-found', pulled, TRANSIENT);
      break;
    case 'CreateContainerConfigError':
      yield failure(
        'container-config-invalid',
        `${where} cannot be created: ${words}`,
        CACHE_LAG.test(words) ? TRANSIENT : 0,
      );
      break;
    case 'CreateContainerError':
    case 'RunContainerError':
    case 'StartError':
    case 'ContainerCannotRun':
    case 'PreCreateHookError':
    case 'PreStartHookError':
    case 'PostStartHookError':
    case 'CreatePodSandboxError':
    case 'ConfigPodSandboxError':
    case 'RunInitContainerError':
      yield failure('container-config-invalid', `${where} cannot be started: ${words}`, TRANSIENT);
      break;
    default:
  }
}
