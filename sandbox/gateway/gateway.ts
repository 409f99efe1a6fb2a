import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesClient } from '../kubernetes-client.ts';
import type { Collection } from '../kubernetes-collection.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { MAPPING, type Mapping, SERVICE, VIRTUAL_SERVICE, type VirtualService } from '../operator/kinds.ts';
import { annotatedMappings } from './annotated-mappings.ts';
import {
  type Backend,
  findGroup,
  groupsOfMappings,
  groupsOfVirtualServices,
  type RouteGroup,
} from './routing-table.ts';
import { WeightedChoice } from './weighted-choice.ts';

export interface GatewayOptions {
  /** The text of a kubeconfig. */
  readonly kubeconfig: string;
  /** Reads VirtualServices too; default: Mappings only. */
  readonly istio?: boolean;
  /** Default: a free one. */
  readonly port?: number;
}

export interface Gateway {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * An ingress like Emissary: it reads its routes from the API server, and reaches Services through the API server's
 * proxy.
 */
export async function startGateway({ kubeconfig, istio = false, port = 0 }: GatewayOptions): Promise<Gateway> {
  const client = new KubernetesClient(kubeconfig);
  const mappings = await client.follow<Mapping>(MAPPING, () => undefined);
  const services = await client.follow<KubernetesObject>(SERVICE, () => undefined);
  const virtualServices = istio ? await client.follow<VirtualService>(VIRTUAL_SERVICE, () => undefined) : undefined;
  const ingress = new Ingress(client, { mappings, services, virtualServices });
  const server = createServer((request, response) => {
    ingress.answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Routes {
  readonly mappings: Collection<Mapping>;
  readonly services: Collection<KubernetesObject>;
  readonly virtualServices: Collection<VirtualService> | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The part of a request that the Service gets. */
const FORWARDED = ['content-type', 'accept', 'seldon-puid'];
const RETURNED = ['content-type', 'seldon-puid', 'x-content-type-options', 'access-control-allow-origin'];

class Ingress {
  readonly #client: KubernetesClient;
  readonly #routes: Routes;
  readonly #choice = new WeightedChoice();

  constructor(client: KubernetesClient, routes: Routes) {
    this.#client = client;
    this.#routes = routes;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://gateway');
    const groups = [
      ...groupsOfMappings([
        ...this.#routes.mappings.list(),
        ...this.#routes.services.list().flatMap(annotatedMappings),
      ]),
      ...groupsOfVirtualServices(this.#routes.virtualServices?.list() ?? []),
    ];
    const group = findGroup(groups, { path: url.pathname, headers: request.headers });
    if (group === undefined) {
      response.writeHead(404).end();
      return;
    }
    const method = request.method ?? 'GET';
    const path = `${group.rewrite}${url.pathname.slice(group.prefix.length)}${url.search}`;
    const body = method === 'GET' || method === 'HEAD' ? undefined : await bodyOf(request);
    const exchange = { method, path, headers: picked(request.headers, FORWARDED), body };
    this.#mirror(group, exchange);
    const backend = this.#choice.next(group.key, group.backends);
    const { status, headers, body: text } = await this.#forward(backend, exchange, group.timeout);
    response.writeHead(status, headers).end(text);
  }

  /** Copies whose answers are dropped. */
  #mirror({ key, mirrors, timeout }: RouteGroup, exchange: Exchange): void {
    for (const mirror of mirrors) {
      const rest = { weight: 100 - mirror.weight };
      if (this.#choice.next(`${key} ${mirror.service}`, [mirror, rest]) === mirror)
        void this.#forward(mirror, exchange, timeout);
    }
  }

  async #forward(backend: Backend | undefined, exchange: Exchange, timeout: number): Promise<Answer> {
    if (backend === undefined) return envoySays(503, 'no healthy upstream');
    const { service, namespace, port } = backend;
    const { method, path, headers, body } = exchange;
    const proxied = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;
    try {
      const message = await this.#client.open(
        { method, path: proxied, ...(body !== undefined && { body }) },
        { headers, signal: AbortSignal.timeout(timeout) },
      );
      const text = await bodyOf(message);
      if (isApiServers(text)) return envoySays(503, 'no healthy upstream');
      return { status: message.statusCode ?? 502, headers: picked(message.headers, RETURNED), body: text };
    } catch (error) {
      const isLate = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
      if (isLate) return envoySays(504, 'upstream request timeout');
      return envoySays(503, 'upstream connect error or disconnect/reset before headers');
    }
  }
}

function envoySays(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

/** A Status object: there is no such Service, or it has no endpoint. */
function isApiServers(body: string): boolean {
  return /^\{"kind":"Status","apiVersion":"v1"/.test(body);
}

function picked(headers: IncomingMessage['headers'], names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, `${headers[name]}`]])));
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
