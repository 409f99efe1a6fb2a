import type { ObjectRef } from '../../seldon/cluster.ts';
import type { HttpResponse } from '../http/client.ts';
import { isObjectMissing } from './api-status.ts';
import type { ApiConnection } from './connection.ts';

/** A kind of object. Servers may serve different versions of it, or none. */
export interface ResourceKind {
  readonly group: string;
  readonly plural: string;
  /** Preferred version first. */
  readonly versions: readonly string[];
}

export const SELDON_DEPLOYMENTS: ResourceKind = {
  group: 'machinelearning.seldon.io',
  plural: 'seldondeployments',
  versions: ['v1', 'v1alpha2'],
};

export const VIRTUAL_SERVICES: ResourceKind = {
  group: 'networking.istio.io',
  plural: 'virtualservices',
  versions: ['v1beta1', 'v1'],
};

export const MAPPINGS: ResourceKind = {
  group: 'getambassador.io',
  plural: 'mappings',
  versions: ['v2', 'v3alpha1'],
};

export const SERVICES: ResourceKind = { group: '', plural: 'services', versions: ['v1'] };

/** Reads objects. The first request finds the served version of a kind, and later requests reuse it. */
export class KindReader {
  readonly #connection: ApiConnection;
  readonly #served = new Map<ResourceKind, string | undefined>();

  constructor(connection: ApiConnection) {
    this.#connection = connection;
  }

  /** @returns undefined if the server does not serve the kind */
  async get(
    kind: ResourceKind,
    namespace: string,
    { name, query }: { readonly name?: string; readonly query?: Readonly<Record<string, string>> },
  ): Promise<HttpResponse | undefined> {
    const known = this.#served.get(kind);
    if (known === undefined && this.#served.has(kind)) return undefined;
    let odd: HttpResponse | undefined;
    for (const version of known === undefined ? kind.versions : [known]) {
      const path =
        collectionPath(kind, version, namespace) + (name === undefined ? '' : `/${encodeURIComponent(name)}`);
      const answer = await this.#connection.request({ method: 'GET', path, ...(query && { query }) });
      if (answer.status === 404 && !isObjectMissing(answer)) {
        odd = answer;
        continue;
      }
      if (answer.status < 300 || answer.status === 404) this.#served.set(kind, version);
      return answer;
    }
    // A server does not lose a kind: a proxy answered, or the server is not ready.
    if (known !== undefined) return odd;
    this.#served.set(kind, undefined);
    return undefined;
  }

  /** Forgets that a kind was not found. */
  forget(kind: ResourceKind): void {
    this.#served.delete(kind);
  }

  /** Path of one object, in the version that the server serves. */
  pathOf(kind: ResourceKind, { namespace, name }: ObjectRef): string {
    const version = this.#served.get(kind) ?? kind.versions[0] ?? '';
    return `${collectionPath(kind, version, namespace)}/${encodeURIComponent(name)}`;
  }
}

/** Resource and group, for messages: `services`, `seldondeployments.machinelearning.seldon.io`. */
export function resourceOf({ plural, group }: ResourceKind): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Below the server's URL. */
export function collectionPath({ group, plural }: ResourceKind, version: string, namespace: string): string {
  const root = group === '' ? '/api' : `/apis/${group}`;
  return `${root}/${version}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}
