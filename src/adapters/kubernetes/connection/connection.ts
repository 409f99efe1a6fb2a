import type { Agent, IncomingMessage } from 'node:http';
import { UserError } from '../../../base/errors.ts';
import { LONGEST_ANSWER } from '../../../base/json/bounded-json.ts';
import type { Clock } from '../../../base/ports.ts';
import {
  createAgent,
  FIRST_PATIENCE,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
  open,
  PATIENCE,
  sendWithRetry,
} from '../../http/client.ts';
import { isUnauthorized, slowWebhook, statusOf } from '../api-status.ts';
import type { Credentials, Identity } from '../credentials.ts';
import type { ApiRequest } from './api-request.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Timeout of one request in milliseconds. */
  readonly timeout?: number;
  /** The same for a request that admission webhooks may delay: the API server itself gives up after 60 s. */
  readonly webhookTimeout?: number;
  /** Retry budget in milliseconds for a server that has answered before, for example during its restart. */
  readonly patience?: number;
  /** Called with a message before a retry. */
  readonly onRetry?: (message: string) => void;
}

/** State shared by the requests of one user, until the credentials are renewed. */
interface Session {
  readonly identity: Identity;
  /** One connection with a queue for all plain requests. */
  readonly plain: Agent;
  /** One connection for each active watch. */
  readonly watches: Agent;
}

const FIRST_DELAY = 250;

/** Requests to one API server: few connections, deadlines, retries of temporary failures, new credentials after a 401. */
export class ApiConnection {
  readonly server: string;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly patience: number;
  readonly #credentials: Credentials;
  readonly #timeout: number;
  readonly #webhookTimeout: number;
  readonly #onRetry: (message: string) => void;
  readonly #agents: Agent[] = [];
  #session: Promise<Session> | undefined;
  #reached = false;

  constructor(credentials: Credentials, options: ConnectionOptions) {
    const { origin, pathname } = credentials.server;
    this.server = `${origin}${pathname.replace(/\/$/, '')}`;
    this.#credentials = credentials;
    this.clock = options.clock;
    this.patience = options.patience ?? PATIENCE;
    this.#timeout = options.timeout ?? 30_000;
    this.#webhookTimeout = options.webhookTimeout ?? 65_000;
    this.#onRetry = options.onRetry ?? (() => {});
  }

  /**
   * Any answer is a value, also a 401 with new credentials.
   * @throws UserError cluster-unreachable, its cause the HttpFailure; kubeconfig-invalid, cluster-unauthorized
   */
  async request(request: ApiRequest): Promise<HttpResponse> {
    const session = this.#current();
    const answer = await this.#send(request, await session);
    if (!isUnauthorized(answer, request)) return answer;
    return this.#send(request, await this.#renew(session));
  }

  /** Opens a stream and returns it after its headers. Any answer except 200 is read completely. */
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
        this.#onRetry(`API server: ${why}; retry in ${Math.ceil(wait / 100) / 10} s`);
      },
    };
    const exchange = { ...this.#exchange(request, identity), agent: plain };
    try {
      const answer = await sendWithRetry(exchange, policy, (response) => isFinal(response, request));
      this.#reached = true;
      return answer;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw request.passesWebhooks === true && error.code === 'timeout' && this.#reached
        ? slowWebhook(request, this.#webhookTimeout, error)
        : this.unreachable(error);
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
    const { method, path, query, body, contentType, timeout, relayed, passesWebhooks } = request;
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
      timeout: timeout ?? (passesWebhooks === true ? this.#webhookTimeout : this.#timeout),
      ...(relayed === true && { cutAt: LONGEST_ANSWER }),
    };
  }

  #current(): Promise<Session> {
    this.#session ??= this.#begin(undefined);
    return this.#session;
  }

  /** Renews once for all requests that got a 401 at the same time. */
  #renew(refused: Promise<Session>): Promise<Session> {
    if (this.#session === refused) this.#session = refused.then((session) => this.#begin(session));
    return this.#current();
  }

  /** The connections are reused if only the token changed. */
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

  /** The error for a server that does not answer. */
  unreachable(cause: unknown): UserError {
    const why = cause instanceof Error ? cause.message.replace(/^[A-Z]+ \S+: /, '') : String(cause);
    if (cause instanceof HttpFailure && cause.code.startsWith('ERR_OSSL'))
      return new UserError('kubeconfig-invalid', `the certificate or key of the kubeconfig cannot be used: ${why}`, {
        hint: 'make a new one with `kubectl config view --raw --minify --flatten`',
        cause,
      });
    const distrust = cause instanceof HttpFailure && cause.isDistrust;
    const { proxy } = this.#credentials;
    const through = proxy === undefined || distrust ? '' : ` through the proxy ${proxy.host}`;
    return new UserError('cluster-unreachable', `the API server ${this.server} cannot be reached${through}: ${why}`, {
      hint: distrust
        ? 'check certificate-authority-data (or tls-server-name) in the kubeconfig'
        : through === ''
          ? isOwnMachine(this.server)
            ? 'the server in the kubeconfig is the machine itself, which in a workflow is the runner: write the address of the cluster, or use a self-hosted runner on that machine'
            : 'check the server in the kubeconfig, and that this runner may reach it: private clusters need a runner inside, or HTTPS_PROXY'
          : 'check that the proxy of `proxy-url` in the kubeconfig runs and that this runner may reach it, or remove `proxy-url`',
      cause,
    });
  }
}

/** As the kubeconfigs of kind, minikube and Docker Desktop name it. */
function isOwnMachine(server: string): boolean {
  return /^https?:\/\/(?:localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0|kubernetes\.docker\.internal)(?::|\/|$)/.test(server);
}

/** A type error in a manifest causes HTTP 500 without a reason (Kubernetes 1.34). A retry cannot succeed. */
function isFinal(answer: HttpResponse, { relayed }: ApiRequest): boolean {
  if (relayed) return answer.status !== 429 || statusOf(answer) === undefined;
  return answer.status === 500 && answer.body.includes('failed to create typed patch object');
}
