import type { RolloutFailureReason } from './report.ts';

/** What is known about where a failure happened, for sentences that name things. */
export interface FailureContext {
  readonly modelUri: string;
  readonly remote: string | undefined;
}

export interface KnownFailure {
  /** Found in the pod's own words: logs, messages, events. */
  readonly pattern: RegExp;
  readonly title: (context: FailureContext) => string;
  readonly cure: (context: FailureContext) => string;
}

const remoteOf = ({ remote }: FailureContext) => remote ?? 's3';

/** Failures of MLflow models on Seldon that people meet again and again, most telling first. */
export const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    pattern: /didn't find section in config file/,
    title: (at) => `Seldon's storage initializer knows no remote \`${remoteOf(at)}\`, so it cannot read ${at.modelUri}`,
    cure: (at) =>
      `put RCLONE_CONFIG_${remoteOf(at).toUpperCase()}_TYPE and its credentials into the Secret of \`env-secret\`: the scheme of the URI is the name of an rclone remote, and AWS_* variables alone are not read`,
  },
  {
    pattern: /directory not found|NoSuchBucket|bucket doesn't exist/i,
    title: (at) => `${at.modelUri} does not exist for Seldon's storage initializer`,
    cure: () =>
      'check `artifacts-destination` or `storage-uri-map`: the URI must be the folder with MLmodel, as the cluster reaches it',
  },
  {
    pattern:
      /InvalidAccessKeyId|SignatureDoesNotMatch|NoCredentialProviders|AccessDenied|403 Forbidden|AuthorizationFailure|AuthenticationFailed/,
    title: (at) => `the storage refuses the initializer's credentials for ${at.modelUri}`,
    cure: (at) =>
      `correct RCLONE_CONFIG_${remoteOf(at).toUpperCase()}_* in the Secret of \`env-secret\`, or give a \`service-account\` that may read the bucket`,
  },
  {
    pattern: /nothing to transfer|\/mnt\/models\/MLmodel|No such file or directory: '\/mnt\/models/,
    title: (at) => `the folder that was copied from ${at.modelUri} holds no MLmodel`,
    cure: () =>
      'check that the URI is the folder which contains MLmodel; object stores answer an unknown prefix with an empty list',
  },
  {
    pattern: /Unrecognized serialization format|No module named 'skops'/,
    title: () => 'the model was saved with skops, which the MLflow inside the server cannot read',
    cure: () =>
      "log it again with `serialization_format='cloudpickle'`, or serve it with a newer image through `manifest`",
  },
  {
    pattern: /unexpected keyword argument 'required'/,
    title: () => "the model's signature was written by a newer MLflow than the one inside the server",
    cure: () =>
      'use a server image with MLflow 2.10 or later through `manifest`, or log the model with the older MLflow',
  },
  {
    pattern: /join\(\) argument must be str.*not 'dict'/,
    title: () => "the server image is too old for this model's environment entry (MLflow 2 and later)",
    cure: () => 'use the images of Seldon Core 1.16 or later',
  },
  {
    pattern: /ResolvePackageNotFound|PackagesNotFoundError|LibMambaUnsatisfiableError/,
    title: () => "conda cannot build the model's environment: a version it pins is not to be had",
    cure: () => "loosen the pins in the model's conda.yaml (often the Python patch version) and log it again",
  },
  {
    pattern: /ModuleNotFoundError: No module named '([^']+)'|ImportError: /,
    title: () => 'the model needs a Python module that its environment does not have',
    cure: () => 'log the model with the missing package in `pip_requirements`, or with your own code in `code_paths`',
  },
  {
    pattern: /WORKER TIMEOUT/,
    title: () => 'the Python server killed its own worker while it loaded the model',
    cure: () =>
      'raise the annotation `seldon.io/rest-timeout` in `manifest`: the server takes it as the time a worker may take to load',
  },
  {
    pattern: /no such host|dial tcp|connection refused|i\/o timeout|TLS handshake timeout/,
    title: () => 'a host could not be reached from the pod',
    cure: () => 'check the storage endpoint in the Secret of `env-secret`, and the network policies of the namespace',
  },
];

/** The cure where the pod's words say no more than the reason itself. */
export const CURES: Readonly<Record<RolloutFailureReason, string>> = {
  'image-not-found': 'check the image name and tag in `manifest` and the pull secrets of the namespace',
  'storage-failed': 'check the storage URI and the credentials in the Secret of `env-secret`',
  'container-config-invalid':
    'create what the pod asks for, or correct the input that names it (`env-secret`, `service-account`, `manifest`)',
  'crash-loop': "read the log above: the model's server ends by itself",
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
  superseded:
    'another run or person applied the same object: put the workflows that deploy it into one concurrency group',
  'rollout-timeout':
    'if the model only needs longer to start, raise `timeout`; is the Seldon operator running and watching this namespace?',
};
