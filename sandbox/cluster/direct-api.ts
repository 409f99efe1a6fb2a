import { ADMIN } from './access.ts';
import type { Write } from './incoming.ts';
import { apiVersionOf, KINDS, type Kind } from './kinds.ts';
import type { KubeObject, ObjectMeta } from './objects.ts';
import type { Resources } from './resources.ts';
import { parseLabelSelector } from './selectors.ts';
import type { Store } from './store.ts';

/** An object as a test writes it; the server adds the rest. */
export interface Draft {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<ObjectMeta>;
  readonly [other: string]: unknown;
}

export interface Reference {
  readonly namespace?: string;
  readonly name: string;
}

/** For tests: the API without HTTP and without authentication; admission and validation are the same. */
export class DirectApi {
  readonly #store: Store;
  readonly #resources: Resources;

  constructor(store: Store, resources: Resources) {
    this.#store = store;
    this.#resources = resources;
  }

  async create(draft: Draft): Promise<KubeObject> {
    const kind = kindNamed(draft.kind);
    const written = await this.#resources.create(writeOf(kind, draft.metadata.namespace, { body: draft }));
    return written.object;
  }

  /** @param kind `Deployment` */
  get(kind: string, { namespace, name }: Reference): KubeObject | undefined {
    return this.#store.get(kindNamed(kind), namespace, name);
  }

  list(kind: string, namespace?: string, labelSelector = ''): KubeObject[] {
    const matches = parseLabelSelector(labelSelector);
    return this.#store.list(kindNamed(kind), namespace).filter(({ metadata }) => matches(metadata.labels ?? {}));
  }

  /** Replaces the object without a check of its version. */
  async update(object: KubeObject): Promise<KubeObject> {
    const kind = kindNamed(object.kind);
    const { namespace, name } = object.metadata;
    const resourceVersion = this.#store.get(kind, namespace, name)?.metadata.resourceVersion ?? '';
    const body = { ...object, metadata: { ...object.metadata, resourceVersion } };
    return (await this.#resources.update(writeOf(kind, namespace, { name, body }))).object;
  }

  /** Replaces the object before the server answers anything else: no webhook is asked, and no field manager noted. */
  overwrite(object: KubeObject): void {
    const kind = kindNamed(object.kind);
    const { namespace, name } = object.metadata;
    const before = this.#store.get(kind, namespace, name);
    if (before === undefined) throw new Error(`there is no ${object.kind} ${name}`);
    this.#store.replace(kind, before, object);
  }

  /** A merge patch; `subresource` status changes the status. */
  async patch(
    kind: string,
    { namespace, name }: Reference,
    patch: object,
    subresource?: 'status',
  ): Promise<KubeObject> {
    const write = writeOf(kindNamed(kind), namespace, { name, body: patch, subresource });
    return (await this.#resources.patch({ ...write, contentType: 'application/merge-patch+json' }, () => {})).object;
  }

  remove(kind: string, { namespace, name }: Reference): void {
    this.#resources.remove(writeOf(kindNamed(kind), namespace, { name, body: {} }));
  }
}

function writeOf(
  kind: Kind,
  namespace: string | undefined,
  {
    name,
    body,
    subresource,
  }: { readonly name?: string; readonly body: object; readonly subresource?: string | undefined },
): Write {
  const version = kind.versions[0] ?? '';
  const typed = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...body };
  const request = { query: new URLSearchParams(), contentType: 'application/json', user: ADMIN.name, agent: 'sandbox' };
  return { kind, version, namespace, name, subresource, body: JSON.stringify(typed), ...request };
}

function kindNamed(name: string): Kind {
  const kind = KINDS.find((one) => one.kind === name);
  if (kind === undefined) throw new Error(`the sandbox cluster has no kind ${name}`);
  return kind;
}
