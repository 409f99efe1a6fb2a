import type { Json } from '../base/json-literal.ts';
import type { ColumnType, Schema } from '../model/model.ts';
import type { Batch, FilledColumn, FilledTensor } from './input-batch.ts';
import { flatten } from './input-batch.ts';
import type { Payload } from './seldon-payload.ts';

/** MLServer's names for MLflow's column types (`mlserver_mlflow/metadata.py`). */
const COLUMN_DATATYPES: Readonly<Partial<Record<ColumnType, string>>> = {
  boolean: 'BOOL',
  integer: 'INT32',
  long: 'INT64',
  float: 'FP32',
  double: 'FP64',
  string: 'BYTES',
  binary: 'BYTES',
  datetime: 'BYTES',
  array: 'BYTES',
  object: 'BYTES',
  map: 'BYTES',
  any: 'BYTES',
};

/** Sent as JSON text inside a string, which MLServer 1.7 and later decode (`pd_json`). */
const NESTED: ReadonlySet<ColumnType> = new Set(['array', 'object', 'map', 'any']);

/**
 * Open Inference (V2) as MLServer's MLflow runtime reads it: a tensor of shape [rows] per column, or the tensors.
 * MLServer decodes bytes by the signature, and `str` on a datetime would fail. So only text without a signature
 * and nested values, which it would not decode, get a content type.
 */
export function v2Payload(batch: Batch, inputs: Schema | undefined): Payload {
  if (batch.kind === 'value')
    return { refused: 'its input example has no form in the V2 protocol without a signature' };
  if (batch.kind === 'tensors') return tensorPayload(batch.tensors);
  const unknown = batch.columns.find((column) => COLUMN_DATATYPES[column.type] === undefined);
  if (unknown !== undefined)
    return { refused: `column \`${unknown.name}\` has a type that the V2 protocol does not support` };
  const tensors = batch.columns.map((column, at) => columnInput(column, at, inputs !== undefined));
  return { body: JSON.stringify({ parameters: { content_type: 'pd' }, inputs: tensors }) };
}

function columnInput({ name, type, values }: FilledColumn, at: number, typed: boolean): object {
  return {
    name: name ?? `input-${at}`,
    datatype: COLUMN_DATATYPES[type],
    shape: [values.length],
    data: NESTED.has(type) ? values.map((value: Json) => JSON.stringify(value)) : values,
    ...(NESTED.has(type) && { parameters: { content_type: 'pd_json' } }),
    ...(!typed && type === 'string' && { parameters: { content_type: 'str' } }),
  };
}

function tensorPayload(tensors: readonly FilledTensor[]): Payload {
  const inputs = tensors.map(({ name, dtype, shape, value }, at) => {
    return { name: name ?? `input-${at}`, datatype: tensorDatatype(dtype), shape, data: flatten(value) };
  });
  const named = tensors.some((tensor) => tensor.name !== undefined);
  return { body: JSON.stringify({ parameters: { content_type: named ? 'dict' : 'np' }, inputs }) };
}

/** `float32` is FP32, `uint8` is UINT8; a type that is not a number is BYTES. */
function tensorDatatype(dtype: string): string {
  if (dtype === 'bool') return 'BOOL';
  if (/^u?int\d+$/.test(dtype)) return dtype.toUpperCase();
  const float = /^float(\d+)$/.exec(dtype);
  return float ? `FP${float[1]}` : 'BYTES';
}
