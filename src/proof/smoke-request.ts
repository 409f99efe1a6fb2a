import { unreachable } from '../base/errors.ts';
import { jsonOf } from '../base/json-value.ts';
import { readExample } from '../model/input-example.ts';
import type { Model } from '../model/model.ts';

import type { Protocol } from '../seldon/protocol.ts';
import { type Batch, fitToSchema, inferBatch } from './input-batch.ts';
import { type Payload, seldonPayload } from './seldon-payload.ts';
import { sampleOf } from './signature-sample.ts';
import { v2Payload } from './v2-payload.ts';

export interface SmokeSubject {
  readonly model: Pick<Model, 'signature' | 'example'>;
  readonly protocol: Protocol;
}

/** A prediction request. */
export interface SmokeRequest {
  /** JSON text to post. */
  readonly body: string;
  readonly origin: PredictionRecord['origin'];
  /** Number of rows in the request; undefined if not known. */
  readonly rows: number | undefined;
}

/** Why no prediction can be sent, with the cure. */
export interface SkippedPrediction {
  readonly skipped: string;
}

/** Maximum length of a body in characters: the proof is not a load test. */
const LONGEST_BODY = 2_000_000;
const CURE = 'Set `smoke-request`';

/** Makes a request from the logged input example if it matches the signature, else from the signature. */
export function smokeRequestOf({ model, protocol }: SmokeSubject): SmokeRequest | SkippedPrediction {
  const { batch, origin } = batchOf(model);
  if (typeof batch === 'string') return { skipped: `No prediction was sent: ${batch}. ${CURE}.` };
  const payload = payloadOf(batch, model, protocol);
  if ('refused' in payload) return { skipped: `No prediction was sent: ${payload.refused}. ${CURE}.` };
  if (payload.body.length > LONGEST_BODY) {
    return {
      skipped: `No prediction was sent: the request made from its ${origin} has ${payload.body.length} characters. ${CURE}.`,
    };
  }
  return { body: payload.body, origin, rows: rowsOf(protocol, payload.body) };
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

function batchOf({ signature, example }: SmokeSubject['model']): {
  readonly batch: Batch | string;
  readonly origin: 'example' | 'signature';
} {
  const sample = example && readExample(example);
  const inputs = signature?.inputs;
  const fitted = sample && (inputs === undefined ? inferBatch(sample) : fitToSchema(sample, inputs));
  if (fitted !== undefined) return { batch: fitted, origin: 'example' };
  if (inputs !== undefined) return { batch: sampleOf(inputs), origin: 'signature' };
  return { batch: 'the model was logged with neither a signature nor a usable input example', origin: 'signature' };
}

function payloadOf(batch: Batch, { signature }: SmokeSubject['model'], protocol: Protocol): Payload {
  switch (protocol) {
    case 'seldon':
      return seldonPayload(batch, signature?.inputs);
    case 'v2':
      return v2Payload(batch, signature?.inputs);
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
