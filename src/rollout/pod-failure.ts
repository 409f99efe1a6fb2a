import type { RolloutFailureReason } from '../base/outcome.ts';
import type { ContainerState, ContainerStatus, Pod } from '../seldon/snapshot.ts';
import type { ExpectedPredictor } from './expectation.ts';
import type { Suspicion } from './verdict.ts';

/** A registry that says the image is not there or not for us, in the words of Docker, containerd and usual registries. */
const NO_SUCH_IMAGE =
  /not found|manifest unknown|does not exist|no such image|no such manifest|denied|unauthorized|invalid reference format/i;

/** The kubelet's own caches lag behind a new pod; this passes. */
const CACHE_LAG = /failed to sync .* cache: timed out/;

/** Seconds for what a busy kubelet, registry or runtime may still get over, and for a cluster to grow a node. */
const TRANSIENT = 60;
const AUTOSCALING = 120;

/** Will these pods never run? `grace` 0 is certain; more is a suspicion that counts once it has lasted. */
export function podDoom(pods: readonly Pod[], predictor: ExpectedPredictor): Suspicion | undefined {
  const all = pods.flatMap((pod) => [...doomsOf(pod, predictor)]);
  return all.find((one) => one.grace === 0) ?? all[0];
}

function* doomsOf(pod: Pod, predictor: ExpectedPredictor): Generator<Suspicion> {
  const { initContainerStatuses = [], containerStatuses = [], conditions = [] } = pod.status ?? {};
  for (const status of initContainerStatuses) yield* containerDoom(pod, status, true);
  for (const status of containerStatuses) yield* containerDoom(pod, status, false);
  const scheduled = conditions.find((one) => one.type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const culprit = { kind: 'pod', name: pod.metadata.name, uid: pod.metadata.uid } as const;
    const message = `${predictor.name}: no node takes its pod: ${scheduled.message ?? ''}`;
    yield { reason: 'unschedulable', message, culprit, grace: AUTOSCALING };
  }
}

function* containerDoom(pod: Pod, status: ContainerStatus, init: boolean): Generator<Suspicion> {
  // A container that serves has got over whatever ended it before.
  if (status.ready) return;
  const { name, uid } = pod.metadata;
  const culprit = { kind: 'pod', name, uid, container: status.name, init } as const;
  const doom = (reason: RolloutFailureReason, message: string, grace = 0) => ({ reason, message, culprit, grace });
  const where = `${init ? 'init container' : 'container'} ${status.name}`;
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  if (ended?.reason === 'OOMKilled')
    yield doom('out-of-memory', `${where} was killed: it needs more memory than its limit`);
  if (isCrashLoop(status)) {
    const isStorage = init && status.name.endsWith('-model-initializer');
    const code = ended === undefined ? '' : `, exit code ${ended.exitCode}`;
    yield doom(isStorage ? 'storage-failed' : 'crash-loop', `${where} ends again and again${code}`);
  }
  yield* startDoom({ status, where, doom });
}

/** Ended in error for the second time, too: the kubelet calls that a crash loop only seconds later. */
function isCrashLoop({ state, restartCount }: ContainerStatus): boolean {
  const endedAgain = restartCount > 0 && (state?.terminated?.exitCode ?? 0) !== 0;
  return state?.waiting?.reason === 'CrashLoopBackOff' || endedAgain;
}

interface Unstarted {
  readonly status: ContainerStatus;
  readonly where: string;
  readonly doom: (reason: RolloutFailureReason, message: string, grace?: number) => Suspicion;
}

/** Containers that the kubelet cannot even start. */
function* startDoom({ status, where, doom }: Unstarted): Generator<Suspicion> {
  const waiting: NonNullable<ContainerState['waiting']> = status.state?.waiting ?? {};
  const words = waiting.message ?? waiting.reason ?? '';
  switch (waiting.reason) {
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      yield doom('image-not-found', `${where}: the image ${status.image ?? ''} cannot be pulled`);
      break;
    case 'ErrImagePull':
    case 'ImagePullBackOff': {
      const grace = NO_SUCH_IMAGE.test(words) ? 0 : TRANSIENT;
      yield doom('image-not-found', `${where}: the image ${status.image ?? ''} cannot be pulled`, grace);
      break;
    }
    case 'CreateContainerConfigError': {
      const grace = CACHE_LAG.test(words) ? TRANSIENT : 0;
      yield doom('container-config-invalid', `${where} cannot be created: ${words}`, grace);
      break;
    }
    case 'CreateContainerError':
    case 'RunContainerError':
      yield doom('container-config-invalid', `${where} cannot be started: ${words}`, TRANSIENT);
      break;
    default:
  }
}
