import { asFloat, asInteger, isList, isNumber, isRecord, isWhole, type Json } from '../../base/json/json-literal.ts';
import { dimensionsOf } from '../../base/json-value.ts';
import type { Sample } from '../../model/input-example.ts';
import type { Column, ColumnType, Tensor } from '../../model/model.ts';

/** A few rows in the types the model wants, before a protocol writes them. */
export type Batch =
  | { readonly kind: 'columns'; readonly columns: readonly FilledColumn[] }
  | {
      readonly kind: 'tensors';
      readonly tensors: readonly FilledTensor[];
      /** The model was tried with lists, not with an array. */
      readonly isList?: boolean;
    }
  /** A value without a description. */
  | { readonly kind: 'value'; readonly value: Json };

export interface FilledColumn extends Column {
  /** One cell per row. */
  readonly values: readonly Json[];
}

/** A tensor whose shape has no free dimension left. */
export interface FilledTensor extends Tensor {
  /** Nested lists of that shape. */
  readonly value: Json;
}

/**
 * The first rows of an example whose model has no signature: the types are those of its values.
 * `wasList` says that it was logged as JSON and not as an array.
 */
export function inferBatch(sample: Sample, count: number, wasList = false): Batch {
  if (sample.kind === 'table') {
    const rows = completeFirst(sample.rows, (row) => row.includes(null)).slice(0, count);
    const width = rows[0]?.length ?? 0;
    const columns = Array.from({ length: width }, (_, at) => {
      const label = {
        name: sample.names?.[at],
        ...(sample.hasNumberNames && { isNumberName: true }),
        ...(sample.hasOddNames && { isOddName: true }),
      };
      return inferColumn(label, cells(rows, at));
    });
    return { kind: 'columns', columns };
  }
  const value = isList(sample.value) ? sample.value.slice(0, count) : sample.value;
  const shape = dimensionsOf(value);
  if (shape === undefined || shape.length === 0) return { kind: 'value', value };
  const dtype = dtypeOf(flatten(value));
  return dtype === undefined
    ? { kind: 'value', value }
    : { kind: 'tensors', tensors: [{ name: undefined, dtype, shape, value }], ...(wasList && { isList: true }) };
}

/** The same values of rows that are all in their places. */
export function inferWholeBatch(names: readonly string[], rows: readonly (readonly Json[])[]): Batch {
  return { kind: 'columns', columns: names.map((name, at) => inferColumn({ name }, cells(rows, at))) };
}

/** Some of the rows of a batch; undefined where it has none. */
export function rowsOfBatch(batch: Batch, from: number, to: number): Batch | undefined {
  switch (batch.kind) {
    case 'columns':
      return { ...batch, columns: batch.columns.map((one) => ({ ...one, values: one.values.slice(from, to) })) };
    case 'tensors':
      return { ...batch, tensors: batch.tensors.map((one) => rowsOfTensor(one, from, to)) };
    case 'value':
      return undefined;
  }
}

function rowsOfTensor(tensor: FilledTensor, from: number, to: number): FilledTensor {
  const value = isList(tensor.value) ? tensor.value.slice(from, to) : tensor.value;
  const [, ...inner] = tensor.shape;
  return { ...tensor, value, shape: [isList(value) ? value.length : 0, ...inner] };
}

export function flatten(value: Json): readonly Json[] {
  return isList(value) ? value.flatMap(flatten) : [value];
}

/** A number as a column or tensor of this type must be spelled; anything else as it is. */
export function spelledAs(type: string, value: Json): Json {
  if (isList(value)) return value.map((one) => spelledAs(type, one));
  if (/^(double|float\d*)$/.test(type)) return asFloat(value);
  if (/^(long|integer|u?int\d+)$/.test(type)) return asInteger(value);
  if (typeof value !== 'string') return value;
  // MLflow breaks base64 into lines.
  if (type === 'binary') return value.replaceAll('\n', '');
  // Python before 3.11 reads no `Z`.
  if (type !== 'datetime') return value;
  return isHole(type, value) ? null : value.replace(/Z$/, '+00:00');
}

/** A missing value; dates write it as a text. */
export function isHole(type: string, value: Json | undefined): boolean {
  if (isList(value)) return flatten(value).includes(null);
  return value === undefined || value === null || (type === 'datetime' && value === 'NaT');
}

/** The rows that have no hole, where there are some: not every model takes missing values. */
export function completeFirst<Row>(rows: readonly Row[], hasHole: (row: Row) => boolean): readonly Row[] {
  const complete = rows.filter((row) => !hasHole(row));
  return complete.length > 0 ? complete : rows;
}

export function cells(rows: readonly (readonly Json[])[], at: number): readonly Json[] {
  return rows.map((row) => row[at] ?? null);
}

function inferColumn(
  label: Pick<Column, 'name' | 'isNumberName' | 'isOddName'>,
  values: readonly Json[],
): FilledColumn {
  const types: Readonly<Record<string, ColumnType>> = {
    float64: 'double',
    int64: 'long',
    bool: 'boolean',
    str: 'string',
  };
  const known = values.filter((value) => value !== null);
  const nested = known.some((value) => isList(value) || isRecord(value)) ? 'any' : 'other';
  return { ...label, type: types[dtypeOf(known) ?? ''] ?? nested, required: true, values };
}

/** What numpy would make of the values; undefined where it would make objects of them. */
function dtypeOf(values: readonly Json[]): string | undefined {
  if (values.length === 0) return undefined;
  if (values.every(isNumber)) return values.every(isWhole) ? 'int64' : 'float64';
  if (values.every((value) => typeof value === 'boolean')) return 'bool';
  return values.every((value) => typeof value === 'string') ? 'str' : undefined;
}
