/** A client for controllers: requests with a kubeconfig's credentials, and collections that a watch keeps current. */
import type { Agent, IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createAgent, open, send } from '../src/adapters/http/client.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { Collection } from './kubernetes-collection.ts';
import type { Kind, KubernetesObject, Metadata } from './kubernetes-object.ts';

/** The API server refused; the message is its own. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, { message, reason }: { readonly message?: string; readonly reason?: string }) {
    super(message ?? `HTTP ${status}`);
    this.status = status;
    this.reason = reason ?? '';
  }
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's URL, encoded, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

type Named = Pick<Metadata, 'name' | 'namespace'>;

const TIMEOUT = 30_000;

export class KubernetesClient {
  readonly #server: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  readonly #closing = new AbortController();

  /** @param kubeconfig its text; certificates and keys are inline */
  constructor(kubeconfig: string) {
    const { server, token, tls } = readKubeconfig(kubeconfig);
    this.#server = server;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#agent = createAgent(this.#server.protocol, { ...tls, proxyEnv: {} });
  }

  create<T extends KubernetesObject>(kind: Kind, object: T): Promise<T> {
    return this.call({ method: 'POST', path: collectionPath(kind, object.metadata.namespace), body: object });
  }

  /** Refused with Conflict when the object has changed since `object` was read. */
  update<T extends KubernetesObject>(kind: Kind, object: T): Promise<T> {
    return this.call({ method: 'PUT', path: objectPath(kind, object.metadata), body: object });
  }

  updateStatus<T extends KubernetesObject>(kind: Kind, object: T): Promise<T> {
    return this.call({ method: 'PUT', path: `${objectPath(kind, object.metadata)}/status`, body: object });
  }

  merge<T extends KubernetesObject>(kind: Kind, named: Named, patch: unknown): Promise<T> {
    const contentType = 'application/merge-patch+json';
    return this.call({ method: 'PATCH', path: objectPath(kind, named), body: patch, contentType });
  }

  /** With Foreground its dependents are deleted first. A missing object is not an error. */
  async remove(kind: Kind, named: Named, propagationPolicy: 'Foreground' | 'Background'): Promise<void> {
    try {
      await this.removePresent(kind, named, propagationPolicy);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 404) throw error;
    }
  }

  /** @throws KubernetesError also if it does not exist */
  async removePresent(kind: Kind, named: Named, propagationPolicy: 'Foreground' | 'Background'): Promise<void> {
    await this.call({ method: 'DELETE', path: objectPath(kind, named), body: { propagationPolicy } });
  }

  /** @throws KubernetesError when the API server refuses, HttpFailure when it does not answer */
  async call<T>({ method, path, body, contentType = 'application/json' }: Call): Promise<T> {
    const answer = await send({
      method,
      url: this.urlOf(path),
      headers: { ...this.#headers, accept: 'application/json', 'content-type': contentType },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeout: TIMEOUT,
      agent: this.#agent,
      signal: this.#closing.signal,
    });
    const parsed = parse(answer.body);
    if (answer.status >= 300) throw new KubernetesError(answer.status, parsed ?? { message: answer.body.trim() });
    return parsed as T;
  }

  /** Opens a request with a streamed answer, with the caller's headers and body. */
  open(
    { method, path, body }: { readonly method: string; readonly path: string; readonly body?: string },
    { headers = {}, signal }: { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
  ): Promise<IncomingMessage> {
    return open({
      method,
      url: this.urlOf(path),
      headers: { ...headers, ...this.#headers },
      ...(body !== undefined && { body }),
      agent: this.#agent,
      signal: signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]),
    });
  }

  /** Lists a kind in all namespaces and watches it; resolves after the first list. */
  async follow<T extends KubernetesObject>(kind: Kind, onChange: (object: T) => void): Promise<Collection<T>> {
    const collection = new Collection<T>(onChange);
    const version = await this.#firstList(kind, collection);
    void this.#keepUp(kind, collection, version).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) throw error;
    });
    return collection;
  }

  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }

  urlOf(path: string): URL {
    return new URL(`${this.#server.origin}${this.#server.pathname.replace(/\/$/, '')}${path}`);
  }

  /** For a kind that was never requested a real server answers 429, "storage is (re)initializing", for a moment. */
  async #firstList<T extends KubernetesObject>(kind: Kind, collection: Collection<T>): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#list(kind, collection);
      } catch (error) {
        if (!(error instanceof KubernetesError) || error.status !== 429 || attempt === 20) throw error;
        await delay(500, undefined, { signal: this.#closing.signal });
      }
    }
  }

  async #list<T extends KubernetesObject>(kind: Kind, collection: Collection<T>): Promise<string> {
    const list = await this.call<{ metadata: { resourceVersion: string }; items: readonly T[] | null }>({
      method: 'GET',
      path: collectionPath(kind, undefined),
    });
    // Items of a list have no kind.
    collection.reset((list.items ?? []).map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })));
    return list.metadata.resourceVersion;
  }

  async #keepUp<T extends KubernetesObject>(kind: Kind, collection: Collection<T>, from: string): Promise<never> {
    let version: string | undefined = from;
    for (;;) {
      try {
        version ??= await this.#list(kind, collection);
        version = await this.#watch(kind, { collection, version });
      } catch {
        // The server cannot be reached, or its answer is invalid: start again.
        version = undefined;
      }
      await delay(version === undefined ? 200 : 0, undefined, { signal: this.#closing.signal });
    }
  }

  /** Follows one stream to its end; @returns the resourceVersion to continue from, undefined if it has expired */
  async #watch<T extends KubernetesObject>(
    kind: Kind,
    { collection, version }: { readonly collection: Collection<T>; readonly version: string },
  ): Promise<string | undefined> {
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${version}`;
    const path = `${collectionPath(kind, undefined)}?${query}`;
    const stream = await this.open({ method: 'GET', path }, { headers: { accept: 'application/json' } });
    if (stream.statusCode !== 200) {
      stream.destroy();
      return undefined;
    }
    let latest = version;
    for await (const event of eventsOf<T>(stream)) {
      if (event.type === 'ERROR') return undefined;
      latest = event.object.metadata.resourceVersion ?? latest;
      if (event.type === 'DELETED') collection.drop(event.object);
      else if (event.type !== 'BOOKMARK') collection.put(event.object);
    }
    return latest;
  }
}

type WatchEvent<T> = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; readonly object: T };

function parse(body: string): { readonly message?: string; readonly reason?: string } | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function* eventsOf<T>(stream: IncomingMessage): AsyncGenerator<WatchEvent<T>> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent<T>;
  }
}

function collectionPath({ apiVersion, plural }: Kind, namespace: string | undefined): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

function objectPath(kind: Kind, { namespace, name }: Named): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}
