import { isList, isRecord, type Json } from '../../base/json/json-literal.ts';
import type { ColumnType, DataType, Signature } from '../../model/model.ts';
import { contentOf } from './example-batch.ts';
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
export function v2Payload(batch: Batch, signature: Signature | undefined): Payload {
  const inputs = signature?.inputs;
  if (batch.kind === 'value')
    return { refused: 'its input example has no form in the V2 protocol without a signature' };
  if (batch.kind === 'tensors')
    return batch.isList === true ? listPayload(batch.tensors) : tensorPayload(batch.tensors);
  const refused = unnamable(batch.columns, inputs !== undefined) ?? unknownIn(batch.columns);
  if (refused !== undefined) return { refused };
  const whole = columnsPayload(batch.columns, inputs === undefined ? WITHOUT_SIGNATURE : {});
  const columns = signature?.isFromTypeHint === true ? hintedColumns(batch.columns) : undefined;
  const apart = columns && columnsPayload(columns, OF_HINT);
  if (apart === undefined || 'refused' in apart) return whole;
  return 'refused' in whole ? apart : { ...whole, otherwise: apart.body };
}

function columnsPayload(columns: readonly FilledColumn[], undecoded: Undecoded): Payload {
  const unfit = columns.map(unfitOf).find((why) => why !== undefined);
  if (undecoded !== WITHOUT_SIGNATURE && unfit !== undefined) return { refused: unfit };
  const inputs = columns.map((column, at) => columnInput(column, at, undecoded));
  return { body: JSON.stringify({ parameters: { content_type: 'pd' }, inputs }) };
}

/** MLServer makes one table of the columns, whose names are texts. */
function unnamable(columns: readonly FilledColumn[], isSigned: boolean): string | undefined {
  const odd = columns.find((column) => column.isOddName === true || (column.isNumberName === true && isSigned));
  if (odd !== undefined)
    return `the name of column \`${odd.name}\` is ${odd.isOddName ? 'no text' : 'a number'}, which MLServer cannot load`;
  const names = columns.flatMap(({ name }) => name ?? []);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  return repeated === undefined
    ? undefined
    : `the V2 protocol does not accept two columns of one name: \`${repeated}\``;
}

function unknownIn(columns: readonly FilledColumn[]): string | undefined {
  const unknown = columns.find((column) => COLUMN_DATATYPES[column.type] === undefined);
  return unknown && `column \`${unknown.name}\` has a type that the V2 protocol does not know`;
}

/** Nested values arrive as JSON, which has no such types. */
const UNNESTED: TypeWords = { ...NARROW, datetime: 'dates', binary: 'bytes' };
/** What takes a null for a hole: MLServer makes false, an error or nothing of it elsewhere. */
const HOLED: ReadonlySet<ColumnType> = new Set(['double', 'float', 'string', ...NESTED]);

function unfitOf({ name, type, values, content }: FilledColumn): string | undefined {
  const column = name === undefined ? 'its input' : `column \`${name}\``;
  const found = content && inside(content, UNNESTED);
  if (found !== undefined) return `${column} has ${found} inside, which cannot be sent to MLflow as JSON`;
  const isHoled = values.includes(null) && !HOLED.has(type);
  return isHoled ? `${column} has a missing value, and the V2 protocol has no missing ${type}` : undefined;
}

/**
 * For many type hints of objects MLflow makes one of each row, so each of their keys is a column of its own. One row, unless
 * all have the same keys and no hole: pandas makes floats of integers beside a hole.
 */
function hintedColumns([column]: readonly FilledColumn[]): readonly FilledColumn[] | undefined {
  const records = column?.values.filter(isRecord) ?? [];
  const [first] = records;
  const isObject = column?.type === 'object' || column?.type === 'map';
  if (!isObject || first === undefined || records.length < column.values.length) return undefined;
  const names = Object.keys(first);
  const isWhole = (one: { readonly [key: string]: Json }) =>
    Object.keys(one).length === names.length && names.every((name) => (one[name] ?? null) !== null);
  const rows = records.every(isWhole) ? records : [first];
  return names.map((name) => {
    const content = partOf(contentOf(column), name);
    const isDate = content.type === 'datetime';
    const type = isDate ? 'datetime' : 'any';
    return { name, type, required: true, values: rows.map((row) => row[name] ?? null), ...(!isDate && { content }) };
  });
}

function partOf({ properties, values }: DataType, name: string): DataType {
  return properties?.find((one) => one.name === name)?.content ?? values ?? { type: 'any' };
}

type Undecoded = Readonly<Partial<Record<ColumnType, string>>>;
const WITHOUT_SIGNATURE: Undecoded = { string: 'str' };
/** The columns of an object have other names than the signature. */
const OF_HINT: Undecoded = { datetime: 'datetime' };

/** `undecoded` is what MLServer would not decode by itself. */
function columnInput({ name, type, values }: FilledColumn, at: number, undecoded: Undecoded): object {
  const contentType = NESTED.has(type) ? 'pd_json' : undecoded[type];
  return {
    name: name ?? `input-${at}`,
    datatype: COLUMN_DATATYPES[type],
    shape: [values.length],
    data: NESTED.has(type) ? values.map((value: Json) => JSON.stringify(value)) : values,
    ...(contentType !== undefined && { parameters: { content_type: contentType } }),
  };
}

/** A list of texts arrives as one; MLServer makes an array of any other. */
function listPayload(tensors: readonly FilledTensor[]): Payload {
  const [only] = tensors;
  if (only?.dtype !== 'str' || only.shape.length !== 1) return tensorPayload(tensors);
  const input = { name: 'input-0', datatype: 'BYTES', shape: only.shape, data: only.value };
  return { body: JSON.stringify({ parameters: { content_type: 'str' }, inputs: [input] }) };
}

function tensorPayload(tensors: readonly FilledTensor[]): Payload {
  const [first, ...others] = tensors;
  const dates = tensors.find((tensor) => tensor.dtype.startsWith('datetime64'));
  if (dates !== undefined) return { refused: 'its input is a tensor of dates, which MLServer cannot load' };
  const bytes = tensors.find((tensor) => tensor.dtype === 'bytes');
  if (bytes !== undefined) return { refused: 'its input is a tensor of bytes, which MLServer turns into texts' };
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
