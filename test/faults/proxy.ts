import {
  type Agent,
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AWAY_MS, type Fault, isWatch, type Peer, type RequestName, type Target } from './fault.ts';
import { type Refused, refusalOf } from './refusals.ts';
import { kindOf } from './request-kind.ts';

export interface FaultProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** What all proxies of one run share: which requests came, and which one is to be spoilt. */
export class Spoiler {
  readonly seen: RequestName[] = [];
  readonly #target: Target | undefined;
  #hasFired = false;

  constructor(target: Target | undefined) {
    this.#target = target;
  }

  get hasFired(): boolean {
    return this.#hasFired;
  }

  /** Counts a request. @returns the fault, if this is the request to spoil */
  take({ peer, kind }: Omit<RequestName, 'ordinal'>): Fault | undefined {
    const ordinal = this.seen.filter((one) => one.peer === peer && one.kind === kind).length + 1;
    this.seen.push({ peer, kind, ordinal });
    const target = this.#target;
    const isIt = target?.peer === peer && target.kind === kind && target.ordinal === ordinal;
    if (!isIt || this.#hasFired) return undefined;
    this.#hasFired = true;
    return target.fault;
  }
}

/** A reverse proxy in front of one peer, which spoils one request. */
export async function startProxy(
  peer: Exclude<Peer, 'model'>,
  upstream: string,
  spoiler: Spoiler,
): Promise<FaultProxy> {
  const proxy = new PeerProxy(peer, new URL(upstream), spoiler);
  return { url: await proxy.listen(), close: () => proxy.close() };
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

class PeerProxy {
  readonly #peer: Exclude<Peer, 'model'>;
  readonly #upstream: URL;
  readonly #spoiler: Spoiler;
  readonly #agent: Agent;
  readonly #server: Server;
  #port = 0;
  #comeback: NodeJS.Timeout | undefined;

  constructor(peer: Exclude<Peer, 'model'>, upstream: URL, spoiler: Spoiler) {
    this.#peer = peer;
    this.#upstream = upstream;
    this.#spoiler = spoiler;
    const isTls = upstream.protocol === 'https:';
    this.#agent = isTls ? new HttpsAgent({ rejectUnauthorized: false }) : new HttpAgent();
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}${this.#upstream.pathname.replace(/\/$/, '')}`;
  }

  async close(): Promise<void> {
    clearTimeout(this.#comeback);
    this.#agent.destroy();
    await this.#stop();
  }

  async #stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = 'GET', url: path = '/' } = request;
    const named = kindOf(this.#peer, { method, path, body: body.toString('utf8') });
    const fault = this.#spoiler.take(named);
    const incoming = { request, response, body };
    if (fault === undefined) return this.#forward(incoming);
    const refusal = refusalOf(fault, named.peer);
    if (refusal !== undefined) return refuse(response, refusal);
    return this.#spoil(fault, incoming, isWatch(named.kind));
  }

  async #spoil(fault: Fault, incoming: Incoming, isStream: boolean): Promise<void> {
    const { response } = incoming;
    const json = { 'content-type': 'application/json' };
    switch (fault) {
      case 'hang':
        return;
      case 'away':
        this.#comeback = setTimeout(() => void this.listen(), AWAY_MS);
        return this.#stop();
      case 'watch-silent':
        response.writeHead(200, json).flushHeaders();
        return;
      case 'watch-half':
        response.writeHead(200, json).end('{"type":"MODIFIED","object":{"metad');
        return;
      case 'reset-in-answer':
      case 'truncated':
        // The request is carried out, and its answer does not arrive whole. A stream has no end to wait for.
        if (isStream) response.writeHead(200, json).write('{"type":"MOD', () => response.destroy());
        else await this.#halve(incoming, fault === 'truncated');
        return;
      default:
        response.socket?.destroy();
    }
  }

  async #forward({ request, response, body }: Incoming): Promise<void> {
    const answer = await this.#send(request, body, response);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  }

  /** @param isEnd the half is all, as far as the headers say */
  async #halve({ request, response, body }: Incoming, isEnd: boolean): Promise<void> {
    const answer = await this.#send(request, body, response);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const whole = Buffer.concat(chunks);
    const half = whole.subarray(0, Math.floor(whole.length / 2));
    const { 'transfer-encoding': _, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': isEnd ? half.length : whole.length });
    if (isEnd) response.end(half);
    else response.write(half, () => setTimeout(() => response.destroy(), 20));
  }

  #send(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<IncomingMessage> {
    const start = this.#upstream.protocol === 'https:' ? httpsRequest : httpRequest;
    const { host: _, 'transfer-encoding': __, connection: ___, ...headers } = request.headers;
    const { method = 'GET', url = '/' } = request;
    return new Promise((resolve, reject) => {
      const outgoing = start(new URL(url, this.#upstream.origin), { method, headers, agent: this.#agent }, resolve);
      outgoing.once('error', reject);
      response.once('close', () => outgoing.destroy());
      outgoing.end(body);
    });
  }
}

function refuse(response: ServerResponse, { status, headers, body }: Refused): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
