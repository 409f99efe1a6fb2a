import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import type { Clock } from '../../base/ports.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import type { RegistryConfig } from '../../settings/config.ts';
import {
  createAgent,
  FIRST_PATIENCE,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
  PATIENCE,
  sendWithRetry,
} from '../http/client.ts';
import { isForeignFile, isSameServer, outsideLookup, redirectFault } from './redirect.ts';
import { deadRedirectOf, elsewhereOf, pageOf, strangeRedirectOf, unreachableOf, userErrorOf } from './refusal.ts';
import { headersOf, parseTrackingUri } from './tracking-uri.ts';

export type Tree = Readonly<Record<string, unknown>>;

export interface ConnectionOptions {
  readonly config: RegistryConfig;
  readonly clock: Clock;
  /** Called before each wait for a retry. */
  readonly warn: (message: string) => void;
  /** PEM file that replaces the default certificate authorities (MLFLOW_TRACKING_SERVER_CERT_PATH). */
  readonly authoritiesPath?: string | undefined;
  /** Trust any certificate (MLFLOW_TRACKING_INSECURE_TLS). */
  readonly insecureTls?: boolean;
  /** MLFLOW_WORKSPACE, for servers with workspaces (3.10 and newer). */
  readonly workspace?: string | undefined;
}

export interface ApiRequest {
  /** Below the server's URL: `/api/2.0/mlflow/runs/get`, `/get-artifact`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON in a POST. Only for requests that change nothing, because they may be retried. */
  readonly body?: object;
  /** The requested object in words, for messages. */
  readonly what: string;
  /** For files: a server error is also an answer, because many storages return one for a missing file. */
  readonly mayFail?: boolean;
}

const TIMEOUT = 30_000;
const REDIRECTS = 5;

/** One MLflow server over HTTP: base path, credentials, redirects, retries, and errors. */
export class MlflowConnection {
  /** The server's URL without credentials and trailing slash. */
  readonly url: string;
  readonly #options: ConnectionOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agents = new Map<string, Agent>();
  /** Possible roots of `/api`; only one after the first answer. */
  #apiRoots: readonly string[];
  #hasAnswered = false;

  constructor(trackingUri: string, options: ConnectionOptions) {
    const base = parseTrackingUri(trackingUri);
    this.#options = options;
    this.#headers = headersOf(base, options);
    this.url = withoutTrailing(`${base.origin}${base.pathname}`, '/');
    // With --static-prefix servers before 3.12 keep /api at the root, newer ones put it under the prefix.
    this.#apiRoots = [...new Set([this.url, base.origin])];
  }

  /**
   * A JSON answer: 200, or 400 and 404 with MLflow's own error body. Undefined if the server has no such route.
   * @throws UserError registry-*
   */
  async json(request: ApiRequest): Promise<{ readonly status: number; readonly body: Tree } | undefined> {
    let last: HttpResponse | undefined;
    for (const root of this.#apiRoots) {
      last = await this.#send(`${root}${request.path}`, request);
      const body = parseTree(last.body);
      // Other 404s come from a proxy or from the web framework: HTML, plain text or JSON of another shape.
      if (body === undefined || (last.status === 404 && !isKnownObject(body))) continue;
      this.#apiRoots = [root];
      return { status: last.status, body };
    }
    if (last === undefined || last.status === 404) return undefined;
    throw userErrorOf({ url: this.url, what: request.what, ...last });
  }

