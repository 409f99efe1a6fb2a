import type { RolloutFailureReason } from './report.ts';
import type { ExpectedPredictor, Suspicion } from './rollout-status.ts';
import type { ContainerStatus, Pod } from './snapshot.ts';

/** A registry that says the image is not there, in the words of Docker, containerd and the usual registries. */
const NO_SUCH_IMAGE = /not found|manifest unknown|does not exist|no such|denied|unauthorized|invalid reference format/i;

/** The kubelet's own caches lag behind a new pod; this passes. */
const CACHE_LAG = /failed to sync .* cache: timed out/;

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
    yield {
      reason: 'unschedulable',
      message: `${predictor.name}: no node takes its pod: ${scheduled.message ?? ''}`,
      culprit,
      grace: 120,
    };
  }
}

function* containerDoom(pod: Pod, status: ContainerStatus, init: boolean): Generator<Suspicion> {
  const culprit = {
    kind: 'pod',
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    container: status.name,
    init,
  } as const;
  const doom = (reason: RolloutFailureReason, message: string, grace = 0): Suspicion => ({
    reason,
    message,
    culprit,
    grace,
  });
  const where = `${init ? 'init container' : 'container'} ${status.name}`;
  const { waiting, terminated } = status.state ?? {};
  const ended = terminated ?? status.lastState?.terminated;
  if (ended?.reason === 'OOMKilled')
    yield doom('out-of-memory', `${where} was killed: it needs more memory than its limit`);
  switch (waiting?.reason) {
    case 'CrashLoopBackOff': {
      const isStorage = init && status.name.endsWith('-model-initializer');
      const code = ended === undefined ? '' : `, exit code ${ended.exitCode}`;
      yield doom(isStorage ? 'storage-failed' : 'crash-loop', `${where} ends again and again${code}`);
      break;
    }
    case 'InvalidImageName':
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ErrImageNeverPull': {
      const absent = waiting.reason === 'InvalidImageName' || NO_SUCH_IMAGE.test(waiting.message ?? '');
      yield doom('image-not-found', `${where}: the image ${status.image ?? ''} cannot be pulled`, absent ? 0 : 60);
      break;
    }
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      yield doom(
        'container-config-invalid',
        `${where} cannot be created: ${waiting.message ?? waiting.reason}`,
        CACHE_LAG.test(waiting.message ?? '') ? 60 : 0,
      );
      break;
    default:
  }
}
