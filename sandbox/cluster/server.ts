import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiAnswer, type ApiParts, answer } from './api.ts';
import { ApiError, expired } from './api-error.ts';
import type { Certificate } from './certificate.ts';
import { type Fault, Faults, faultError } from './faults.ts';
import { openWatch } from './watch-stream.ts';

export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The user; undefined for an unknown token. */
  readonly user: string | undefined;
  /** The number of its connection, from 1. */
  readonly connection: number;
}

export interface ServerOptions {
  /** Undefined: plain HTTP. */
  readonly certificate: Certificate | undefined;
  /** Milliseconds between the bookmarks of a watch. */
  readonly bookmarkEvery: number;
}

/** The API server's HTTP side: connections, streams, and the faults of tests. */
export class ApiServer {
  readonly requests: LoggedRequest[] = [];
  readonly faults = new Faults();
  readonly #parts: ApiParts;
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #watches = new Set<ServerResponse>();
  readonly #connections = new WeakMap<object, number>();
  readonly #sockets = new Set<Socket>();
  #connectionCount = 0;
  #bytesSent = 0;
  #port = 0;
  /** Watches from before the last compaction are refused with HTTP 410 instead of an event. */
  #refusesOldWatches = false;

  constructor(parts: ApiParts, options: ServerOptions) {
    this.#parts = parts;
    this.#options = options;
    const listener = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    const { certificate } = options;
    this.#server = certificate ? createHttpsServer({ ...certificate }, listener) : createHttpServer(listener);
    this.#server.on(certificate ? 'secureConnection' : 'connection', (socket: object) => {
      this.#connections.set(socket, ++this.#connectionCount);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `${this.#options.certificate ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  get connections(): number {
    return this.#connectionCount;
  }

  /** Bytes of bodies, as a client reads them. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      // Not closeAllConnections(): it does not include connections in their TLS handshake.
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  /** Refuses connections for a while, like a restart of the API server; the stored objects stay. */
  async restart(downMs: number): Promise<void> {
    await this.close();
    await delay(downMs);
    await this.listen();
  }

  dropWatches(): void {
    for (const response of this.#watches) response.socket?.destroy();
  }

  refuseOldWatches(refuses: boolean): void {
    this.#refusesOldWatches = refuses;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const user = this.#parts.users.nameOf(request.headers.authorization);
    this.requests.push({ method, path, user, connection: this.#connections.get(request.socket) ?? 0 });
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const fault = this.faults.take(method, path);
      if (fault !== undefined) return this.#fail(response, fault);
      const url = new URL(path, 'http://api');
      const asked = { method, url, headers: request.headers, body: Buffer.concat(chunks) };
      this.#reply(response, await answer(this.#parts, asked));
    } catch (error) {
      if (error instanceof ApiError) this.#json(response, error.refusal.code, error.status);
      else if (!request.destroyed || request.complete) {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#json(response, 500, new ApiError({ code: 500, message, reason: 'InternalError' }).status);
      }
    }
  }

  #fail(response: ServerResponse, { status, retryAfter }: Fault): void {
    if (status === 'cut') {
      response.socket?.destroy();
      return;
    }
    if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
    this.#json(response, status, faultError(status).status);
  }

  #reply(response: ServerResponse, given: ApiAnswer): void {
    if (given.kind === 'watch') this.#watch(response, given);
    else if (given.kind === 'relayed') {
      response.writeHead(given.message.statusCode ?? 502, given.message.headers);
      given.message.on('data', (chunk: Buffer) => {
        this.#bytesSent += chunk.length;
      });
      given.message.pipe(response);
    } else if (given.kind === 'text') this.#send(response, given.code, 'text/plain', given.body);
    else {
      const warnings = given.warnings?.map((text) => `299 - ${JSON.stringify(text)}`) ?? [];
      if (warnings.length > 0) response.setHeader('warning', warnings);
      this.#json(response, given.code, given.body);
    }
  }

  #watch(response: ServerResponse, { target, query }: ApiAnswer & { readonly kind: 'watch' }): void {
    const { store } = this.#parts;
    const from = Number(query.get('resourceVersion') ?? 0);
    if (this.#refusesOldWatches && from > 0 && from < store.oldest) throw expired(from, store.oldest);
    const write = (line: string) => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
      this.#bytesSent += Buffer.byteLength(line);
      response.write(line);
    };
    const sink = { write, end: () => response.end() };
    const stop = openWatch(store, { ...target, query }, sink, this.#options.bookmarkEvery);
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
    }
    this.#watches.add(response);
    response.on('close', () => {
      stop();
      this.#watches.delete(response);
    });
  }

  #json(response: ServerResponse, code: number, body: unknown): void {
    this.#send(response, code, 'application/json', `${JSON.stringify(body)}\n`);
  }

  #send(response: ServerResponse, code: number, type: string, text: string): void {
    if (response.headersSent || response.destroyed) return;
    const body = code === 204 ? '' : text;
    this.#bytesSent += Buffer.byteLength(body);
    const head = code === 204 ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    response.writeHead(code, head);
    response.end(body);
  }
}
