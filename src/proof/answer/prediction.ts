import { dimensionsOf, isJsonObject, type JsonObject } from '../../base/json-value.ts';
import type { Protocol } from '../../seldon/protocol.ts';

/** One array of an answer, independent of the protocol. */
export interface Output {
  /** Its path in the answer, for messages. */
  readonly path: string;
  readonly names: readonly string[];
  /** Undefined if the lists have different lengths. */
  readonly shape: readonly number[] | undefined;
  readonly values: readonly unknown[];
  /** A list or a value for each answer. */
  readonly rows: readonly unknown[];
  /** Each value is the text of one in JSON (`pd_json` of MLServer). */
  readonly isJsonText?: boolean;
}

/** The prediction of a model server. `opaque` is an answer without rows: text, bytes, or another JSON object. */
export type Prediction =
  | { readonly kind: 'outputs'; readonly outputs: readonly Output[] }
  | { readonly kind: 'opaque'; readonly value: unknown };

/** Reads the prediction from a successful answer. A string says why there is none. */
export function readPrediction(protocol: Protocol, answer: unknown): Prediction | string {
  if (!isJsonObject(answer)) return 'the answer is not a JSON object';
  // As MLflow's own server writes it.
  const { predictions } = answer;
  if (Array.isArray(predictions)) return outputs([nested('predictions', [], predictions)]);
  if (isJsonObject(predictions) || typeof predictions === 'string') return { kind: 'opaque', value: predictions };
  return protocol === 'v2' ? readInference(answer) : readSeldonMessage(answer);
}

/** What MLflow's own server would have under `predictions`: a value for each row, or a record where columns have names. */
export function predictionsOf(prediction: Prediction): unknown {
  if (prediction.kind === 'opaque') return prediction.value;
  const [first, ...others] = prediction.outputs;
  if (first === undefined) return [];
  if (others.length > 0) {
    const named = prediction.outputs.map(({ names, path, rows }) => [names[0] ?? path, rows.map(alone)] as const);
    return first.rows.map((_, at) => Object.fromEntries(named.map(([name, rows]) => [name, rows[at]])));
  }
  const { names, rows } = first;
  const isTable = names.length > 1 && rows.every((row) => Array.isArray(row) && row.length === names.length);
  if (!isTable || names.every(isMadeUpName)) return rows.map(alone);
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, Array.isArray(row) ? row[at] : row])));
}

/** Servers make up names where the model gives none. */
export function isMadeUpName(name: string): boolean {
  return /^(t:\d+|output-\d+)$/.test(name);
}

/** A value that stands alone in a list: V2 adds a dimension of one. */
export function alone(row: unknown): unknown {
  return Array.isArray(row) && row.length === 1 ? row[0] : row;
}

/** `{"data": {"names", "ndarray" | "tensor"}}`, or one of `jsonData`, `strData`, `binData`. */
function readSeldonMessage(answer: JsonObject): Prediction | string {
  const data = isJsonObject(answer.data) ? answer.data : {};
  const names = Array.isArray(data.names) ? data.names.map(String) : [];
  if (Array.isArray(data.ndarray)) return outputs([nested('data.ndarray', names, data.ndarray)]);
  if (isJsonObject(data.tensor)) return flat('data.tensor', names, [data.tensor.shape, data.tensor.values]);
  if (Array.isArray(answer.jsonData)) return outputs([nested('jsonData', [], answer.jsonData)]);
  const opaque = answer.jsonData ?? answer.strData ?? answer.binData ?? data.tftensor;
  if (opaque === undefined || opaque === null) return `the answer contains no prediction, only ${keysOf(answer)}`;
  return { kind: 'opaque', value: opaque };
}

/** `{"outputs": [{"name", "shape", "datatype", "data"}]}` */
function readInference(answer: JsonObject): Prediction | string {
  if (!Array.isArray(answer.outputs) || answer.outputs.length === 0) {
    return `the answer contains no outputs, only ${keysOf(answer)}`;
  }
  const all: Output[] = [];
  for (const [at, output] of answer.outputs.filter(isJsonObject).entries()) {
    const names = typeof output.name === 'string' ? [output.name] : [];
    const read = flat(`outputs[${at}]`, names, [output.shape, output.data]);
    if (typeof read === 'string') return read;
    const isJsonText = isJsonObject(output.parameters) && output.parameters.content_type === 'pd_json';
    if (read.kind === 'outputs') for (const one of read.outputs) all.push(isJsonText ? { ...one, isJsonText } : one);
  }
  return outputs(all);
}

function outputs(all: readonly Output[]): Prediction {
  return { kind: 'outputs', outputs: all };
}

function nested(path: string, names: readonly string[], rows: readonly unknown[]): Output {
  return { path, names, shape: dimensionsOf(rows), values: rows.flat(Number.POSITIVE_INFINITY), rows };
}

function flat(path: string, names: readonly string[], [sizes, list]: readonly [unknown, unknown]): Prediction | string {
  const shape = Array.isArray(sizes) ? sizes.map(Number) : [];
  const values = Array.isArray(list) ? list.flat(Number.POSITIVE_INFINITY) : [];
  const expected = shape.reduce((all, size) => all * size, 1);
  if (expected === values.length) return outputs([{ path, names, shape, values, rows: rowsOf(values, shape) }]);
  return `\`${path}\` declares shape (${shape.join(', ')}) but contains ${values.length} values`;
}

/** The values of each row, not nested further. */
function rowsOf(values: readonly unknown[], [count = 0, ...inner]: readonly number[]): readonly unknown[] {
  if (inner.length === 0) return values;
  const width = inner.reduce((all, size) => all * size, 1);
  return Array.from({ length: count }, (_, at) => values.slice(at * width, (at + 1) * width));
}

function keysOf(answer: JsonObject): string {
  const keys = Object.keys(answer).slice(0, 5);
  return keys.length === 0 ? 'an empty object' : keys.map((key) => `\`${key}\``).join(', ');
}
