import { type FailureRow, remoteVariable, secretInWords } from './failure-row.ts';

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
    pattern:
      /create file system for "([\w-]{1,60}):[^"]{0,500}": didn't find (?:section in config file|backend called)/,
    example: 'Failed to create file system for "s3://mlflow/m": didn\'t find section in config file',
    title: (at, [, remote]) =>
      `Seldon's storage initializer knows no remote \`${remote}\`, so it cannot read ${at.modelUri}`,
    cure: (at, [, remote = '']) =>
      REGISTRY_SCHEME.test(remote)
        ? 'say where the same files are stored for the cluster, with `artifacts-destination` or `storage-uri-map`'
        : `put \`RCLONE_CONFIG_${remote.toUpperCase()}_TYPE\` and its credentials into ${secretInWords(at)}: the scheme of the URI is the name of an rclone remote, and \`AWS_*\` variables alone are not read`,
  },
  {
    ...STORED,
    id: 'storage-remote-type',
    pattern: /didn't find backend called "([^"]{0,60})"|couldn't find type field in config/,
    example: 'Failed to create file system for "s3:bucket": couldn\'t find type field in config',
    title: (at) => `rclone does not know what kind of storage the remote of ${at.modelUri} is`,
    cure: (at) =>
      `set ${remoteVariable(at, 'TYPE')} in ${secretInWords(at)} to a storage of rclone: \`s3\`, \`google cloud storage\`, \`azureblob\`, \`webdav\`, \`http\`, \`swift\`, \`b2\``,
  },
  {
    ...STORED,
    id: 'storage-endpoint',
    pattern:
      /API Requests must be made to API port|was not a valid URI|unsupported protocol scheme|missing protocol scheme|first path segment in URL cannot contain colon|InvalidEndpoint/i,
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
      `The files of ${at.modelUri} changed while they were copied, or the storage returns other bytes than it says`,
    cure: () => 'log the model again to another folder, and do not write over a model that is served',
  },
  {
    ...STORED,
    id: 'storage-clock',
    pattern:
      /RequestTimeTooSkewed|request time and the current time is too large|Token used before issued|invalid_grant: Invalid JWT|RequestExpired|Request date header too old/i,
    example: 'RequestTimeTooSkewed: The difference between the request time and the current time is too large.',
    title: (at) => `The clock of the node is wrong, so the storage of ${at.modelUri} refuses the signed request`,
    cure: () => 'correct the time on the node (NTP) and run this workflow again; the credentials need no change',
  },
  {
    ...STORED,
    id: 'storage-folder-not-writable',
    pattern:
      /(?:mkdir|open|create|write|chmod)[^\n]{0,120}\/mnt\/models[^\n]{0,200}(?:permission denied|read-only file system)|cannot create directory[^\n]{0,200}permission denied/i,
    example: "mkdir: cannot create directory '/mnt/models': Permission denied",
    title: () => 'The storage initializer has no permission to write the folder of the model, /mnt/models',
    cure: () =>
      'set `securityContext.fsGroup` of the pod in `manifest` (spec.predictors[].componentSpecs[].spec.securityContext) to the group of the initializer, or remove the `runAsUser` that does not fit',
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
      /NoSuchBucket|bad_bucket_id|bucket doesn't exist|specified bucket does not exist|ContainerNotFound|specified container does not exist|bucket[^\n]{0,100} not found|container[^\n]{0,100} not found|BucketNotFound|no such bucket|AllAccessDisabled|Bucket is not valid|InvalidBucketName/i,
    example: 'minio.error.NoSuchBucket: message: The specified bucket does not exist.',
    title: (at) => `The bucket or container of ${at.modelUri} does not exist in that storage`,
    cure: (at) =>
      `correct the bucket in \`artifacts-destination\` or \`storage-uri-map\`, or the storage that ${remoteVariable(at, 'ENDPOINT')} names`,
  },
  {
    ...STORED,
    id: 'storage-region',
    pattern:
      /AuthorizationHeaderMalformed|region '[^']{0,40}' is wrong|BucketRegionError|PermanentRedirect|IllegalLocationConstraint|incorrect region/i,
    example:
      "AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
    title: (at) => `The storage of ${at.modelUri} is in another region than the one that was asked`,
    cure: (at) => `set ${remoteVariable(at, 'REGION')} in ${secretInWords(at)} to the region of the bucket`,
  },
  {
    ...STORED,
    id: 'storage-no-credentials',
    pattern:
      /NoCredentialProviders|no valid providers in chain|Anonymous caller does not have|no authentication method configured|could not find default credentials|need (?:client_id|storage account|account|credentials|application key)|(?:account|access_key_id|secret_access_key|application key|tenant|username|password|auth) not (?:found|set)|empty (?:token|username|password)|failed to (?:make|get|find) (?:azure|default|oauth|credentials)[^\n]{0,80}|No (?:credential|AWS access key)|couldn't find (?:root|credentials)|ManagedIdentityCredential|failed to acquire (?:MSI |a )?token|EnvAccessKeyNotFound|Unable to locate credentials|Project_?Domain[^\n]{0,40}not specified|didn't find Auth|can't find .{0,40}credentials|EC2RoleRequestError|NoCredentialsError|DefaultCredentialsError|PublicAccessNotPermitted|Public access is not permitted|AnonymousCredential|no EC2 IMDS role|failed to refresh cached credentials|failed to retrieve credentials: /i,
    example:
      'googleapi: Error 401: Anonymous caller does not have storage.objects.list access to the Google Cloud Storage bucket., required',
    title: (at) =>
      `The storage initializer has no credentials for ${at.modelUri}: the storage sees an anonymous request without a usable authentication method`,
    cure: (at) =>
      `put ${remoteVariable(at)} with credentials into ${secretInWords(at)}, or give a \`service-account\` that may read the storage`,
  },
  {
    ...STORED,
    id: 'storage-credentials-refused',
    pattern:
      /InvalidAccessKeyId|expired_access_token|invalid_access_token|SignatureDoesNotMatch|InvalidToken|ExpiredToken|InvalidSecurity|TokenRefreshRequired|Access ?Denied|AuthorizationFailure|AuthorizationPermissionMismatch|AuthenticationFailed|AuthorizationError|InvalidAuthenticationInfo|KeyBasedAuthenticationNotPermitted|AccountIsDisabled|InsufficientAccountPermissions|status ?code:? ?40[13]|\b40[13] (?:Forbidden|Unauthorized)|HTTP (?:error )?40[13]|Error 40[13]|googleapi: [^\n]{0,40}40[13]|does not have (?:serviceusage|storage)[\w.]{0,60} access|invalid_grant|invalid_client|unauthorized_client|oauth2: cannot fetch token|couldn't decrypt password|bad_auth_token|expired_auth_token|unauthorized \(401|not authori[sz]ed|Unauthorized(?:: 401 Unauthorized)?|Forbidden|Authorization Failed|Bad (?:user ?name|credentials|auth)|Invalid credentials|Invalid username or password|Login (?:incorrect|failed)|\b530 |permission denied|unable to authenticate|no supported methods remain|insufficient permissions|IncorrectEndpoint\w{0,20}Credentials|cap_exceeded|UnrecognizedClient/i,
    example: 'InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.',
    title: (at, [words]) => `The storage refuses the credentials for ${at.modelUri}: ${words?.trim()}`,
    cure: (at) =>
      `correct ${remoteVariable(at)} in ${secretInWords(at)}, or give a \`service-account\` that may read the storage`,
  },
  {
    ...STORED,
    id: 'storage-archived',
    pattern: /InvalidObjectState|BlobArchived|archived blob|object in GLACIER|restore first/i,
    example: "InvalidObjectState: The operation is not valid for the object's storage class",
    title: (at) => `The files of ${at.modelUri} are in an archive class of the storage and cannot be read`,
    cure: () => 'restore the objects, or copy the model to another folder and name that one in `model-uri`',
  },
  {
    ...STORED,
    id: 'storage-not-found',
    pattern:
      /directory not found|object not found|\(404\)|[Pp]ath or model \S{1,300} does not exist|NoSuchKey|BlobNotFound|ResourceNotFound|PathNotFound|file not found|no such file or directory|Object Not Found|\b404 Not Found|HTTP (?:error )?404|Error 404|status ?code:? ?404|couldn't find (?:file|directory|object)|no such object|\b550 /i,
    example: 'Failed to copy: directory not found',
    title: (at) => `The storage initializer finds nothing at ${at.modelUri}: the folder was not found`,
    cure: () =>
      'check `artifacts-destination` or `storage-uri-map`: the URI must be the folder with MLmodel, as the cluster reaches it',
  },
  {
    ...STORED,
    id: 'storage-certificate',
    pattern:
      /x509: |certificate signed by unknown authority|CERTIFICATE_VERIFY_FAILED|tls: (?:failed to verify|bad certificate|unknown)|first record does not look like a TLS handshake|server gave HTTP response to HTTPS client/i,
    example: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    title: (at, [words]) =>
      `The storage initializer cannot reach the storage of ${at.modelUri}: its certificate is not accepted, or it does not speak HTTPS (${words?.trim()})`,
    cure: (at) =>
      `correct ${remoteVariable(at, 'ENDPOINT')} in ${secretInWords(at)} (\`http://\` or \`https://\`), or give the certificate of its authority with \`RCLONE_CA_CERT\``,
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
      /SlowDown|ServerBusy|TooManyRequests|Too Many Requests|\b429\b|RESOURCE_EXHAUSTED|rateLimitExceeded|InternalError|ServiceUnavailable|Service Unavailable|status ?code:? ?5\d\d|\b50[0-4] [A-Z]|Error 50\d|SerializationError/,
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
      /Cannot recognize storage type|Unknown scheme|unsupported (?:storage|scheme|protocol)|Failed to create file system|unknown command "\w{1,20}" for/i,
    example: 'Exception: Cannot recognize storage type for wasb://models@account/m',
    title: (at) => `The storage initializer does not understand the URI ${at.modelUri}`,
    cure: () => 'write the URI with the name of an rclone remote as its scheme, with `storage-uri-map` or `model-uri`',
  },
];
