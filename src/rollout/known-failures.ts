import type { RolloutFailureReason } from '../base/outcome.ts';

/** What is known about where a failure happened, for sentences that name things. */
export interface FailureContext {
  readonly modelUri: string;
  /** Name of the Secret that the storage initializer gets, as the live object says. */
  readonly secret: string | undefined;
}

/** Who says it: the storage initializer's log, the log of another container, or Kubernetes in messages and events. */
export type Source = 'initializer' | 'server' | 'kubernetes';

export interface KnownFailure {
  readonly speaker: Source;
  readonly pattern: RegExp;
  readonly title: (at: FailureContext, match: RegExpMatchArray) => string;
  readonly cure: (at: FailureContext, match: RegExpMatchArray) => string;
}

const secretOf = ({ secret }: FailureContext) =>
  secret === undefined ? 'a Secret named by `env-secret`' : `Secret \`${secret}\` (\`env-secret\`)`;

const remoteOf = ({ modelUri }: FailureContext) => /^([\w-]+):/.exec(modelUri)?.[1] ?? 's3';

/** Schemes of MLflow's that no rclone remote can stand for. */
const REGISTRY_SCHEME = /^(?:models|runs|mlflow-artifacts)$/;

/** rclone 1.59 to 1.64, the storage initializer since Seldon Core 1.8, in its words and those of the storages behind it. */
const STORAGE: readonly Omit<KnownFailure, 'speaker'>[] = [
  {
    pattern: /create file system for "([\w-]+):[^"]*": didn't find section in config file/,
    title: (at, [, remote]) =>
      `Seldon's storage initializer knows no remote \`${remote}\`, so it cannot read ${at.modelUri}`,
    cure: (at, [, remote = '']) =>
      REGISTRY_SCHEME.test(remote)
        ? 'say where the same files lie for the cluster, with `artifacts-destination` or `storage-uri-map`'
        : `put \`RCLONE_CONFIG_${remote.toUpperCase()}_TYPE\` and its credentials into ${secretOf(at)}: the scheme of the URI is the name of an rclone remote, and \`AWS_*\` variables alone are not read`,
  },
  {
    pattern: /directory not found|NoSuchBucket|bucket doesn't exist/i,
    title: (at) => `The storage initializer finds nothing at ${at.modelUri}`,
    cure: () =>
      'check `artifacts-destination` or `storage-uri-map`: the URI must be the folder with MLmodel, as the cluster reaches it',
  },
  {
    pattern:
      /InvalidAccessKeyId|SignatureDoesNotMatch|NoCredentialProviders|AccessDenied|status code: 403|403 Forbidden|AuthorizationFailure|AuthenticationFailed|401 Unauthorized|couldn't decrypt password/,
    title: (at, [words]) => `The storage refuses the credentials for ${at.modelUri}: ${words}`,
    cure: (at) =>
      `correct \`RCLONE_CONFIG_${remoteOf(at).toUpperCase()}_*\` in ${secretOf(at)}, or give a \`service-account\` that may read the bucket`,
  },
  {
    pattern: /no such host|dial tcp|connection refused|i\/o timeout|TLS handshake timeout|x509: /,
    title: (at) => `The storage initializer cannot reach the storage of ${at.modelUri}`,
    cure: (at) =>
      `check \`RCLONE_CONFIG_${remoteOf(at).toUpperCase()}_ENDPOINT\` in ${secretOf(at)}, and the network policies of the namespace`,
  },
];

