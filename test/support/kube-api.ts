/** A loopback stand-in for an API server: it answers as a test says, and notes what it was asked. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import { KubernetesCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { ApiConnection, type ConnectionOptions } from '../../src/adapters/kubernetes/connection/connection.ts';
import { loadCredentials } from '../../src/adapters/kubernetes/credentials.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request; what it leaves open stays open. */
export type Reply = (asked: Asked, response: ServerResponse) => unknown;

export interface KubeApi {
  readonly url: string;
  /** Its certificate, PEM; undefined without TLS. */
  readonly ca: string | undefined;
  readonly asked: Asked[];
  readonly connections: () => number;
  reply: Reply;
  close(): Promise<void>;
}

export async function startKubeApi(reply: Reply, options: { tls?: boolean; port?: number } = {}): Promise<KubeApi> {
  const tls = options.tls ? await certificate() : undefined;
  const asked: Asked[] = [];
  let connections = 0;
  const server = tls === undefined ? createServer() : createTlsServer({ cert: tls.cert, key: tls.private });
  server.on('request', async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api');
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const one = { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body };
    asked.push(one);
    api.reply(one, response);
  });
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => connections++);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api: KubeApi = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    ca: tls?.cert,
    asked,
    connections: () => connections,
    reply,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}

export function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** What an API server says when it refuses. */
export function refusal(code: number, message: string, details?: unknown): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, details, code };
}

/** A kubeconfig with one context, `ci`. */
export function kubeconfigFor(
  api: Pick<KubeApi, 'url' | 'ca'>,
  user: object = { token: 't0ken' },
  cluster = {},
): string {
  const ca = api.ca && { 'certificate-authority-data': Buffer.from(api.ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: api.url, ...ca, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'ci', context: { cluster: 'c', user: 'u', namespace: 'seldon' } }],
    'current-context': 'ci',
  });
}

export async function connectionTo(
  kubeconfig: string,
  options: Partial<ConnectionOptions> = {},
): Promise<ApiConnection> {
  const credentials = await loadCredentials({ kubeconfig, context: undefined, env: {}, onSecret: () => {} });
  return new ApiConnection(credentials, { clock: systemClock, ...options });
}

/** A cluster in front of a loopback API server; both end with the test. */
export async function startCluster(reply: Reply): Promise<{ api: KubeApi; cluster: KubernetesCluster }> {
  const api = await startKubeApi(reply);
  const cluster = new KubernetesCluster(await connectionTo(kubeconfigFor(api)), 'seldon');
  onTestFinished(async () => {
    cluster.close();
    await api.close();
  });
  return { api, cluster };
}

/** No object of that name. */
export const missing = (response: ServerResponse): unknown =>
  answer(
    response,
    404,
    refusal(404, 'seldondeployments "wine" not found', { name: 'wine', kind: 'seldondeployments' }),
  );

/** No such kind, as Kubernetes 1.34 says it. */
export const unknownKind = (response: ServerResponse): unknown =>
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found');

export const conflict = (response: ServerResponse): unknown =>
  answer(response, 409, refusal(409, 'Operation cannot be fulfilled', { name: 'wine', kind: 'seldondeployments' }));

async function certificate() {
  return generate([{ name: 'commonName', value: 'kube-api' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
}
