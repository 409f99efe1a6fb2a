import { UserError } from '../base/errors.ts';
import { webAddress } from './web-address.ts';

/** How to map artifact URIs to storage URIs that the cluster can read. */
export interface StorageSettings {
  /** Storage behind the server's `mlflow-artifacts:/`, such as `s3://mlflow`. */
  readonly artifactsDestination: string | undefined;
  /** Prefix rewrites, applied in order, first match wins. */
  readonly storageUriMap: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Schemes that MLflow writes and rclone cannot read: their host is part of the URI, or they are not a storage.
 * Any other scheme is accepted, because for rclone it is the name of a remote, which the user's Secret can define.
 */
const UNREADABLE: ReadonlySet<string> = new Set(
  'file dbfs hdfs viewfs http https ftp sftp azureml models runs mlflow-artifacts hf huggingface oci docker git ssh'.split(
    ' ',
  ),
);

/** `container@account.host/path` as in Azure's file systems, Cloudflare's r2 and Backblaze's b2. */
const WITH_HOST = /^(wasbs?|abfss?|r2|b2):\/\/([^@/]+)@[^/]+(?:\/(.*))?$/s;

/**
 * An artifact URI in the form of Seldon's storage initializer, `rclone copy`, where the scheme is the name of a
 * remote (`RCLONE_CONFIG_<NAME>_TYPE`), or `pvc://` for the operator itself. A rule of `storage-uri-map` is the
 * user's decision: its result is not refused.
 * @throws UserError artifacts-unreachable
 */
export function storageUriOf(artifactUri: string, settings: StorageSettings): string {
  const given = withoutTrailingSlash(artifactUri);
  const vouched = rewritten(given, settings);
  if (vouched !== undefined) return withoutHost(vouched);
  const real = withoutHost(behindProxy(given, settings));
  return rewritten(real, settings) ?? readable(real);
}

/** The rclone remote that must be able to read a storage URI; undefined for `pvc://` and paths. */
export function rcloneRemoteOf(storageUri: string): string | undefined {
  const remote = schemeOf(storageUri);
  return remote === 'pvc' ? undefined : remote;
}

/** The path below the server's artifact root, if the server itself serves the files (`--serve-artifacts`). */
export function proxiedPathOf(artifactUri: string): string | undefined {
  const own = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.*)$/is.exec(artifactUri);
  const url = /^https?:\/\/.*?\/mlflow-artifacts\/artifacts\/+(.*)$/is.exec(artifactUri);
  return (own ?? url)?.[1];
}

function behindProxy(uri: string, { artifactsDestination }: StorageSettings): string {
  const path = proxiedPathOf(uri);
  if (path === undefined) return uri;
  if (artifactsDestination !== undefined) return `${withoutTrailingSlash(artifactsDestination)}/${path}`;
  throw new UserError(
    'artifacts-unreachable',
    `the model is at ${uri}, which only the MLflow server can read: Seldon needs the storage URI behind the server`,
    {
      hint: "set the input `artifacts-destination` to the value of the server's --artifacts-destination, such as `s3://mlflow`",
    },
  );
}

function withoutHost(uri: string): string {
  const [, scheme, container, path = ''] = WITH_HOST.exec(uri) ?? [];
  if (scheme === undefined) return uri;
  const remote = scheme.startsWith('wasb') || scheme.startsWith('abfs') ? 'azureblob' : scheme;
  return withoutTrailingSlash(`${remote}:${container}/${path}`);
}

/** Schemes that people write in place of the one they mean. No rclone remote has such a name by itself. */
const MISTAKEN: Readonly<Record<string, (rest: string) => string>> = {
  mlflow: (rest) => `models:/${rest}`,
  model: (rest) => `models:/${rest}`,
  registry: (rest) => `models:/${rest}`,
  run: (rest) => `runs:/${rest}`,
  gcs: (rest) => `gs://${rest}`,
  gcp: (rest) => `gs://${rest}`,
  s3a: (rest) => `s3://${rest}`,
  s3n: (rest) => `s3://${rest}`,
};

/** The same for URLs (`az://…`): `az:container`, in rclone's own syntax, names a remote of the Secret. */
const MISTAKEN_URLS: typeof MISTAKEN = {
  az: (rest) => `azureblob://${rest}`,
  azure: (rest) => `azureblob://${rest}`,
  azblob: (rest) => `azureblob://${rest}`,
};

