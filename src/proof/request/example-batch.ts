import { isList, isNumber, isRecord, type Json } from '../../base/json/json-literal.ts';
import { dimensionsOf } from '../../base/json-value.ts';
import { type Row, type Sample, tableOf } from '../../model/input-example.ts';
import type { Column, ColumnType, DataType, Schema, Tensor } from '../../model/model.ts';
import { type Batch, cells, completeFirst, type FilledTensor, flatten, isHole, spelledAs } from './input-batch.ts';

/** How much of an example is taken. */
export interface Extract {
  /** Rows at most. */
  readonly rows: number;
  /** What becomes of an optional column with a hole in these rows: `send` it as null, or `leave` the column out. */
  readonly holes: 'send' | 'leave';
  /** Every row in its place. Otherwise the rows without a hole are preferred. */
  readonly keepsOrder?: true;
}

/** The first rows of an example in the types of the signature. Undefined when one does not fit the other. */
export function fitToSchema(sample: Sample, schema: Schema, extract: Extract): Batch | undefined {
  if (schema.kind === 'columns') return fitColumns(sample, schema.columns, extract);
  const value = sample.kind === 'table' ? sample.rows : sample.value;
  const alone = schema.tensors.length === 1;
  const tensors = schema.tensors.map((tensor) => fitTensor(value, tensor, { alone, ...extract }));
  return tensors.every((tensor) => tensor !== undefined) ? { kind: 'tensors', tensors } : undefined;
}

function fitColumns(sample: Sample, columns: readonly Column[], extract: Extract): Batch | undefined {
  const table = sample.kind === 'table' ? sample : tableOfValue(sample.value, columns);
  if (table === undefined || table.rows.length === 0) return undefined;
  const { names, rows: all } = table;
  const width = all.reduce((least, row) => Math.min(least, row.length), Number.POSITIVE_INFINITY);
  const places = columns.map((column, at) => (names && column.name !== undefined ? names.indexOf(column.name) : at));
  const known = places.map((place) => place >= 0 && place < width);
  if (columns.some((column, at) => column.required && !known[at])) return undefined;
  const fitting =
    extract.keepsOrder === true
      ? all
      : all.filter((row) =>
          columns.every((column, at) => !known[at] || fitsScalar(column.type, row[places[at] ?? -1])),
        );
  if (fitting.length === 0) return undefined;
  const placed = columns.map((column, at) => ({ ...column, place: places[at] ?? -1 }));
  const holeIn = (among: typeof placed) => (row: Row) => among.some(({ type, place }) => isHole(type, row[place]));
  const present = placed.filter((_, at) => known[at]);
  const required = placed.filter((column) => column.required);
  const preferred =
    extract.keepsOrder === true ? all : completeFirst(completeFirst(fitting, holeIn(required)), holeIn(present));
  const rows = preferred.slice(0, extract.rows);
  const filled = columns.flatMap((column, at) => {
    if (!known[at]) return [];
    const values = cells(rows, places[at] ?? -1).map((cell) => spelledIn(contentOf(column), cell));
    const leftOut = !column.required && extract.holes === 'leave' && values.includes(null);
    return leftOut ? [] : [{ ...column, values }];
  });
  return filled.length === 0 ? undefined : { kind: 'columns', columns: filled };
}

/** The whole type of a column. */
export function contentOf({ type, content }: Column): DataType {
  return content ?? { type };
}

/**
 * A value that was logged as it was. `{"a": 1}` is one record, `{"a": [1, 2]}` two, unless a cell is itself a list.
 * Where there is one column without a name, the elements of a list are its cells.
 */
function tableOfValue(value: Json, columns: readonly Column[]): ReturnType<typeof tableOf> {
  const [only, ...others] = columns;
  if (only !== undefined && others.length === 0 && only.name === undefined) {
    const rows = isList(value) ? value : [value];
    if (rows.length > 0 && rows.every((cell) => fits(contentOf(only), cell))) {
      return { kind: 'table', names: undefined, rows: rows.map((cell) => [cell]) };
    }
  }
  if (!isRecord(value)) return tableOf(value);
  const lists = Object.values(value).filter(isList);
  const isRow = columns.every(({ name, ...column }) => {
    const cell = name === undefined ? undefined : value[name];
    return cell === undefined || fits(contentOf({ name, ...column }), cell);
  });
  if (isRow || lists.length !== Object.keys(value).length) return tableOf([value]);
  const rows = (lists[0] ?? []).map((_, at) => lists.map((list) => list[at] ?? null));
  return { kind: 'table', names: Object.keys(value), rows };
}

/** May a cell of this type hold this value? */
function fits(type: DataType, value: Json): boolean {
  if (value === null) return true;
  switch (type.type) {
    case 'array':
      return isList(value) && value.every((one) => type.items === undefined || fits(type.items, one));
    case 'object':
    case 'map':
      return isRecord(value);
    case 'any':
    case 'other':
      return true;
    default:
      return !isList(value) && !isRecord(value);
  }
}

/** Is a cell of the kind that its column takes? MLflow refuses an example that is not, whatever the model. */
function fitsScalar(type: ColumnType, value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  switch (type) {
    case 'double':
    case 'float':
    case 'long':
    case 'integer':
      return isNumber(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
    case 'binary':
    case 'datetime':
      return typeof value === 'string';
    default:
      return true;
  }
}

/** A value with the numbers in it spelled as its type wants. */
function spelledIn(type: DataType, value: Json): Json {
  const { items, values, properties } = type;
  if (items !== undefined && isList(value)) return value.map((one) => spelledIn(items, one));
  if (!isRecord(value)) return spelledAs(type.type, value);
  const inside = new Map(properties?.map(({ name, content }) => [name, content]));
  const entries = Object.entries(value).map(([name, one]) => {
    const content = inside.get(name) ?? values;
    return [name, content === undefined ? one : spelledIn(content, one)] as const;
  });
  return Object.fromEntries(entries);
}

function fitTensor(
  sample: Json,
  tensor: Tensor,
  { alone, rows, holes, keepsOrder }: Extract & { readonly alone: boolean },
): FilledTensor | undefined {
  const found = isRecord(sample) && tensor.name !== undefined ? sample[tensor.name] : undefined;
  const whole = found ?? (alone ? sample : undefined);
  if (whole === undefined) return undefined;
  const value = spelledAs(
    tensor.dtype,
    isList(whole) && tensor.shape[0] === -1 && keepsOrder !== true ? firstRows(whole, rows) : whole,
  );
  const shape = dimensionsOf(value);
  // Only floats have a number for a hole.
  const mayHaveHoles = tensor.dtype.startsWith('float') && holes === 'send';
  const isOfShape =
    shape?.length === tensor.shape.length &&
    tensor.shape.every((size, at) => size < 0 || size === shape[at]) &&
    (mayHaveHoles || !flatten(value).includes(null));
  return isOfShape ? { ...tensor, shape, value } : undefined;
}

function firstRows(rows: readonly Json[], count: number): readonly Json[] {
  return completeFirst(rows, (row) => flatten(row).includes(null)).slice(0, count);
}
