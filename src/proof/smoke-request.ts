import { unreachable } from '../base/errors.ts';
import { jsonOf } from '../base/json-value.ts';
import type { Model } from '../model/model.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { Batch } from './request/input-batch.ts';
import { LONGEST_BODY } from './request/longest-body.ts';
import { batchIn, REQUEST_FORMS } from './request/request-forms.ts';
import { type Payload, seldonPayload } from './request/seldon-payload.ts';
import { v2Payload } from './request/v2-payload.ts';

export interface SmokeSubject {
  readonly model: Pick<Model, 'signature' | 'example'>;
  readonly protocol: Protocol;
}

/** A prediction request. */
export interface SmokeRequest {
  /** JSON text to post. */
  readonly body: string;
  readonly origin: PredictionRecord['origin'];
  /** How many rows it asks about; undefined where that is not known. */
  readonly rows: number | undefined;
  /** Its values are ours: where the server refuses them, the model has not failed. */
  readonly isMadeUp: boolean;
}

/** Why no prediction can be sent, with the cure. */
export interface SkippedPrediction {
  readonly skipped: string;
}

/** What to do about a model that no request can be made for. */
export const REQUEST_CURE = 'Log the model with an `input_example`, or give a request in `smoke-request`';

/**
 * What to ask a model, best first: the rows of its logged example, then what the signature alone says. Never empty.
 * A form follows only where the server may refuse all those before it although the model works.
 */
export function smokeRequestsOf({ model, protocol }: SmokeSubject): readonly SmokeRequest[] | SkippedPrediction {
  const requests = new Map<string, SmokeRequest>();
  const refusals: string[] = [];
  for (const form of REQUEST_FORMS) {
    const formed = batchIn(form, model);
    if (formed === undefined) continue;
    const { batch, isMadeUp } = formed;
    const payload = typeof batch === 'string' ? { refused: batch } : payloadOf(batch, model, protocol);
    if ('refused' in payload) refusals.push(payload.refused);
    else if (Buffer.byteLength(payload.body) > LONGEST_BODY) refusals.push(tooLong(form.origin, payload.body));
    else {
      const { body, isShortened = false, otherwise } = payload;
      const isOurs = isMadeUp || isShortened;
      const spellings = [body, ...(otherwise === undefined ? [] : [otherwise])];
      for (const [at, text] of spellings.entries()) {
        const isMadeUpHere = isOurs || at < spellings.length - 1;
        const request = { body: text, origin: form.origin, rows: rowsOf(protocol, text), isMadeUp: isMadeUpHere };
        if (!requests.has(text)) requests.set(text, request);
      }
      if (!isOurs) break;
    }
  }
  if (requests.size > 0) return [...requests.values()];
  const why = refusals[0] ?? 'the model was logged with neither a signature nor a usable input example';
  return { skipped: `No prediction was sent: ${why}. ${REQUEST_CURE}.` };
}

function tooLong(origin: string, body: string): string {
  return `the request made from its ${origin} has ${body.length} characters`;
}

/** Number of rows in a request; undefined if the body does not show it. */
export function rowsOf(protocol: Protocol, body: string): number | undefined {
  const request = jsonOf(body);
  if (protocol === 'v2') return sizeOf(at(at(at(request, 'inputs'), 0), 'shape'));
  const data = at(request, 'data');
  const rows = at(data, 'ndarray') ?? at(request, 'jsonData');
  if (Array.isArray(rows)) return rows.length;
  if (typeof rows !== 'object' || rows === null) return sizeOf(at(at(data, 'tensor'), 'shape'));
  const [first] = Object.values(rows);
  return Array.isArray(first) ? first.length : undefined;
}

/** The body of a request with these rows. */
export function payloadOf(batch: Batch, model: SmokeSubject['model'], protocol: Protocol): Payload {
  switch (protocol) {
    case 'seldon':
      return seldonPayload(batch, model);
    case 'v2':
      return v2Payload(batch, model.signature);
    default:
      return unreachable(protocol);
  }
}

function at(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}

function sizeOf(shape: unknown): number | undefined {
  const size = at(shape, 0);
  return typeof size === 'number' ? size : undefined;
}

export interface PredictionRecord {
  /** Origin of the body: the input, the model's logged example, or its signature. */
  readonly origin: 'input' | 'example' | 'signature';
  /** JSON text as sent. */
  readonly request: string;
  /** Body of the answer, cut to a bounded length. */
  readonly response: string | undefined;
  readonly status: number | undefined;
  /** Milliseconds. */
  readonly latency: number | undefined;
}