/** MLflow inside Seldon's Python wrapper or MLServer, and what both print when the model cannot be loaded. */
const SERVER: readonly Omit<KnownFailure, 'speaker'>[] = [
  {
    pattern: /Could not find an "MLmodel"|No such file or directory: '\/mnt\/models/,
    title: (at) => `The folder that was copied from ${at.modelUri} holds no MLmodel`,
    cure: () =>
      'check `model-uri` and `storage-uri-map`: the URI must be the folder with MLmodel; object stores answer an unknown prefix with an empty list',
  },
  {
    pattern: /Unrecognized serialization format: skops|No module named 'skops'/,
    title: () => 'The model was saved with skops, which the MLflow inside the server cannot read',
    cure: () =>
      "log it again with `serialization_format='cloudpickle'`, or serve it with a newer image through `manifest`",
  },
  {
    pattern: /unexpected keyword argument 'required'/,
    title: () => "The model's signature was written by a newer MLflow than the one inside the server",
    cure: () =>
      'use a server image with MLflow 2.10 or later through `manifest`, or log the model with the older MLflow',
  },
  {
    pattern: /join\(\) argument must be str.*not 'dict'/,
    title: () => "The server image is too old for this model's environment entry (MLflow 2 and later)",
    cure: () => 'use an image of Seldon Core 1.16 or later through `manifest`',
  },
  {
    pattern:
      /(?:ResolvePackageNotFound|PackagesNotFoundError|LibMambaUnsatisfiableError)[\s\S]{0,200}?(\bpython=[\d.]+)?/,
    title: () => "Conda cannot build the model's environment: a version it pins is not to be had",
    cure: () => "loosen the pins in the model's conda.yaml (often the patch version of Python) and log it again",
  },
  {
    pattern: /No matching distribution found for ([^\s]+)/,
    title: (_, [, wanted]) => `pip cannot build the model's environment: no ${wanted} for this Python`,
    cure: (_, [, wanted]) => `log the model with another version of ${wanted} in \`pip_requirements\``,
  },
  {
    pattern: /No module named '([^']+)'/,
    title: (_, [, module]) => `The model needs the Python module ${module}, which its environment does not have`,
    cure: (_, [, module]) =>
      `log the model with ${module} in \`pip_requirements\`, or in \`code_paths\` if it is your own code`,
  },
  {
    pattern:
      /CondaHTTPError|Name or service not known|Temporary failure in name resolution|Max retries exceeded with url/,
    title: (_, [words]) => `The server cannot reach a host that it needs to load the model (${words})`,
    cure: () => "check the pods' way out: network policies, proxy variables in `manifest`, the channels in conda.yaml",
  },
  {
    pattern: /WORKER TIMEOUT/,
    title: () => 'The Python server killed its own worker while it loaded the model',
    cure: () =>
      'raise the annotation `seldon.io/rest-timeout` in `manifest`: the server takes it as the time a worker may take to load',
  },
];

const KUBERNETES: readonly Omit<KnownFailure, 'speaker'>[] = [
  {
    pattern: /secret "([^"]+)" not found/,
    title: (_, [, secret]) => `The pod needs Secret ${secret}, which does not exist in the namespace`,
    cure: (_, [, secret]) => `create Secret ${secret} in the namespace, or correct \`env-secret\` (or \`manifest\`)`,
  },
  {
    pattern: /serviceaccount "([^"]+)" not found/,
    title: (_, [, account]) => `The pod runs as ServiceAccount ${account}, which does not exist in the namespace`,
    cure: (_, [, account]) => `create ServiceAccount ${account}, or correct \`service-account\``,
  },
  {
    pattern: /violates PodSecurity "([^"]+)"/,
    title: (_, [, level]) => `The namespace's pod security (${level}) refuses the pod`,
    cure: () => 'set the securityContext it asks for in `manifest`, or relax the label of the namespace',
  },
  {
    pattern: /[Ii]nsufficient ([\w./-]*\w)/,
    title: (_, [, resource]) => `No node has enough ${resource} left for the pod`,
    cure: (_, [, resource]) =>
      `lower the request for ${resource} in \`manifest\`, or make room: a rolling update needs one more pod`,
  },
  {
    pattern: /untolerated taint \{([^}:]+)/,
    title: (_, [, taint]) => `The pod does not tolerate the taint ${taint} of the nodes`,
    cure: (_, [, taint]) => `add a toleration for ${taint} in \`manifest\``,
  },
  {
    pattern: /failed (liveness|startup) probe, will be restarted/,
    title: (_, [, kind]) =>
      `Kubernetes restarts the server because its ${kind} probe fails: it needs longer than it may`,
    cure: () => 'raise `timeout` or the probes in `manifest`: the conda environment is built anew at every start',
  },
  {
    pattern: /(Startup|Readiness|Liveness) probe failed: HTTP probe failed with statuscode: 404/,
    title: (_, [, kind = '']) => `The server is up, but the path of its ${kind.toLowerCase()} probe answers 404`,
    cure: (_, [, kind = '']) =>
      `correct the path of the ${kind.toLowerCase()}Probe in \`manifest\`: protocol v2 answers at /v2/health/live and /v2/health/ready`,
  },
];

/** Failures of MLflow models on Seldon that people meet again and again; of each speaker the most telling first. */
export const KNOWN_FAILURES: readonly KnownFailure[] = [
  ...STORAGE.map((one) => ({ ...one, speaker: 'initializer' as const })),
  ...SERVER.map((one) => ({ ...one, speaker: 'server' as const })),
  ...KUBERNETES.map((one) => ({ ...one, speaker: 'kubernetes' as const })),
];

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
  'rollout-timeout':
    'if the model only needs longer to start, raise `timeout`; is the Seldon operator running and watching this namespace?',
};
