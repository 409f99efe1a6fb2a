import { dimensionsOf, isJsonObject, type JsonObject } from '../base/json-value.ts';
import type { Protocol } from '../seldon/protocol.ts';

/** One array of an answer, independent of the protocol. */
export interface Output {
  /** Its path in the answer, for messages. */
  readonly path: string;
  readonly names: readonly string[];
  /** Undefined if the lists have different lengths. */
  readonly shape: readonly number[] | undefined;
  readonly values: readonly unknown[];
}

/** The prediction of a model server. `opaque` is an answer without rows: text, bytes, or another JSON object. */
export type Prediction =
  | { readonly kind: 'outputs'; readonly outputs: readonly Output[] }
  | { readonly kind: 'opaque'; readonly value: unknown };

/** Reads the prediction from a successful answer. A string says why there is none. */
export function readPrediction(protocol: Protocol, answer: unknown): Prediction | string {
  if (!isJsonObject(answer)) return 'the answer is not a JSON object';
  return protocol === 'v2' ? readInference(answer) : readSeldonMessage(answer);
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
    const read = flat(`outputs[${at}]`, typeof output.name === 'string' ? [output.name] : [], [
      output.shape,
      output.data,
    ]);
    if (typeof read === 'string') return read;
    if (read.kind === 'outputs') all.push(...read.outputs);
  }
  return outputs(all);
}

function outputs(all: readonly Output[]): Prediction {
  return { kind: 'outputs', outputs: all };
}

function nested(path: string, names: readonly string[], rows: readonly unknown[]): Output {
  return { path, names, shape: dimensionsOf(rows), values: rows.flat(Number.POSITIVE_INFINITY) };
}

function flat(path: string, names: readonly string[], [sizes, list]: readonly [unknown, unknown]): Prediction | string {
  const shape = Array.isArray(sizes) ? sizes.map(Number) : [];
  const values = Array.isArray(list) ? list.flat(Number.POSITIVE_INFINITY) : [];
  const expected = shape.reduce((all, size) => all * size, 1);
  if (expected === values.length) return outputs([{ path, names, shape, values }]);
  return `\`${path}\` declares shape (${shape.join(', ')}) but contains ${values.length} values`;
}

function keysOf(answer: JsonObject): string {
  const keys = Object.keys(answer).slice(0, 5);
  return keys.length === 0 ? 'an empty object' : keys.map((key) => `\`${key}\``).join(', ');
}
