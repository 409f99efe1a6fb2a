import type { RolloutFailureReason } from '../base/outcome.ts';
import type { ContainerState, ContainerStatus, Pod } from '../seldon/snapshot.ts';
import type { ExpectedPredictor } from './expectation.ts';
import type { FailureWarning } from './verdict.ts';

/** A registry that says the image is not there or not for us, in the words of Docker, containerd and usual registries. */
const NO_SUCH_IMAGE =
  /not found|manifest unknown|does not exist|no such image|no such manifest|denied|unauthorized|invalid reference format/i;

/** The kubelet's own caches lag behind a new pod; this passes. */
const CACHE_LAG = /failed to sync .* cache: timed out/;

/** Seconds for what a busy kubelet, registry or runtime may still get over, and for a cluster to grow a node. */
const TRANSIENT = 60;
const AUTOSCALING = 120;

/** Will these pods never run? `grace` 0 is certain; more is a warning that counts once it has lasted. */
export function podFailure(pods: readonly Pod[], predictor: ExpectedPredictor): FailureWarning | undefined {
  const all = pods.flatMap((pod) => [...failuresOf(pod, predictor)]);
  return all.find((one) => one.grace === 0) ?? all[0];
}

function* failuresOf(pod: Pod, predictor: ExpectedPredictor): Generator<FailureWarning> {
  const { initContainerStatuses = [], containerStatuses = [], conditions = [] } = pod.status ?? {};
  for (const status of initContainerStatuses) yield* containerFailure(pod, status, true);
  for (const status of containerStatuses) yield* containerFailure(pod, status, false);
  const scheduled = conditions.find((one) => one.type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const failingObject = { kind: 'pod', name: pod.metadata.name, uid: pod.metadata.uid } as const;
    const message = `${predictor.name}: no node takes its pod: ${scheduled.message ?? ''}`;
    yield { reason: 'unschedulable', message, failingObject: failingObject, grace: AUTOSCALING };
  }
}

function* containerFailure(pod: Pod, status: ContainerStatus, init: boolean): Generator<FailureWarning> {
  // A container that serves has got over whatever ended it before.
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
  if (ended?.reason === 'OOMKilled')
    yield failure('out-of-memory', `${where} was killed: it needs more memory than its limit`);
  if (isCrashLoop(status)) {
    const isStorage = init && status.name.endsWith('-model-initializer');
    const code = ended === undefined ? '' : `, exit code ${ended.exitCode}`;
    yield failure(isStorage ? 'storage-failed' : 'crash-loop', `${where} ends again and again${code}`);
  }
  yield* startFailure({ status, where, failure });
}

/** Ended in error for the second time, too: the kubelet calls that a crash loop only seconds later. */
function isCrashLoop({ state, restartCount }: ContainerStatus): boolean {
  const endedAgain = restartCount > 0 && (state?.terminated?.exitCode ?? 0) !== 0;
  return state?.waiting?.reason === 'CrashLoopBackOff' || endedAgain;
}

interface UnstartedContainer {
  readonly status: ContainerStatus;
  readonly where: string;
  readonly failure: (reason: RolloutFailureReason, message: string, grace?: number) => FailureWarning;
}

/** Containers that the kubelet cannot even start. */
function* startFailure({ status, where, failure }: UnstartedContainer): Generator<FailureWarning> {
  const waiting: NonNullable<ContainerState['waiting']> = status.state?.waiting ?? {};
  const words = waiting.message ?? waiting.reason ?? '';
  switch (waiting.reason) {
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      yield failure('image-not-found', `${where}: the image ${status.image ?? ''} cannot be pulled`);
      break;
    case 'ErrImagePull':
    case 'ImagePullBackOff': {
      const grace = NO_SUCH_IMAGE.test(words) ? 0 : TRANSIENT;
      yield failure('image-not-found', `${where}: the image ${status.image ?? ''} cannot be pulled`, grace);
      break;
    }
    case 'CreateContainerConfigError': {
      const grace = CACHE_LAG.test(words) ? TRANSIENT : 0;
      yield failure('container-config-invalid', `${where} cannot be created: ${words}`, grace);
      break;
    }
    case 'CreateContainerError':
    case 'RunContainerError':
      yield failure('container-config-invalid', `${where} cannot be started: ${words}`, TRANSIENT);
      break;
    default:
  }
}
