import { type FailureRow, remoteVariable, secretInWords } from './failure-row.ts';
import { ACCESS_FAILURES } from './storage-access.ts';

/** Schemes of MLflow's that no rclone remote can stand for. */
const REGISTRY_SCHEME = /^(?:models|runs|mlflow-artifacts)$/;

const STORED = { reason: 'storage-failed', place: 'rclone' } as const;

/**
 * The storage initializer since Seldon Core 1.8 is rclone 1.59 to 1.64; before, and with KServe, it is a Python script
 * with the clients of each cloud. The order matters: the clock before credentials, a bucket before a folder.
 */
export const STORAGE_FAILURES: readonly FailureRow[] = [
  {
    ...STORED,
    id: 'storage-remote-unknown',
    pattern: /create file system for "([\w-]{1,60}):[^"]{0,500}": didn't find section in config file/,
    example: 'Failed to create file system for "s3://mlflow/m": didn\'t find section in config file',
    title: (at, [, remote]) =>
      `Seldon's storage initializer knows no remote \`${remote}\` (the scheme of the URI), so it cannot read ${at.modelUri}`,
    cure: (at, [, remote = '']) =>
      REGISTRY_SCHEME.test(remote)
        ? 'say where the same files are stored for the cluster, with `artifacts-destination` or `storage-uri-map`'
        : `put \`RCLONE_CONFIG_${remote.toUpperCase()}_TYPE\` and its credentials into ${secretInWords(at)}: the scheme of the URI is the name of an rclone remote, and \`AWS_*\` variables alone are not read`,
  },
  {
    ...STORED,
    id: 'storage-remote-type',
    pattern: /didn't find backend called "([^"]{0,60})"|couldn't find type (?:field in config|of fs for)/,
    example: 'Failed to create file system for "s3:bucket": couldn\'t find type field in config',
    title: (at) => `rclone does not know what kind of storage the remote of ${at.modelUri} is`,
    cure: (at) =>
      `set ${remoteVariable(at, 'TYPE')} in ${secretInWords(at)} to a storage of rclone: \`s3\`, \`google cloud storage\`, \`azureblob\`, \`webdav\`, \`http\`, \`swift\`, \`b2\``,
  },
  {
    ...STORED,
    id: 'storage-endpoint',
    pattern:
      /API Requests must be made to API port|was not a valid URI|unsupported protocol scheme|missing protocol scheme|first path segment in URL cannot contain colon|Invalid ?Endpoint|invalid URI for request|failed to decode REST XML|but have <html>|MethodNotAllowed|405 Method Not Allowed|AccountRequiresHttps|does not support http\b/i,
    example: 'InvalidArgument: S3 API Requests must be made to API port.',
    title: (at) => `The endpoint of the storage of ${at.modelUri} is not the address of its API`,
    cure: (at) =>
      `write ${remoteVariable(at, 'ENDPOINT')} in ${secretInWords(at)} with scheme and the port of the API, such as \`http://minio:9000\` (not the console's)`,
  },
  {
    ...STORED,
    id: 'storage-corrupted',
    pattern: /corrupted on transfer|hash differ|sizes differ|InvalidRange/,
    example: 'ERROR : model.pkl: corrupted on transfer: md5 hash differ',
    title: (at) =>
      `The files of ${at.modelUri} changed while they were copied, or the storage returned bytes that do not match its checksum or size`,
    cure: () => 'log the model again to another folder, and do not write over a model that is served',
  },
  {
    ...STORED,
    id: 'storage-clock',
    pattern:
      /RequestTimeTooSkewed|request time and the current time is too large|Token used before issued|invalid_grant: Invalid JWT|Invalid JWT: Token must be|RequestExpired|Request date header too old/i,
    example: 'RequestTimeTooSkewed: The difference between the request time and the current time is too large.',
    title: (at) => `The clock of the node is wrong, so the storage of ${at.modelUri} refuses the signed request`,
    cure: () => 'correct the time on the node (NTP) and run this workflow again; the credentials need no change',
  },
  {
    ...STORED,
    id: 'storage-folder-not-writable',
    pattern:
      /(?:mkdir|open|create|write|chmod|chtimes|chown|rename)[^\n]{0,120}\/mnt\/models[^\n]{0,200}(?:permission denied|read-only file system|operation not permitted)|(?:permission denied|read-only file system): '\/mnt\/models|cannot create directory[^\n]{0,200}permission denied/i,
    example: "mkdir: cannot create directory '/mnt/models': Permission denied",
    title: () => 'The storage initializer has no permission to write the folder of the model, /mnt/models',
    cure: () =>
      'set `securityContext.fsGroup` of the pod in `manifest` (spec.predictors[].componentSpecs[].spec.securityContext) to the group of the initializer, or remove the `runAsUser` that does not fit',
  },
  {
    ...STORED,
    id: 'storage-volume-permission',
    pattern: /(?:open|read|stat|lstat) \/mnt\/(?!models)[^\n]{0,200}permission denied/,
    example: 'failed to open directory "": open /mnt/pvc/wine: permission denied',
    title: (at) => `The storage initializer has no permission to read the volume of ${at.modelUri}`,
    cure: () =>
      'set `securityContext.fsGroup` or `runAsUser` of the pod in `manifest` to who owns the files on the volume, or change their owner',
  },
  {
    ...STORED,
    id: 'storage-volume-broken',
    pattern: /stale (?:NFS )?file handle|input\/output error|transport endpoint is not connected|host is down/i,
    example: 'open /mnt/pvc/wine: stale NFS file handle',
    title: (at, [words]) => `The volume of ${at.modelUri} cannot be read (${words})`,
    cure: () =>
      'check the PersistentVolume behind the claim of `model-uri` (`pvc://`) and its file server, then delete the pod or run this workflow again',
  },
  {
    ...STORED,
    id: 'storage-memory',
    pattern:
      /runtime: (?:out of memory|cannot allocate memory)|cannot allocate memory|signal: killed|^Killed$|\bMemoryError\b/m,
    example: 'fatal error: runtime: out of memory',
    title: (at) => `The storage initializer has too little memory to copy ${at.modelUri}`,
    cure: () =>
      'raise the memory limit of the storage initializer in the installation of Seldon (`storageInitializer.memoryLimit` of ConfigMap seldon-config), or log a smaller model; `manifest` does not set it',
  },
  {
    ...STORED,
    id: 'storage-arguments',
    pattern: /needs \d arguments? (?:minimum|maximum)[^\n]{0,200}|unknown (?:shorthand )?flag[^\n]{0,100}/,
    example: 'Command copy needs 2 arguments minimum: you provided 1 non flag arguments: ["/mnt/models"]',
    title: (_, [words]) => `rclone does not take the arguments of the storage initializer: ${words}`,
    cure: () =>
      "correct `model-uri`, and the arguments of `storageInitializerImage` if `manifest` names an image of its own: Seldon's takes the URI and the folder",
  },
  {
    ...STORED,
    id: 'storage-disk-full',
    pattern: /no space left on device|disk quota exceeded|not enough (?:free )?(?:disk )?space/i,
    example: 'Failed to copy: write /mnt/models/model.pkl: no space left on device',
    title: (at) => `The node has no disk space left for the files of ${at.modelUri}`,
    cure: () =>
      'request `ephemeral-storage` in `manifest`, raise its limit, or log a smaller model; the model is copied into the pod',
  },
  {
    ...STORED,
    id: 'storage-bucket-missing',
    pattern:
      /NoSuchBucket|bad_bucket_id|bucket doesn't exist|specified bucket does not exist|ContainerNotFound|ContainerBeingDeleted|specified container does not exist|bucket (?:"[^"\n]{1,100}" )?not found|container not found|BucketNotFound|no such bucket|AllAccessDisabled|Bucket is not valid|InvalidBucketName/i,
    example: 'minio.error.NoSuchBucket: message: The specified bucket does not exist.',
    title: (at) => `The bucket or container of ${at.modelUri} does not exist in that storage`,
    cure: (at) =>
      `correct the bucket in \`artifacts-destination\` or \`storage-uri-map\`, or the storage that ${remoteVariable(at, 'ENDPOINT')} names`,
  },
  {
    ...STORED,
    id: 'storage-region',
    pattern:
      /AuthorizationHeaderMalformed|region '[^']{0,40}' is wrong|BucketRegionError|PermanentRedirect|IllegalLocationConstraint|incorrect region|MissingRegion|MovedPermanently|InvalidRegionName|status ?code: 301/i,
    example:
      "AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
    title: (at) => `The storage of ${at.modelUri} is in another region than the one that was asked`,
    cure: (at) => `set ${remoteVariable(at, 'REGION')} in ${secretInWords(at)} to the region of the bucket`,
  },
  ...ACCESS_FAILURES,
  {
    ...STORED,
    id: 'storage-not-found',
    pattern:
      /directory not found|object not found|\(404\)|[Pp]ath or model \S{1,300} does not exist|NoSuchKey|BlobNotFound|ResourceNotFound|PathNotFound|file (?:not found|does not exist)|No model found in|returned a 404 response|no such file or directory|Object Not Found|\b404 Not Found|HTTP (?:error )?404|Error 404|status ?code:? ?404|couldn't find (?:file|directory|object)|no such object|\b550 /i,
    example: 'Failed to copy: directory not found',
    title: (at) => `The storage initializer finds nothing at ${at.modelUri}: the folder was not found`,
    cure: () =>
      'check `artifacts-destination` or `storage-uri-map`: the URI must be the folder with MLmodel, as the cluster reaches it',
  },
  {
    ...STORED,
    id: 'storage-certificate',
    pattern:
      /x509: |certificate signed by unknown authority|CERTIFICATE_VERIFY_FAILED|SSL validation failed|tls: (?:failed to verify|bad certificate|unknown)|first record does not look like a TLS handshake|server gave HTTP response to HTTPS client/i,
    example: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    title: (at, [words]) =>
      `The storage initializer cannot reach the storage of ${at.modelUri}: its certificate is not accepted, or it does not speak HTTPS (${words?.trim()})`,
    cure: (at) =>
      `correct ${remoteVariable(at, 'ENDPOINT')} in ${secretInWords(at)} (\`http://\` or \`https://\`), or give the certificate of its authority with \`RCLONE_CA_CERT\``,
  },
  {
    ...STORED,
    id: 'storage-account-missing',
    pattern: /lookup ([\w-]{1,60})\.(?:blob|dfs)\.core\.[\w.]{1,60}[^\n]{0,60}: no such host/,
    example: 'dial tcp: lookup winestor.blob.core.windows.net on 10.96.0.10:53: no such host',
    title: (at, [, account]) =>
      `Azure knows no storage account ${account}, or the pods have no DNS for it: ${at.modelUri}`,
    cure: (at) =>
      `correct ${remoteVariable(at, 'ACCOUNT')} in ${secretInWords(at)}; for a private endpoint add its name to the DNS of the cluster`,
  },
  {
    ...STORED,
    id: 'storage-unreachable',
    pattern:
      /no such host|dial tcp|no response from authentication server|Client\.Timeout|request canceled|connection (?:refused|reset)|i\/o timeout|TLS handshake timeout|context deadline exceeded|network is unreachable|no route to host|server misbehaving|Name or service not known|Temporary failure in name resolution|Max retries exceeded|Could not connect to the endpoint|\bEOF\b|proxyconnect/i,
    example: 'Get "http://minio:9000/bucket": dial tcp: lookup minio: no such host',
    title: (at) => `The storage initializer cannot reach the storage of ${at.modelUri}`,
    cure: (at) =>
      `check ${remoteVariable(at, 'ENDPOINT')} in ${secretInWords(at)}, and the network policies of the namespace`,
  },
  {
    ...STORED,
    id: 'storage-busy',
    pattern:
      /SlowDown|ServerBusy|TooManyRequests|Too Many Requests|\b429\b|RESOURCE_EXHAUSTED|rateLimitExceeded|InternalError|ServiceUnavailable|Service Unavailable|status ?code:? ?5\d\d|\b50[0-4] [A-Z]|Error 50\d/,
    example: 'SlowDown: Please reduce your request rate.\n\tstatus code: 503, request id: , host id: ',
    title: (at, [words]) => `The storage of ${at.modelUri} answers with an error of its own: ${words?.trim()}`,
    cure: (at) =>
      `check that the storage is healthy and that ${remoteVariable(at, 'ENDPOINT')} in ${secretInWords(at)} is its API, then run this workflow again`,
  },
  {
    ...STORED,
    id: 'storage-provider',
    pattern: /provider "([^"]{1,60})" not known/,
    example: 'NOTICE: s3: s3 provider "aws" not known - please set correctly',
    title: (at, [, provider]) => `rclone does not know the provider ${provider} of the storage of ${at.modelUri}`,
    cure: (at) =>
      `correct ${remoteVariable(at, 'PROVIDER')} in ${secretInWords(at)}: \`AWS\`, \`Minio\`, \`Ceph\`, \`Other\``,
  },
  {
    ...STORED,
    id: 'storage-initializer-scheme',
    pattern:
      /Cannot recognize storage type|Unknown scheme|unsupported (?:storage|scheme|protocol)|unknown command "\w{1,20}" for/i,
    example: 'Exception: Cannot recognize storage type for wasb://models@account/m',
    title: (at) => `The storage initializer does not understand the URI ${at.modelUri}`,
    cure: () => 'write the URI with the name of an rclone remote as its scheme, in `storage-uri-map` or `model-uri`',
  },
  {
    ...STORED,
    id: 'storage-remote-unusable',
    pattern: /create file system for "[^"\n]{0,500}": ([^\n]{1,300})|(parsing "[^"\n]{0,60}": invalid syntax)/,
    example: 'Failed to create file system for "swift:models/wine": Bad Request',
    title: (at, [, one, two]) => `rclone cannot use the remote of ${at.modelUri}: ${one ?? two}`,
    cure: (at) => `correct ${remoteVariable(at)} (type, endpoint and credentials) in ${secretInWords(at)}`,
  },
  {
    ...STORED,
    id: 'storage-copy-failed',
    pattern: /(?:Failed to copy: |: error reading source root directory: |^RuntimeError: |^Exception: )([^\n]{1,300})/m,
    example: 'ERROR : model.pkl: Failed to copy: object changed',
    title: (at, [, words]) => `The storage initializer cannot copy ${at.modelUri}: ${words}`,
    cure: (at) =>
      `check the URI (\`artifacts-destination\`, \`storage-uri-map\`) and ${remoteVariable(at)} in ${secretInWords(at)}`,
  },
];
