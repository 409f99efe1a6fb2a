import { ApiError } from './api-error.ts';

/** Requests that fail, for tests. */
export interface Fault {
  readonly match: { readonly method?: string; readonly path?: string | RegExp };
  /** An HTTP status, or `cut`: the connection breaks without an answer. */
  readonly status: number | 'cut';
  /** How many matching requests fail; default 1. */
  readonly times?: number;
  /** Seconds, as in the header. */
  readonly retryAfter?: number;
}

const WORDS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['Unauthorized', 'Unauthorized'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'Timeout: request did not complete within the allotted timeout'],
};

/** The remaining faults. */
export class Faults {
  readonly #faults: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  take(method: string, path: string): Fault | undefined {
    const entry = this.#faults.find(({ fault: { match }, left }) => left > 0 && fits(match, method, path));
    if (entry !== undefined) entry.left--;
    return entry?.fault;
  }
}

function fits({ method: wanted, path: part = '' }: Fault['match'], method: string, path: string): boolean {
  if (wanted !== undefined && wanted !== method) return false;
  return typeof part === 'string' ? path.includes(part) : part.test(path);
}

export function faultError(code: number): ApiError {
  const [reason, message] = WORDS[code] ?? ['Unknown', `fault ${code}`];
  return new ApiError({ code, reason, message });
}
