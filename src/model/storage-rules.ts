import type { Model } from './model.ts';
import { matchesModel } from './model-pattern.ts';
import type { StorageSettings } from './storage-uri.ts';

export interface StorageRules extends Pick<StorageSettings, 'artifactsDestination' | 'storageUriMap'> {
  /** Patterns; empty: the rules below. */
  readonly allowStorages: readonly string[];
}

/**
 * Storage as MLflow names it. For rclone the word before the colon is a remote, and the Secret may define any, such as the
 * disk of a backup: of those, a registry may only name the ones that MLflow itself knows.
 */
const KNOWN = /^(?:(?:s3|gs):\/\/|(?:azureblob|r2|b2):)[A-Za-z0-9][\w.-]*(?:\/|$)/;

/**
 * Why a model's files must not be loaded from where they are. A registry names storage as a person does, and its word is
 * worth no more: it must not leave a folder through its side door, and name no remote or volume of its own choice.
 */
export function storageFault(
  { storageUri: uri, origin }: Pick<Model, 'storageUri' | 'origin'>,
  { allowStorages, artifactsDestination, storageUriMap }: StorageRules,
): string | undefined {
  if (/(?:^|[/\\:])\.\.(?:[/\\]|$)|%2e%2e|%2f|%5c/i.test(uri))
    return 'it leaves its folder by `..` or an encoded slash';
  if (allowStorages.length > 0)
    return allowStorages.some((pattern) => matchesModel(uri, pattern))
      ? undefined
      : 'the input `allow-storages` has no pattern for it';
  const vouched = [artifactsDestination, ...storageUriMap.map(({ to }) => to)];
  if (origin === 'storage' || vouched.some((prefix) => isBelow(uri, prefix)) || KNOWN.test(uri)) return undefined;
  if (/^pvc:/i.test(uri)) return 'a registry may not name a volume of the cluster by itself';
  return 'a registry may not name a remote of the Secret by itself, only `s3://`, `gs://`, Azure, R2 and B2';
}

/** A pattern for `allow-storages` that allows the bucket of a storage URI. */
export function storagePattern(uri: string): string {
  const [bucket] = /^[^/:]{1,63}:(?:\/\/)?[^/]{0,255}/.exec(uri) ?? [];
  return bucket === undefined ? 's3://bucket/*' : `${bucket}/*`;
}

/** `s3://a` is not a prefix of `s3://ab/c`. */
function isBelow(uri: string, prefix: string | undefined): boolean {
  if (prefix === undefined || prefix === '' || !uri.startsWith(prefix)) return false;
  return uri.length === prefix.length || /[/:]$/.test(prefix) || uri[prefix.length] === '/';
}
