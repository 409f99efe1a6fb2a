import { isDeepStrictEqual } from 'node:util';
import type { Collection } from '../kubernetes-collection.ts';
import type { Kind, KubernetesObject } from '../kubernetes-object.ts';
import { covers } from './covers.ts';
import { SERVICE } from './kinds.ts';
import { controlledBy, type Pass } from './pass.ts';

interface Target<T extends KubernetesObject> {
  readonly kind: Kind;
  readonly cache: Collection<T> | undefined;
  /** The kind as its Create and Update events name it. */
  readonly words: readonly [string, string];
}

type Specified = KubernetesObject & { readonly spec: unknown };

/** Creates or updates one object. */
export async function ensure<T extends Specified>(
  { client, sdep, record }: Pass,
  wanted: T,
  { kind, cache, words }: Target<T>,
): Promise<'created' | 'updated' | 'same'> {
  const { name, namespace } = wanted.metadata;
  const [created, updated] = words;
  const live = cache?.get(namespace, name);
  if (live === undefined) {
    cache?.put(await client.create(kind, controlledBy(sdep, wanted)));
    record(`Create${created}`, `Created ${created} "${name}"`);
    return 'created';
  }
  if (isAsWanted(live, wanted)) return 'same';
  const { labels = {}, annotations = {} } = wanted.metadata;
  const spec = kind === SERVICE ? { ...(live.spec as object), ...(wanted.spec as object) } : wanted.spec;
  const answer = await client.update(kind, { ...live, metadata: { ...live.metadata, labels, annotations }, spec });
  cache?.put(answer);
  if (isDeepStrictEqual(answer.spec, live.spec) && isSameMetadata(answer, live)) return 'same';
  record(`Update${created}`, `Updated ${updated} "${name}"`);
  return 'updated';
}

function isAsWanted(live: Specified, wanted: Specified): boolean {
  const isSame = wanted.kind === SERVICE.kind ? covers : isDeepStrictEqual;
  return isSame(live.spec, wanted.spec) && isSameMetadata(live, wanted);
}

function isSameMetadata({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): boolean {
  return isDeepStrictEqual([a.labels ?? {}, a.annotations ?? {}], [b.labels ?? {}, b.annotations ?? {}]);
}
