import type { RolloutFailureReason } from '../../base/outcome.ts';
import { ADMISSION_FAILURES } from './admission.ts';
import { CONTAINER_FAILURES } from './containers.ts';
import { ENVIRONMENT_FAILURES } from './environment.ts';
import type { FailureRow, Source } from './failure-row.ts';
import { MODEL_SERVER_FAILURES } from './model-server.ts';
import { NODE_FAILURES } from './node.ts';
import { OPERATOR_FAILURES } from './operator.ts';
import { PYTHON_FAILURES } from './python.ts';
import { SCHEDULING_FAILURES } from './scheduling.ts';
import { STORAGE_FAILURES } from './storage.ts';

/** What each speaker is known to say; the first row that matches is the cause. */
export const KNOWN_FAILURES: Readonly<Record<Source, readonly FailureRow[]>> = {
  initializer: STORAGE_FAILURES,
  server: [
    ...MODEL_SERVER_FAILURES.slice(0, 4),
    ...PYTHON_FAILURES,
    ...ENVIRONMENT_FAILURES,
    ...MODEL_SERVER_FAILURES.slice(4),
  ],
  kubernetes: [
    ...ADMISSION_FAILURES,
    ...SCHEDULING_FAILURES,
    ...CONTAINER_FAILURES,
    ...NODE_FAILURES,
    ...OPERATOR_FAILURES,
  ],
};

/** The first row that explains a text; `reason` is the verdict that it shall explain. */
export function knownFailure(
  text: string,
  speaker: Source,
  reason: RolloutFailureReason,
): { readonly row: FailureRow; readonly match: RegExpMatchArray } | undefined {
  for (const row of KNOWN_FAILURES[speaker]) {
    if (row.explains !== undefined && !row.explains.includes(reason)) continue;
    const match = row.pattern.exec(text);
    if (match !== null) return { row, match };
  }
  return undefined;
}

/** The cure where the words say no more than the reason itself. */
export const CURES: Readonly<Record<RolloutFailureReason, string>> = {
  'image-not-found': 'check the image name and tag in `manifest` and the pull secrets of the namespace',
  'storage-failed': 'check the storage URI and the credentials in the Secret of `env-secret`',
  'container-config-invalid':
    'create the object that the pod references, or correct the input that names it (`env-secret`, `service-account`, `manifest`)',
  'crash-loop': 'read the log below: the model server exits',
  'out-of-memory':
    'give the container more memory in `manifest`: spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory',
  unschedulable:
    'free capacity in the cluster, or change the resource requests, node selectors or tolerations in `manifest`',
  'quota-exceeded': 'raise the ResourceQuota of the namespace: a rolling update needs quota for one more pod',
  'pods-refused': 'read the message above: the API server refuses the pods of the Deployment',
  'progress-deadline-exceeded': 'if the model only needs more time to start, raise `timeout`',
  'operator-failed':
    'read what the operator says above; the SeldonDeployment passed its webhook but could not be carried out',
  'object-deleted': 'find out who deletes this SeldonDeployment; run this workflow in a concurrency group',
  'object-changed':
    'find out who edits this SeldonDeployment, then run again: the new run starts from what is live then',
  superseded:
    'another run or person applied the same object: put the workflows that deploy it into one concurrency group',
  'scaled-to-zero':
    'scale the predictor to at least one pod (`kubectl scale seldondeployment`, `minReplicaCount` of KEDA), then run again',
  'volume-failed': 'check the volumes of the pod: `volumes` in `manifest`, the claim in `model-uri` (`pvc://`)',
  'sandbox-failed': 'ask who runs the cluster to check the network plugin of the node, then run this workflow again',
  evicted: 'set requests for memory and `ephemeral-storage` in `manifest`, so that the pod gets a node that has room',
  'probe-failed': 'raise `timeout` or the probes in `manifest`: the server needs longer to start than its probes allow',
  'rollout-timeout':
    'if the model only needs more time to start, raise `timeout`; check that the Seldon operator is running and watches this namespace',
};
