import type { RolloutFailureReason } from '../base/outcome.ts';
import { ADMISSION_FAILURES } from './failures/admission.ts';
import { CONTAINER_FAILURES } from './failures/containers.ts';
import { ENVIRONMENT_FAILURES } from './failures/environment.ts';
import type { FailureRow, Source } from './failures/failure-row.ts';
import { MODEL_SERVER_FAILURES } from './failures/model-server.ts';
import { NODE_FAILURES } from './failures/node.ts';
import { OPERATOR_FAILURES } from './failures/operator.ts';
import { PYTHON_FAILURES } from './failures/python.ts';
import { SCHEDULING_FAILURES } from './failures/scheduling.ts';
import { STORAGE_FAILURES } from './failures/storage.ts';

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
    'create what the pod asks for, or correct the input that names it (`env-secret`, `service-account`, `manifest`)',
  'crash-loop': "read the log below: the model's server ends by itself",
  'out-of-memory':
    'give the container more memory in `manifest`: spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory',
  unschedulable:
    'make room in the cluster, or lower the resource requests, node selectors or taints that stand in the way',
  'quota-exceeded': 'raise the ResourceQuota of the namespace: a rolling update needs room for one more pod',
  'pods-refused': 'read the message above: the API server refuses the pods that the Deployment asks for',
  'progress-deadline-exceeded': 'if the model only needs longer to start, raise `timeout`',
  'operator-failed':
    'read what the operator says above; the SeldonDeployment passed its webhook but could not be carried out',
  'object-deleted': 'find out who deletes this SeldonDeployment; run this workflow in a concurrency group',
  'object-changed':
    'find out who edits this SeldonDeployment, then run again: the new run starts from what is live then',
  superseded:
    'another run or person applied the same object: put the workflows that deploy it into one concurrency group',
  'volume-failed': 'check the volumes of the pod: `volumes` in `manifest`, the claim in `model-uri` (`pvc://`)',
  'sandbox-failed': 'ask who runs the cluster to check the network plugin of the node, then run this workflow again',
  evicted: 'set requests for memory and `ephemeral-storage` in `manifest`, so that the pod gets a node that has room',
  'probe-failed': 'raise `timeout` or the probes in `manifest`: the server needs longer to start than its probes allow',
  'rollout-timeout':
    'if the model only needs longer to start, raise `timeout`; is the Seldon operator running and watching this namespace?',
};