  /** A file as text, or the status of a refusal: 400, 404, or 5xx if it may fail. @throws UserError registry-* */
  text(request: ApiRequest): Promise<{ readonly status: number; readonly body: string }> {
    return this.#send(`${this.url}${request.path}`, request, true);
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #send(address: string, request: ApiRequest, isFile = false): Promise<HttpResponse> {
    const { query, body, what, mayFail = false } = request;
    const url = new URL(address);
    url.search = new URLSearchParams(query).toString();
    const method = body === undefined ? 'GET' : 'POST';
    const headers = { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const first = { method, url, headers, ...text, timeout: TIMEOUT };
    const response = await this.#follow(first, { mayFail, isFile, what });
    if (isFile && response.status === 200 && isPage(response)) throw pageOf(this.url, what);
    const isAnswer = response.status === 200 || response.status === 400 || response.status === 404;
    // Files that only a presigned URL leads to.
    const isConflict = isFile && response.status === 409;
    if (isAnswer || isConflict || (mayFail && response.status >= 500)) return response;
    throw userErrorOf({ url: this.url, what, ...response });
  }

  /** Follows redirects. Another server gets no credentials, and is asked for a file only where the workflow names it. */
  async #follow(
    first: HttpRequest,
    { mayFail, isFile, what }: { readonly mayFail: boolean; readonly isFile: boolean; readonly what: string },
  ): Promise<HttpResponse> {
    const hosts = this.#options.config.artifactHosts ?? [];
    let request = first;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#exchange(request, mayFail);
      const { location } = response.headers;
      const isRedirect = response.status >= 300 && response.status < 400 && location !== undefined;
      if (!isRedirect || request.method !== 'GET' || redirects === REDIRECTS) return response;
      const url = URL.parse(location, request.url.href);
      if (url === null) return response;
      const fault = redirectFault(url);
      if (fault !== undefined) throw strangeRedirectOf(this.url, what, fault);
      if (isFile && isForeignFile(request.url, url, hosts)) throw elsewhereOf(this.url, what, url);
      request = { ...request, url, headers: isSameServer(request.url, url) ? (request.headers ?? {}) : {} };
    }
  }

  async #exchange(request: HttpRequest, mayFail: boolean): Promise<HttpResponse> {
    const { clock, warn } = this.#options;
    const onRetry = (why: string, wait: number) => warn(`MLflow: ${why}; retry in ${Math.ceil(wait / 1000)} s`);
    const patience = this.#hasAnswered ? PATIENCE : FIRST_PATIENCE;
    const policy = { clock, attempts: 4, delay: 500, patience, onRetry };
    const agent = this.#agentFor(request.url);
    // 501 and MLflow's FEATURE_DISABLED are permanent; the caller judges a 500 for a file.
    const isFinal = ({ status, body }: HttpResponse) =>
      (mayFail && status === 500) || body.includes('FEATURE_DISABLED');
    try {
      const response = await sendWithRetry({ ...request, agent }, policy, isFinal);
      this.#hasAnswered = true;
      return response;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const isOwn = isSameServer(new URL(this.url), request.url);
      throw isOwn ? unreachableOf(this.url, error) : deadRedirectOf(this.url, request.url, error);
    }
  }

  /** The server's certificate settings are not for the storage that it signs URLs of. */
  #agentFor(url: URL): Agent {
    const { authoritiesPath, insecureTls, config } = this.#options;
    const isOwn = isSameServer(new URL(this.url), url);
    const isStorage = !isOwn && !isForeignFile(new URL(this.url), url, config.artifactHosts ?? []);
    const key = `${url.protocol} ${isOwn} ${isStorage}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const agent = createAgent(url.protocol, {
      ...(!isOwn && { lookup: outsideLookup }),
      ...(!isStorage && authoritiesPath !== undefined && { ca: readAuthorities(authoritiesPath) }),
      ...(!isStorage && insecureTls === true && { rejectUnauthorized: false }),
    });
    this.#agents.set(key, agent);
    return agent;
  }
}

function readAuthorities(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError('bad-input', `MLFLOW_TRACKING_SERVER_CERT_PATH names ${path}, which cannot be read`, {
      hint: 'correct the variable: it must be the path of a PEM file on the runner',
      cause,
    });
  }
}

/** A 404 of MLflow about an object. Without a code it is one of a proxy, with this one MLflow does not know the route. */
function isKnownObject({ error_code: code }: Tree): boolean {
  return code !== undefined && code !== 'ENDPOINT_NOT_FOUND';
}

/** Neither an `MLmodel` nor an example begins so. */
function isPage({ headers, body }: HttpResponse): boolean {
  return (
    /^\s*(?:<!--[^>]{0,500}-->\s*)?<(?:!doctype\s+html|html|head|body|\?xml)\b/i.test(body.slice(0, 1000)) ||
    /^text\/html/.test(headers['content-type'] ?? '')
  );
}

function parseTree(text: string): Tree | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
