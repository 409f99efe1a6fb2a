import type { Model } from '../../model/model.ts';
import { rcloneRemoteOf } from '../../model/storage-uri.ts';
import type { Config } from '../../settings/config.ts';
import { type Checked, fine, missing, noted } from './checked.ts';
import type { CheckedCluster } from './cluster-checks.ts';

/**
 * The last words of keys by which rclone's remotes sign in: of each list one set must be whole. A remote may also have
 * any other name, for which only its type is known to be needed.
 */
const SIGN_IN: Readonly<Record<string, readonly (readonly string[])[]>> = {
  s3: [['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'], ['ENV_AUTH']],
  gs: [['SERVICE_ACCOUNT_CREDENTIALS'], ['SERVICE_ACCOUNT_FILE'], ['ENV_AUTH'], ['TOKEN'], ['ANONYMOUS']],
  azureblob: [['ACCOUNT', 'KEY'], ['SAS_URL'], ['CONNECTION_STRING'], ['ACCOUNT', 'ENV_AUTH'], ['ACCOUNT', 'USE_MSI']],
};

/** The Secret with the storage credentials. Only the names of its keys are looked at. */
export async function checkStorageSecret(
  cluster: CheckedCluster,
  { render, registry }: Config,
  { namespace, model }: { readonly namespace: string; readonly model: Model | undefined },
): Promise<Checked> {
  const what = 'storage Secret';
  const name = render.envSecret;
  if (name === undefined) {
    const cure = 'set `env-secret` or `service-account`, unless the installation of Seldon names a default Secret';
    return render.serviceAccount === undefined
      ? noted(what, 'warning', { found: 'neither `env-secret` nor `service-account` is set', cure })
      : fine(what, `ServiceAccount ${render.serviceAccount} instead of a Secret`);
  }
  const keys = await cluster.secretKeys({ namespace, name });
  const place = `Secret ${namespace}/${name}`;
  if (keys === 'forbidden') {
    const cure = `grant \`get\` on that one Secret (\`resourceNames: [${name}]\`) to have its keys checked`;
    return noted(what, 'unknown', { found: `the user may not read ${place}`, cure });
  }
  const setup = 'create it as docs/setup.md shows for your storage, or correct the input `env-secret`';
  if (keys === 'missing') return missing(what, `${place} does not exist`, { reason: 'secret-unusable', cure: setup });
  const remote = rcloneRemoteOf(model?.storageUri ?? registry.artifactsDestination ?? '');
  const cure =
    "add the keys that docs/setup.md lists: Seldon's storage initializer is rclone, and the scheme of a storage URI is the name of its remote";
  const untyped = remote === undefined ? lackingAny(keys) : lackingType(remote, keys);
  if (untyped !== undefined) return missing(what, `${place} ${untyped}`, { reason: 'secret-unusable', cure });
  const unsigned = remote === undefined ? undefined : lackingSignIn(remote, keys);
  if (unsigned !== undefined) return noted(what, 'warning', { found: `${place} ${unsigned}`, cure });
  return fine(what, `${place} with ${keys.length} keys${remote ? ` for \`${remote}\`` : ''}`);
}

function lackingAny(keys: readonly string[]): string | undefined {
  return keys.some((key) => /^RCLONE_CONFIG_.+_TYPE$/.test(key))
    ? undefined
    : 'has no key `RCLONE_CONFIG_<REMOTE>_TYPE`';
}

/** Seldon's image defines the remote `gs` by itself, for public buckets. */
function lackingType(remote: string, keys: readonly string[]): string | undefined {
  const key = keyOf(remote, 'TYPE');
  return keys.includes(key) || remote === 'gs' ? undefined : `has no key \`${key}\``;
}

/** No failure: a public bucket needs no sign-in, and the values, such as the type of the remote, are not read. */
function lackingSignIn(remote: string, keys: readonly string[]): string | undefined {
  const sets = SIGN_IN[remote] ?? [];
  const isWhole = (set: readonly string[]) => set.every((word) => keys.includes(keyOf(remote, word)));
  if (!keys.includes(keyOf(remote, 'TYPE')) || sets.length === 0 || sets.some(isWhole)) return undefined;
  const words = sets.map((set) => set.map((word) => `\`${keyOf(remote, word)}\``).join(' and '));
  return `does not say how the remote signs in; a bucket that is not public needs ${words.join(', or ')}`;
}

function keyOf(remote: string, word: string): string {
  return `RCLONE_CONFIG_${remote.toUpperCase()}_${word}`;
}
