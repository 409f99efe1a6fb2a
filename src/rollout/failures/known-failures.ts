import type { RolloutFailureReason } from '../../base/outcome.ts';
import type { RolloutStatus } from '../verdict.ts';
import { ADMISSION_FAILURES } from './admission.ts';
import { CONTAINER_FAILURES } from './containers.ts';
import { EXIT_FAILURES } from './exits.ts';
import type { FailureRow, Source } from './failure-row.ts';
import { IMAGE_FAILURES } from './images.ts';
import { NODE_FAILURES } from './node.ts';
import { OPERATOR_FAILURES } from './operator.ts';
import { SCHEDULING_FAILURES } from './scheduling.ts';
import { CONDA_FAILURES } from './server/conda.ts';
import { LAST_WORDS } from './server/last-words.ts';
import { buildEndIn, withoutNoise } from './server/log-words.ts';
import { MODEL_FILE_FAILURES } from './server/model-files.ts';
import { MODEL_SERVER_FAILURES, SERVER_START_FAILURES } from './server/model-server.ts';
import { NATIVE_FAILURES } from './server/native.ts';
import { NETWORK_FAILURES } from './server/network.ts';
import { PIP_FAILURES } from './server/pip.ts';
import { PYTHON_FAILURES } from './server/python.ts';
import { CODE_FAILURES } from './server/python-code.ts';
import { STORAGE_FAILURES } from './storage.ts';

/** pip runs inside conda, so its words are the nearer cause. */
const BUILD_FAILURES = [...PIP_FAILURES, ...CONDA_FAILURES];

/** What each speaker is known to say; the first row that matches is the cause. */
export const KNOWN_FAILURES: Readonly<Record<Source, readonly FailureRow[]>> = {
  initializer: STORAGE_FAILURES,
  server: [
    ...SERVER_START_FAILURES,
    ...PYTHON_FAILURES,
    ...NATIVE_FAILURES,
    ...MODEL_FILE_FAILURES,
    ...CODE_FAILURES,
    ...BUILD_FAILURES,
    ...NETWORK_FAILURES,
    ...MODEL_SERVER_FAILURES,
    ...LAST_WORDS,
  ],
  kubernetes: [
    ...ADMISSION_FAILURES,
    ...SCHEDULING_FAILURES,
    ...IMAGE_FAILURES,
    ...CONTAINER_FAILURES,
    ...NODE_FAILURES,
    ...OPERATOR_FAILURES,
    ...EXIT_FAILURES,
  ],
};

type FailedStatus = Extract<RolloutStatus, { phase: 'failed' }>;

interface KnownFailure {
  readonly row: FailureRow;
  readonly match: RegExpMatchArray;
}

/** The first row that explains a text; `reason` is the verdict that it shall explain. */
export function knownFailure(text: string, speaker: Source, reason: RolloutFailureReason): KnownFailure | undefined {
  if (speaker !== 'server') return firstOf(KNOWN_FAILURES[speaker], text, reason);
  const log = withoutNoise(text);
  const first = firstOf(KNOWN_FAILURES.server, log, reason);
  // A build that failed after these words has other words for its cause: what a wheel imports is no module of the model.
  if (first === undefined || buildEndIn(log) < (first.match.index ?? 0)) return first;
  return firstOf(BUILD_FAILURES, log, reason) ?? first;
}

function firstOf(rows: readonly FailureRow[], text: string, reason: RolloutFailureReason): KnownFailure | undefined {
  for (const row of rows) {
    if (row.explains !== undefined && !row.explains.includes(reason)) continue;
    const match = row.pattern.exec(text);
    if (match !== null) return { row, match };
  }
  return undefined;
}

/** The cure of a verdict that no row explains: a manifest does not set the memory of the storage initializer. */
export function cureOf({ reason, failingObject }: Pick<FailedStatus, 'reason' | 'failingObject'>): string {
  const isInitializer = failingObject?.init === true && failingObject.container?.endsWith('-model-initializer');
  return reason === 'out-of-memory' && isInitializer
    ? 'raise the memory limit of the storage initializer in the installation of Seldon (`storageInitializer.memoryLimit` of ConfigMap seldon-config), or log a smaller model'
    : CURES[reason];
}

/** The cure where the words say no more than the reason itself. */
export const CURES: Readonly<Record<RolloutFailureReason, string>> = {
  'image-not-found': 'check the image name and tag in `manifest` and the pull secrets of the namespace',
  'storage-failed': 'check the storage URI and the credentials in the Secret of `env-secret`',
  'container-config-invalid':
    'create the object that the pod references, or correct the input that names it (`env-secret`, `service-account`, `manifest`)',
  'crash-loop':
    'read the log below, which ends where the model server exits; correct the model, its `pip_requirements`, or the container in `manifest`',
  'out-of-memory':
    'give the container more memory in `manifest`: spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory',
  unschedulable:
    'free capacity in the cluster, or change the resource requests, node selectors or tolerations in `manifest`',
  'quota-exceeded': 'raise the ResourceQuota of the namespace: a rolling update needs quota for one more pod',
  'pods-refused':
    'read the message above, and correct what it names: the pod in `manifest`, `service-account`, or the policy of the namespace',
  'progress-deadline-exceeded': 'read the log below; if the model only needs more time to start, raise `timeout`',
  'operator-failed':
    'read the message of the operator above, and correct what it names in `manifest`, or in the installation of Seldon',
  'object-deleted': 'find out who deletes this SeldonDeployment, then run this workflow again',
  'object-changed':
    'find out who edits this SeldonDeployment, then run again: the new run starts from what is live then',
  superseded:
    'find out who else applies this SeldonDeployment; without `lock: false` in the workflows that deploy it, one run waits for the other',
  'scaled-to-zero':
    'scale the predictor to at least one pod (`kubectl scale seldondeployment`, `minReplicaCount` of KEDA), then run again',
  'deployment-paused':
    'find out who pauses the Deployments of Seldon, resume it (`kubectl rollout resume deployment`), then run again; a longer `timeout` does not help',
  'volume-failed': 'check the volumes of the pod: `volumes` in `manifest`, the claim in `model-uri` (`pvc://`)',
  'sandbox-failed': 'ask who runs the cluster to check the network plugin of the node, then run this workflow again',
  evicted: 'set requests for memory and `ephemeral-storage` in `manifest`, so that the pod gets a node that has room',
  'probe-failed': 'raise `timeout` or the probes in `manifest`: the server needs longer to start than its probes allow',
  'rollout-timeout':
    'if the model only needs more time to start, raise `timeout`; check that the Seldon operator is running and watches this namespace',
};
