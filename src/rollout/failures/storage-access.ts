import { type FailureRow, remoteVariable, secretInWords } from './failure-row.ts';

const STORED = { reason: 'storage-failed', place: 'rclone' } as const;

/** Why a storage does not let the storage initializer read the model: credentials, keys, accounts and storage classes. */
export const ACCESS_FAILURES: readonly FailureRow[] = [
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
    id: 'storage-config-encrypted',
    pattern: /unable to decrypt configuration|[Cc]ouldn't decrypt configuration|RCLONE_CONFIG_PASS\b/,
    example: 'unable to decrypt configuration and not allowed to ask for password',
    title: () => "rclone's configuration file is encrypted, and the storage initializer does not have its password",
    cure: (at) => `set \`RCLONE_CONFIG_PASS\` in ${secretInWords(at)}, or use ${remoteVariable(at)} and no file`,
  },
  {
    ...STORED,
    id: 'storage-credentials-unreadable',
    pattern:
      /illegal base64 data|error processing credentials[^\n]{0,200}|opening service account credentials file[^\n]{0,200}|failed to (?:read|parse) private key file[^\n]{0,200}|private key should be a PEM|ssh: no key found|failed to parse credentials|pem key not formatted|Could not deserialize key data|No key could be detected|is not a valid json file|decode account key|kerberos[^\n]{0,160}/i,
    example: 'failed to parse credentials: illegal base64 data at input byte 4',
    title: (at, [words]) =>
      `The storage initializer cannot read the credentials or the key for ${at.modelUri} (${words})`,
    cure: (at) =>
      `correct ${remoteVariable(at)} in ${secretInWords(at)}: the whole key on one line, the text of a key file and not its path, a password as \`rclone obscure\` prints it`,
  },
  {
    ...STORED,
    id: 'storage-host-key',
    pattern: /knownhosts: [^\n]{1,100}|host key (?:mismatch|verification failed)/i,
    example: 'ssh: handshake failed: knownhosts: key is unknown',
    title: (at, [words]) => `The SSH host of ${at.modelUri} shows a host key that is not accepted (${words})`,
    cure: (at) =>
      `correct the file of ${remoteVariable(at, 'KNOWN_HOSTS_FILE')} in ${secretInWords(at)}, or leave that variable out`,
  },
  {
    ...STORED,
    id: 'storage-billing',
    pattern: /requester pays|no user project provided|billing account[^\n]{0,100}|accountDisabled|UserProjectMissing/i,
    example: 'googleapi: Error 400: Bucket is a requester pays bucket but no user project provided., required',
    title: (at, [words]) =>
      `The storage of ${at.modelUri} bills the caller or a project, and that project or its billing account is missing (${words})`,
    cure: (at) =>
      `set ${remoteVariable(at, 'USER_PROJECT')} (S3: ${remoteVariable(at, 'REQUESTER_PAYS')}) in ${secretInWords(at)}, or repair the billing account of the project`,
  },
  {
    ...STORED,
    id: 'storage-no-credentials',
    pattern:
      /NoCredentialProviders|no valid providers in chain|Anonymous caller does not have|no authentication method configured|could not find default credentials|account must be set|need (?:client_id|storage account|account|credentials|application key)|(?:account|access_key_id|secret_access_key|application key|tenant|username|password|auth) not (?:found|set)|empty (?:token|username|password)|failed to (?:make|get|find) (?:azure|default|oauth|credentials)[^\n]{0,80}|No (?:credential|AWS access key)|couldn't find (?:root|credentials)|ManagedIdentityCredential|failed to acquire (?:MSI |a )?token|EnvAccessKeyNotFound|Unable to locate credentials|Project_?Domain[^\n]{0,40}not specified|didn't find Auth|can't find .{0,40}credentials|EC2RoleRequestError|NoCredentialsError|DefaultCredentialsError|PublicAccessNotPermitted|Public access is not permitted|AnonymousCredential|no EC2 IMDS role|failed to refresh cached credentials|failed to retrieve credentials: |GCE metadata "[^"]{1,300}" not defined|CredentialUnavailable|DefaultAzureCredential failed|PartialCredentialsError|no client ID specified|no EC2 instance role/i,
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
      /InvalidAccessKeyId|expired_access_token|invalid_access_token|SignatureDoesNotMatch|InvalidToken|ExpiredToken|InvalidSecurity|TokenRefreshRequired|Access ?Denied|AuthorizationFailure|AuthorizationPermissionMismatch|AuthenticationFailed|AuthorizationError|InvalidAuthenticationInfo|KeyBasedAuthenticationNotPermitted|AccountIsDisabled|InsufficientAccountPermissions|status ?code:? ?40[13]|\b40[13] (?:Forbidden|Unauthorized)|HTTP (?:error )?40[13]|Error 40[13]|googleapi: [^\n]{0,40}40[13]|does not have (?:serviceusage|storage)[\w.]{0,60} access|invalid_grant|invalid_client|unauthorized_client|oauth2: cannot fetch token|couldn't decrypt password|bad_auth_token|expired_auth_token|unauthorized \(401|not authori[sz]ed|Unauthorized(?:: 401 Unauthorized)?|Forbidden|Authorization Failed|Bad (?:user ?name|credentials|auth)|Invalid credentials|Invalid username or password|Login (?:incorrect|failed)|\b530 |permission denied|unable to authenticate|no supported methods remain|insufficient permissions|IncorrectEndpoint\w{0,20}Credentials|cap_exceeded|UnrecognizedClient|InvalidIdentityToken|AADSTS\d{3,9}|returned a 40[13] response|didn't have storage url and auth token/i,
    example: 'InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.',
    title: (at, [words]) => `The storage refuses the credentials for ${at.modelUri}: ${words?.trim()}`,
    cure: (at) =>
      `correct ${remoteVariable(at)} in ${secretInWords(at)}, or give a \`service-account\` that may read the storage`,
  },
];
