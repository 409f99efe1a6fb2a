import { messageOf } from '../../base/errors.ts';
/** One HTTP request over node:https with a deadline, and the retry policy of all adapters. */

import type { Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../base/ports.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  /** Timeout of the whole request in milliseconds, including the answer. */
  readonly timeout: number;
  /** Bytes after which the answer is cut, and says so. */
  readonly cutAt?: number;
  readonly agent?: HttpAgent;
  /** Aborts the request. */
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** There was more than `cutAt`. */
  readonly isCut?: boolean;
}

/** Maximum size of an answer in bytes. An untrusted server must not exhaust the memory, because the undo needs it. */
const LONGEST_ANSWER = 32 * 2 ** 20;

/** No answer: refused, reset, timed out, name unknown, certificate not trusted. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly code: string;

  constructor(request: Pick<HttpRequest, 'method' | 'url'>, cause: unknown) {
    const code = codeOf(cause);
    super(`${request.method} ${request.url.origin}${request.url.pathname}: ${describeCause(code, cause)}`, { cause });
    this.code = code;
  }

  /** The server's certificate is not trusted. A retry cannot succeed. */
  get isDistrust(): boolean {
    return /CERT|SIGNATURE/.test(this.code);
  }
}

/** A keep-alive agent that supports HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export function createAgent(protocol: string, options: AgentOptions = {}): HttpAgent {
  const all = { keepAlive: true, proxyEnv: process.env, ...options };
  return protocol === 'https:' ? new HttpsAgent(all) : new (plainHttp().Agent)(all);
}

/** Sends one request and reads the whole answer. @throws HttpFailure without an answer in time */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  const deadline = AbortSignal.timeout(request.timeout);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
  try {
    const message = await open({ ...request, signal });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isCut = false;
    for await (const chunk of message) {
      bytes += (chunk as Buffer).length;
      isCut = request.cutAt !== undefined && bytes > request.cutAt;
      if (isCut) break;
      if (bytes > LONGEST_ANSWER) throw new Error(`the answer has more than ${LONGEST_ANSWER / 2 ** 20} MiB`);
      chunks.push(chunk as Buffer);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    return { status: message.statusCode ?? 0, headers: message.headers, body, ...(isCut && { isCut }) };
  } catch (error) {
    throw new HttpFailure(request, deadline.aborted ? deadline.reason : error);
  }
}

/** Sends a request and returns the answer after its headers; the body is a stream. It has no deadline. */
export function open(request: Omit<HttpRequest, 'timeout'>): Promise<IncomingMessage> {
  const { method, url, agent, signal, body } = request;
  const headers: Record<string, string | string[]> = { 'user-agent': 'mlflow-to-seldon', ...request.headers };
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
  const start = url.protocol === 'https:' ? httpsRequest : plainHttp().request;
  return new Promise((resolve, reject) => {
    const outgoing = start(url, { method, headers, ...(agent && { agent }), ...(signal && { signal }) }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/**
 * Milliseconds for which any peer may be away before a run gives up, and for a peer that has not answered in this run:
 * its address may be wrong.
 */
export const PATIENCE = 60_000;
export const FIRST_PATIENCE = 30_000;

/** Attempts to find a host by its name: most names that are not found are wrong. */
const NAME_ATTEMPTS = 4;

export interface RetryPolicy {
  readonly clock: Clock;
  /** Number of attempts, including the first. With `patience` it is for a peer that answers with an error. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled each time, at most 10 s. */
  readonly delay: number;
  /**
   * Retry budget: milliseconds after which no further attempt starts. A peer that is away may use all of it. Default: only
   * the number of attempts counts.
   */
  readonly patience?: number;
  /** Whether a timeout ends the attempts. Default: no. */
  readonly timeoutIsFinal?: boolean;
  /** Called before each wait. */
  readonly onRetry?: (why: string, wait: number) => void;
}

/**
 * Retries temporary failures: no answer (except an untrusted certificate), 408, 429 and 5xx except 501. Only for
 * requests that are safe to repeat.
 */
export async function sendWithRetry(
  request: HttpRequest,
  policy: RetryPolicy,
  isFinal: (response: HttpResponse) => boolean = () => false,
): Promise<HttpResponse> {
  const end = policy.clock.now() + (policy.patience ?? Number.POSITIVE_INFINITY);
  for (let attempt = 1; ; attempt++) {
    const backoff = Math.min(policy.delay * 2 ** (attempt - 1), 10_000);
    const isLast = (wait: number, attempts: number) =>
      attempt >= attempts || request.signal?.aborted === true || policy.clock.now() + wait > end;
    const whileAway = policy.patience === undefined ? policy.attempts : Number.POSITIVE_INFINITY;
    try {
      const response = await send(request);
      const wait = retryAfter(response.headers['retry-after'], policy.clock.now()) ?? backoff;
      const attempts = isAway(response.status) ? whileAway : policy.attempts;
      if (!isTransient(response.status) || isFinal(response) || isLast(wait, attempts)) return response;
      policy.onRetry?.(`HTTP ${response.status}`, wait);
      await policy.clock.sleep(wait);
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.isDistrust) throw error;
      if (isLast(backoff, error.code === 'ENOTFOUND' ? Math.min(whileAway, NAME_ATTEMPTS) : whileAway)) throw error;
      if (policy.timeoutIsFinal === true && error.code === 'timeout') throw error;
      policy.onRetry?.(error.message, backoff);
      await policy.clock.sleep(backoff);
    }
  }
}

/** Whether there is no answer of the peer itself: none at all, or a gateway's word that it is away or busy. */
export function isAway(status: number | undefined): boolean {
  return status === undefined || [429, 502, 503, 504].includes(status);
}

export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** The header `Retry-After` in milliseconds; at most one minute. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 60_000) : undefined;
}

/** Node's ESM facade of node:http loads its internal undici (50 ms, 13 MB); the module itself does not. */
function plainHttp(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  if (cause.name === 'TimeoutError') return 'timeout';
  return (cause as NodeJS.ErrnoException).code ?? cause.name;
}

const WORDS: Readonly<Record<string, string>> = {
  timeout: 'no answer in time',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be resolved',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
};

function describeCause(code: string, cause: unknown): string {
  // OpenSSL reads the first bytes of a plain HTTP answer as a TLS version.
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return /wrong version number|packet length too long|unknown protocol|http request/i.test(messageOf(cause))
      ? 'it speaks HTTP, not HTTPS'
      : 'no TLS connection can be made';
  const words = WORDS[code];
  if (words !== undefined) return code === 'timeout' ? words : `${words} (${code})`;
  return messageOf(cause);
}
