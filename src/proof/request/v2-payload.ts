import { isList, type Json } from '../../base/json/json-literal.ts';
import type { ColumnType, Schema } from '../../model/model.ts';
import type { Batch, FilledColumn, FilledTensor } from './input-batch.ts';
import { flatten } from './input-batch.ts';
import type { Payload } from './seldon-payload.ts';
import { inside, NARROW, type TypeWords } from './type-words.ts';

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
  const numbered = batch.columns.find((column) => column.isNumberName && inputs !== undefined);
  if (numbered !== undefined)
    return { refused: `the name of column \`${numbered.name}\` is a number, which MLServer cannot load` };
  const unknown = batch.columns.find((column) => COLUMN_DATATYPES[column.type] === undefined);
  if (unknown !== undefined)
    return { refused: `column \`${unknown.name}\` has a type that the V2 protocol does not know` };
  const unfit = batch.columns.map(unfitOf).find((why) => why !== undefined);
  if (inputs !== undefined && unfit !== undefined) return { refused: unfit };
  const tensors = batch.columns.map((column, at) => columnInput(column, at, inputs !== undefined));
  return { body: JSON.stringify({ parameters: { content_type: 'pd' }, inputs: tensors }) };
}

/** Nested values arrive as JSON, which has no such types. */
const UNNESTED: TypeWords = { ...NARROW, datetime: 'dates' };
/** What takes a null for a hole: MLServer makes false, an error or nothing of it elsewhere. */
const HOLED: ReadonlySet<ColumnType> = new Set(['double', 'float', 'string', ...NESTED]);

function unfitOf({ name, type, values, content }: FilledColumn): string | undefined {
  const column = name === undefined ? 'its input' : `column \`${name}\``;
  const found = content && inside(content, UNNESTED);
  if (found !== undefined) return `${column} has ${found} inside, which cannot be sent to MLflow as JSON`;
  const isHoled = values.includes(null) && !HOLED.has(type);
  return isHoled ? `${column} has a hole, and the V2 protocol has no missing ${type}` : undefined;
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
  const [first, ...others] = tensors;
  const dates = tensors.find((tensor) => tensor.dtype.startsWith('datetime64'));
  if (dates !== undefined) return { refused: 'its input is a tensor of dates, which MLServer cannot load' };
  const isTable = first?.dtype === 'object' && others.length === 0 && first.shape.length === 2;
  if (isTable) return { body: objectRows(first) };
  const inputs = tensors.map(({ name, dtype, shape, value }, at) => {
    return { name: name ?? `input-${at}`, datatype: tensorDatatype(dtype), shape, data: flatten(value) };
  });
  const named = tensors.some((tensor) => tensor.name !== undefined);
  return { body: JSON.stringify({ parameters: { content_type: named ? 'dict' : 'np' }, inputs }) };
}

/** MLServer makes numpy texts of BYTES, which are no objects to MLflow; out of a DataFrame come objects. */
function objectRows({ shape, value }: FilledTensor): string {
  const rows = isList(value) ? value : [];
  const inputs = Array.from({ length: shape[1] ?? 0 }, (_, at) => {
    const data = rows.map((row) => (isList(row) ? (row[at] ?? null) : row));
    return { name: String(at), datatype: 'BYTES', shape: [data.length], data, parameters: { content_type: 'str' } };
  });
  return JSON.stringify({ parameters: { content_type: 'pd' }, inputs });
}

/** `float32` is FP32, `uint8` UINT8; what is no number is BYTES. */
function tensorDatatype(dtype: string): string {
  if (dtype === 'bool') return 'BOOL';
  if (/^u?int\d+$/.test(dtype)) return dtype.toUpperCase();
  const float = /^float(\d+)$/.exec(dtype);
  return float ? `FP${float[1]}` : 'BYTES';
}
