import type { Agent, IncomingMessage } from 'node:http';
import { LONGEST_ANSWER } from '../../base/bounded-json.ts';
import { UserError } from '../../base/errors.ts';
import type { Clock } from '../../base/ports.ts';
import { createAgent, HttpFailure, type HttpRequest, type HttpResponse, open, sendWithRetry } from '../http/client.ts';
import { statusOf } from './api-status.ts';
import type { Credentials, Identity } from './credentials.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Milliseconds one exchange may take. */
  readonly timeout?: number;
  /** Milliseconds for which a server that was there may be away, as when it restarts. */
  readonly patience?: number;
  /** Told, in words, before a request is repeated. */
  readonly onRetry?: (message: string) => void;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's URL, encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly timeout?: number;
  /**
   * The answer may be that of a pod or a kubelet behind the API server: then neither its status nor its delay is a
   * reason to ask again.
   */
  readonly relayed?: boolean;
  /** Called before it is repeated: from now on an earlier try may have had its effect. */
  readonly onRepeat?: () => void;
}

/** What the requests of one user share, until the credentials have to be renewed. */
interface Session {
  readonly identity: Identity;
  /** One connection for all plain requests; they queue. */
  readonly plain: Agent;
  /** A connection for each watch under way. */
  readonly watches: Agent;
}

/** Patience with a server that has not answered yet: a wrong address should not take a minute to tell. */
const FIRST_PATIENCE = 10_000;
const FIRST_DELAY = 250;

/** Requests to one API server: few connections, deadlines, repetition of what may pass, credentials renewed on 401. */
export class ApiConnection {
  readonly server: string;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly patience: number;
  readonly #credentials: Credentials;
  readonly #timeout: number;
  readonly #onRetry: (message: string) => void;
  readonly #agents: Agent[] = [];
  #session: Promise<Session> | undefined;
  #reached = false;

  constructor(credentials: Credentials, options: ConnectionOptions) {
    const { origin, pathname } = credentials.server;
    this.server = `${origin}${pathname.replace(/\/$/, '')}`;
    this.#credentials = credentials;
    this.clock = options.clock;
    this.patience = options.patience ?? 60_000;
    this.#timeout = options.timeout ?? 30_000;
    this.#onRetry = options.onRetry ?? (() => {});
  }

  /**
   * Any answer is a value, also a 401 that new credentials did not cure.
   * @throws UserError cluster-unreachable, its cause the HttpFailure; kubeconfig-invalid, cluster-unauthorized
   */
  async request(request: ApiRequest): Promise<HttpResponse> {
    const session = this.#current();
    const answer = await this.#send(request, await session);
    if (!isUnauthorized(answer, request)) return answer;
    return this.#send(request, await this.#renew(session));
  }

  /** Opens a stream, and hands it over as soon as its head is there; any answer but 200 is read to its end. */
  async stream(request: Omit<ApiRequest, 'method'>, signal: AbortSignal): Promise<IncomingMessage | HttpResponse> {
    const session = this.#current();
    const answer = await this.#open(request, { session: await session, signal });
    if (!('body' in answer) || answer.status !== 401) return answer;
    return this.#open(request, { session: await this.#renew(session), signal });
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #send(request: ApiRequest, { identity, plain }: Session): Promise<HttpResponse> {
    const policy = {
      clock: this.clock,
      attempts: Number.POSITIVE_INFINITY,
      delay: FIRST_DELAY,
      patience: this.#reached ? this.patience : Math.min(FIRST_PATIENCE, this.patience),
      timeoutIsFinal: request.relayed ?? false,
      onRetry: (why: string, wait: number) => {
        request.onRepeat?.();
        this.#onRetry(`API server: ${why}; again in ${Math.ceil(wait / 100) / 10} s`);
      },
    };
    const exchange = { ...this.#exchange(request, identity), agent: plain };
    try {
      const answer = await sendWithRetry(exchange, policy, (response) => isFinal(response, request));
      this.#reached = true;
      return answer;
    } catch (error) {
      throw error instanceof HttpFailure ? this.unreachable(error) : error;
    }
  }

  async #open(
    request: Omit<ApiRequest, 'method'>,
    { session, signal }: { readonly session: Session; readonly signal: AbortSignal },
  ): Promise<IncomingMessage | HttpResponse> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeout);
    try {
      const exchange = this.#exchange({ ...request, method: 'GET' }, session.identity);
      const message = await open({
        ...exchange,
        agent: session.watches,
        signal: AbortSignal.any([signal, late.signal]),
      });
      if (message.statusCode === 200) return message;
      let body = '';
      for await (const chunk of message.setEncoding('utf8')) body += chunk;
      return { status: message.statusCode ?? 0, headers: message.headers, body };
    } finally {
      clearTimeout(timer);
    }
  }

  #exchange(request: ApiRequest, identity: Identity): HttpRequest {
    const { method, path, query, body, contentType, timeout, relayed } = request;
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    return {
      method,
      url: new URL(`${this.server}${path}${search}`),
      headers: {
        accept: 'application/json',
        ...identity.headers,
        ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
      },
      ...(body !== undefined && { body }),
      timeout: timeout ?? this.#timeout,
      ...(relayed === true && { cutAt: LONGEST_ANSWER }),
    };
  }

  #current(): Promise<Session> {
    this.#session ??= this.#begin(undefined);
    return this.#session;
  }

  /** Once for all who met the 401 at the same time. */
  #renew(refused: Promise<Session>): Promise<Session> {
    if (this.#session === refused) this.#session = refused.then((session) => this.#begin(session));
    return this.#current();
  }

  /** The connections live on when only the token is another. */
  async #begin(previous: Session | undefined): Promise<Session> {
    const identity = await this.#credentials.authenticate();
    if (previous !== undefined && JSON.stringify(previous.identity.tls) === JSON.stringify(identity.tls))
      return { ...previous, identity };
    const { proxy } = this.#credentials;
    const options = {
      ...identity.tls,
      ...(proxy !== undefined && { proxyEnv: { HTTPS_PROXY: proxy.href, HTTP_PROXY: proxy.href } }),
    };
    const { protocol } = this.#credentials.server;
    const session = {
      identity,
      plain: createAgent(protocol, { ...options, maxSockets: 1 }),
      watches: createAgent(protocol, options),
    };
    this.#agents.push(session.plain, session.watches);
    return session;
  }

  /** The sentence for a server that does not answer. */
  unreachable(cause: unknown): UserError {
    const why = cause instanceof Error ? cause.message.replace(/^[A-Z]+ \S+: /, '') : String(cause);
    const distrust = cause instanceof HttpFailure && cause.isDistrust;
    return new UserError('cluster-unreachable', `the API server ${this.server} cannot be reached: ${why}`, {
      hint: distrust
        ? 'check certificate-authority-data (or tls-server-name) in the kubeconfig'
        : 'check the server in the kubeconfig, and that this runner may reach it: private clusters need a runner inside, or HTTPS_PROXY',
      cause,
    });
  }
}

function isUnauthorized(answer: HttpResponse, { relayed }: ApiRequest): boolean {
  return answer.status === 401 && (!relayed || statusOf(answer) !== undefined);
}

/** A typo in a manifest answers like a broken server (Kubernetes 1.34: HTTP 500 without a reason). */
function isFinal(answer: HttpResponse, { relayed }: ApiRequest): boolean {
  if (relayed) return answer.status !== 429 || statusOf(answer) === undefined;
  return answer.status === 500 && answer.body.includes('failed to create typed patch object');
}
