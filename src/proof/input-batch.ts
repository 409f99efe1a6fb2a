import { asFloat, asInteger, isList, isNumber, isRecord, isWhole, type Json } from '../base/json-literal.ts';
import { dimensionsOf } from '../base/json-value.ts';
import { type Row, type Sample, tableOf } from '../model/input-example.ts';
import type { Column, ColumnType, Schema, Tensor } from '../model/model.ts';

/** A few rows in the types of the model, before they are encoded for a protocol. */
export type Batch =
  | { readonly kind: 'columns'; readonly columns: readonly FilledColumn[] }
  | { readonly kind: 'tensors'; readonly tensors: readonly FilledTensor[] }
  /** A value without a signature. */
  | { readonly kind: 'value'; readonly value: Json };

export interface FilledColumn extends Column {
  /** One cell per row. */
  readonly values: readonly Json[];
}

/** A tensor whose dimensions are all fixed. */
export interface FilledTensor extends Tensor {
  /** Nested lists of that shape. */
  readonly value: Json;
}

/** Enough rows to check that a model answers each row. */
const MOST_ROWS = 2;

/** The first rows of an example in the types of the signature. Undefined if they do not match. */
export function fitToSchema(sample: Sample, schema: Schema): Batch | undefined {
  if (schema.kind === 'columns') return fitColumns(sample, schema.columns);
  const value = sample.kind === 'table' ? sample.rows : sample.value;
  const tensors = schema.tensors.map((tensor) => fitTensor(value, tensor, schema.tensors.length === 1));
  return tensors.every((tensor) => tensor !== undefined) ? { kind: 'tensors', tensors } : undefined;
}

/** The first rows of an example whose model has no signature. The types come from the values. */
export function inferBatch(sample: Sample): Batch {
  if (sample.kind === 'table') {
    const rows = firstRows(sample.rows);
    const width = rows[0]?.length ?? 0;
    const columns = Array.from({ length: width }, (_, at) => inferColumn(sample.names?.[at], cells(rows, at)));
    return { kind: 'columns', columns };
  }
  const value = isList(sample.value) ? sample.value.slice(0, MOST_ROWS) : sample.value;
  const shape = dimensionsOf(value);
  if (shape === undefined || shape.length === 0) return { kind: 'value', value };
  const dtype = dtypeOf(flatten(value));
  return dtype === undefined
    ? { kind: 'value', value }
    : { kind: 'tensors', tensors: [{ name: undefined, dtype, shape, value }] };
}

export function flatten(value: Json): readonly Json[] {
  return isList(value) ? value.flatMap(flatten) : [value];
}

/** Formats a number for a column or tensor of this type. Other values are unchanged. */
export function spelledAs(type: string, value: Json): Json {
  if (isList(value)) return value.map((one) => spelledAs(type, one));
  if (/^(double|float\d*)$/.test(type)) return asFloat(value);
  if (/^(long|integer|u?int\d+)$/.test(type)) return asInteger(value);
  // MLflow writes base64 in several lines.
  return type === 'binary' && typeof value === 'string' ? value.replaceAll('\n', '') : value;
}

function fitColumns(sample: Sample, columns: readonly Column[]): Batch | undefined {
  const table = sample.kind === 'table' ? sample : tableOfValue(sample.value, columns);
  if (table === undefined) return undefined;
  const { names, rows: all } = table;
  const places = columns.map((column, at) => (names && column.name !== undefined ? names.indexOf(column.name) : at));
  const width = Math.min(...all.map((row) => row.length));
  const known = (at: number) => at >= 0 && at < width;
  if (all.length === 0 || columns.some((column, at) => column.required && !known(places[at] ?? -1))) return undefined;
  const rows = firstRows(
    all,
    places.filter((_, at) => columns[at]?.required),
  );
  const filled = columns.flatMap((column, at) => {
    const place = places[at] ?? -1;
    const values = known(place) ? cells(rows, place).map((cell) => spelledAs(column.type, cell)) : [];
    return known(place) && (column.required || !values.includes(null)) ? [{ ...column, values }] : [];
  });
  return { kind: 'columns', columns: filled };
}

/** `{"a": 1}` is one record, `{"a": [1, 2]}` two, unless a cell is itself a list. */
function tableOfValue(value: Json, columns: readonly Column[]): ReturnType<typeof tableOf> {
  if (!isRecord(value)) return tableOf(value);
  const lists = Object.values(value).filter(isList);
  const nested = columns.some((column) => column.type === 'array' || column.type === 'any');
  if (nested || lists.length !== Object.keys(value).length) return tableOf([value]);
  const rows = (lists[0] ?? []).map((_, at) => lists.map((list) => list[at] ?? null));
  return { kind: 'table', names: Object.keys(value), rows };
}

function fitTensor(sample: Json, tensor: Tensor, alone: boolean): FilledTensor | undefined {
  const found = isRecord(sample) && tensor.name !== undefined ? sample[tensor.name] : undefined;
  const whole = found ?? (alone ? sample : undefined);
  if (whole === undefined) return undefined;
  const value = spelledAs(tensor.dtype, isList(whole) && tensor.shape[0] === -1 ? whole.slice(0, MOST_ROWS) : whole);
  const shape = dimensionsOf(value);
  const fits =
    shape?.length === tensor.shape.length &&
    tensor.shape.every((size, at) => size < 0 || size === shape[at]) &&
    !flatten(value).includes(null);
  return fits ? { ...tensor, shape, value } : undefined;
}

/** Prefers rows without missing values in these columns, because some models refuse missing values. */
function firstRows(rows: readonly Row[], places?: readonly number[]): readonly Row[] {
  const complete = rows.filter((row) => !(places?.map((at) => row[at]) ?? row).includes(null));
  return (complete.length > 0 ? complete : rows).slice(0, MOST_ROWS);
}

function cells(rows: readonly Row[], at: number): readonly Json[] {
  return rows.map((row) => row[at] ?? null);
}

function inferColumn(name: string | undefined, values: readonly Json[]): FilledColumn {
  const types: Readonly<Record<string, ColumnType>> = {
    float64: 'double',
    int64: 'long',
    bool: 'boolean',
    str: 'string',
  };
  return { name, type: types[dtypeOf(values) ?? ''] ?? 'other', required: true, values };
}

/** The dtype that numpy would choose for the values; undefined if it would choose `object`. */
function dtypeOf(values: readonly Json[]): string | undefined {
  if (values.every(isNumber)) return values.every(isWhole) ? 'int64' : 'float64';
  if (values.every((value) => typeof value === 'boolean')) return 'bool';
  return values.every((value) => typeof value === 'string') ? 'str' : undefined;
}
