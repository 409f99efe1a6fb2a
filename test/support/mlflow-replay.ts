import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One recorded exchange of an MLflow 3.17.1 server; `derived` says what was changed by hand, if anything. */
export interface Exchange {
  readonly case: string;
  readonly derived?: string;
  /** `GET /api/2.0/mlflow/runs/get?run_id=…` */
  readonly request: string;
  readonly status: number;
  readonly type: string;
  readonly json?: unknown;
  readonly text?: string;
}

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Passes a request on to another server. */
export async function passedOn(target: string, { method, url, headers, body }: Asked): Promise<Reply> {
  const type = headers['content-type'] ?? 'text/plain';
  const sent = method === 'GET' ? {} : { body };
  const answer = await fetch(`${target}${url.pathname}${url.search}`, {
    method,
    headers: { 'content-type': type },
    ...sent,
  });
  const given = answer.headers.get('content-type') ?? 'text/plain';
  return { status: answer.status, body: await answer.text(), headers: { 'content-type': given } };
}

export interface Wire {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

export function exchanges(recording: 'proxied' | 'direct' | 'refusals'): readonly Exchange[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/mlflow/${recording}.json`, import.meta.url), 'utf8'));
}

/** Answers recorded requests, whatever the order and spelling of their parameters, and 404 to all others. */
export function replay(recorded: readonly Exchange[]): (asked: Asked) => Reply {
  const answers = new Map(recorded.map((one) => [keyOf(one.request), one]));
  return ({ method, url }) => {
    const found = answers.get(keyOf(`${method} ${url.pathname}${url.search}`));
    return found === undefined ? { status: 404, body: '<title>404 Not Found</title>' } : replyOf(found);
  };
}

export function replyOf({ status, type, json, text }: Exchange): Reply {
  return { status, body: text ?? JSON.stringify(json), headers: { 'content-type': type } };
}

/** A loopback server that answers as told. */
export async function startWire(answer: (asked: Asked) => Reply | Promise<Reply>, tls?: ServerOptions): Promise<Wire> {
  const asked: Asked[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const one = { method: request.method ?? '', url, headers: request.headers, body: Buffer.concat(chunks).toString() };
    asked.push(one);
    const { status = 200, body = '', headers = {} } = await answer(one);
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function keyOf(request: string): string {
  const [method, target = ''] = request.split(' ');
  const url = new URL(target, 'http://localhost');
  url.searchParams.sort();
  return `${method} ${url.pathname}?${url.searchParams}`;
}
