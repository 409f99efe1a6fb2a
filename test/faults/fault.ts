/** What can go wrong with one request, and for which requests it makes sense. */

export const PEERS = ['kubernetes', 'model', 'mlflow', 'github', 'ingress'] as const;

/** Who answers: `model` is a model behind the proxy of the API server. */
export type Peer = (typeof PEERS)[number];

const ANSWER_FAULTS = [
  'reset',
  'reset-in-answer',
  '500',
  '502',
  '503',
  '429',
  '401',
  '403',
  '404',
  '409',
  'garbage',
  'page',
  'truncated',
  'empty',
  'hang',
  'away',
] as const;

const WATCH_FAULTS = ['watch-ends', 'watch-410', 'watch-half', 'watch-silent'] as const;

/** `page` is an HTML page with HTTP 200, `away` is a peer that is gone for 20 s from this request on. */
export type Fault = (typeof ANSWER_FAULTS)[number] | (typeof WATCH_FAULTS)[number];

/** Faults that a second try gets over. */
const TRANSIENT: readonly Fault[] = ['reset', 'reset-in-answer', '500', '502', '503', '429', 'away'];

/** Faults that keep a run waiting for long. */
const SLOW: readonly Fault[] = ['hang', 'away', 'watch-silent'];

/** Milliseconds for which a peer is away. */
export const AWAY_MS = 20_000;

/** One request of a run: the peer, its kind, and which one of that kind it is, from 1. */
export interface RequestName {
  readonly peer: Peer;
  readonly kind: string;
  readonly ordinal: number;
}

/** One run with one fault. */
export interface Target extends RequestName {
  readonly fault: Fault;
}

export function isTransient(fault: Fault): boolean {
  return TRANSIENT.includes(fault);
}

export function isSlow(fault: Fault): boolean {
  return SLOW.includes(fault);
}

/** All faults for one request. */
export function faultsFor({ kind }: Pick<RequestName, 'kind'>): readonly Fault[] {
  return isWatch(kind) ? [...WATCH_FAULTS, ...ANSWER_FAULTS] : ANSWER_FAULTS;
}

export function isWatch(kind: string): boolean {
  return kind.startsWith('WATCH ');
}

/**
 * Whether a request may be sent twice without a second effect: reads, dry runs, reviews, questions to models, and writes
 * that are guarded by a version or that name what they set. Not safe is what creates something new each time.
 */
export function isSafe({ peer, kind }: Pick<RequestName, 'peer' | 'kind'>): boolean {
  if (peer === 'github') return !kind.startsWith('POST ');
  return true;
}

export function nameOf({ peer, kind, ordinal }: RequestName): string {
  return `${peer}: ${kind} #${ordinal}`;
}
