import { matchesGlob } from '../base/glob.ts';
import type { Model } from './model.ts';
import type { StorageSettings } from './storage-uri.ts';

export interface StorageRules extends Pick<StorageSettings, 'artifactsDestination' | 'storageUriMap'> {
  /** Patterns; empty: any storage that the rules below let through. */
  readonly allowStorages: readonly string[];
}

/**
 * Why a model's files must not be loaded from where they are. A registry names storage as a person does, and its word is
 * worth no more: it must not leave a folder through its side door, and name no volume of the cluster by itself.
 */
export function storageFault(
  { storageUri: uri, origin }: Pick<Model, 'storageUri' | 'origin'>,
  { allowStorages, artifactsDestination, storageUriMap }: StorageRules,
): string | undefined {
  if (/(?:^|[/\\:])\.\.(?:[/\\]|$)|%2e%2e|%2f|%5c/i.test(uri))
    return 'it leaves its folder by `..` or an encoded slash';
  if (allowStorages.length > 0)
    return allowStorages.some((pattern) => matchesGlob(uri, pattern))
      ? undefined
      : 'the input `allow-storages` has no pattern for it';
  const vouched = [artifactsDestination, ...storageUriMap.map(({ to }) => to)];
  const isVouched = vouched.some((prefix) => prefix !== undefined && prefix !== '' && uri.startsWith(prefix));
  if (origin === 'storage' || isVouched || !/^pvc:/i.test(uri)) return undefined;
  return 'a registry may not name a volume of the cluster by itself';
}