/** @throws UserError where the scheme, or the whole address, is not what a storage URI may be */
function refuseMistaken(uri: string, scheme: string | undefined): void {
  const web = webAddress(uri);
  if (web !== undefined) {
    throw new UserError(
      'artifacts-unreachable',
      `\`${uri}\` is ${web.what}, not a storage URI: the storage initializer cannot read \`${scheme}\``,
      {
        hint: `write \`${web.write}\`, or say with \`storage-uri-map\` where the same files are, such as \`${new URL(uri).origin}/=s3://bucket/\``,
      },
    );
  }
  const table = /^[^/]*:\/\//.test(uri) ? { ...MISTAKEN, ...MISTAKEN_URLS } : MISTAKEN;
  const meant = scheme === undefined || !Object.hasOwn(table, scheme) ? undefined : table[scheme];
  if (meant === undefined) return;
  const rest = uri.slice(uri.indexOf(':') + 1).replace(/^\/{1,3}/, '');
  throw new UserError(
    'model-uri-invalid',
    `\`${uri}\` has the scheme \`${scheme}\`, which is no storage: did you mean \`${meant(rest)}\`?`,
    {
      hint: `write \`${meant(rest)}\`; if \`env-secret\` does define a remote \`${scheme}\`, say so with \`storage-uri-map: ${scheme}:/=${scheme}:/\``,
    },
  );
}

function readable(uri: string): string {
  const scheme = schemeOf(uri);
  refuseMistaken(uri, scheme);
  if (scheme !== undefined && !UNREADABLE.has(scheme)) return uri;
  const rule = scheme === undefined ? '/srv/mlruns=s3://mlruns' : `${scheme}:/=s3://bucket/`;
  const own =
    scheme === undefined ? '' : `, or \`${scheme}:/=${scheme}:/\` if \`env-secret\` defines a remote \`${scheme}\``;
  if (/^[\w.-]+(?:\/(?:\d+|latest)|@[\w-]+)$/.test(uri) && scheme === undefined) {
    throw new UserError('model-uri-invalid', `\`${uri}\` has no scheme: did you mean \`models:/${uri}\`?`, {
      hint: `write \`models:/${uri}\``,
    });
  }
  if (/^[\w -]+$/.test(uri) && scheme === undefined) {
    throw new UserError('model-uri-invalid', `\`${uri}\` is a name, not a model URI`, {
      hint: `write \`models:/${uri}/<version>\` or \`models:/${uri}@<alias>\` if it is a registered model`,
    });
  }
  throw new UserError(
    'artifacts-unreachable',
    scheme === undefined
      ? `the model is at the local path ${uri} of one machine, which Seldon's pods cannot read`
      : `the model is at ${uri}, and Seldon's storage initializer (rclone) cannot read \`${scheme}\``,
    { hint: `set the input \`storage-uri-map\` to a rule for the same files, such as \`${rule}\`${own}` },
  );
}

/** First match wins. A prefix ends at a slash or colon: `s3://a` is not a prefix of `s3://ab/c`. */
function rewritten(uri: string, { storageUriMap }: StorageSettings): string | undefined {
  for (const { from, to } of storageUriMap) {
    const rest = uri.slice(from.length);
    const atBoundary = rest === '' || rest.startsWith('/') || /[/:]$/.test(from);
    if (uri.startsWith(from) && atBoundary) return withoutTrailingSlash(joined(to, rest));
  }
  return undefined;
}

function joined(prefix: string, rest: string): string {
  if (rest === '' || prefix.endsWith(':')) return prefix + rest;
  return prefix.endsWith('/') ? prefix + rest.replace(/^\//, '') : `${prefix}/${rest.replace(/^\//, '')}`;
}

/** One letter is a Windows drive. */
function schemeOf(uri: string): string | undefined {
  const scheme = /^([A-Za-z0-9][\w.+-]+):/.exec(uri)?.[1];
  return scheme?.toLowerCase();
}

function withoutTrailingSlash(uri: string): string {
  return uri.replace(/(?<![:/])\/+$/, '');
}
