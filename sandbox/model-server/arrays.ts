/** The parts of numpy and pandas that decide whether MLflow accepts an input: dtypes, shapes, labels. */

import { isList, isNumber, isRecord, isWhole, type Json } from '../../src/base/json/json-literal.ts';
import { dimensionsOf } from '../../src/base/json-value.ts';
import { flatten } from '../../src/proof/request/input-batch.ts';

export interface NdArray {
  readonly kind: 'array';
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly value: Json;
}

export interface Frame {
  readonly kind: 'frame';
  readonly labels: readonly (string | number)[];
  readonly columns: readonly Series[];
}

export interface Series {
  readonly dtype: string;
  readonly cells: readonly Json[];
}

/** A dict, list or str without conversion. */
export interface PlainValue {
  readonly kind: 'plain';
  readonly value: Json;
}

export type ModelInput = NdArray | Frame | PlainValue;

/** A Python exception with the message of the real libraries. */
export class PythonError extends Error {
  override readonly name: string;
  /** With which the server answers. */
  readonly status: number;

  constructor(message: string, type = 'ValueError', status = 500) {
    super(message);
    this.name = type;
    this.status = status;
  }
}

/** `np.array(value)`: numbers beside text become text. */
export function arrayOf(value: Json): NdArray {
  const shape = dimensionsOf(value);
  if (shape === undefined) {
    const outer = `(${isList(value) ? value.length : 0},)`;
    throw new PythonError(
      'setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. ' +
        `The detected shape was ${outer} + inhomogeneous part.`,
    );
  }
  return { kind: 'array', dtype: dtypeOf(flatten(value), '<U32'), shape, value };
}

export function reshaped(values: readonly Json[], shape: readonly number[]): NdArray {
  const size = shape.reduce((all, one) => all * one, 1);
  if (size !== values.length) {
    throw new PythonError(`cannot reshape array of size ${values.length} into shape (${shape.join(',')})`);
  }
  const fold = (list: readonly Json[], [length, ...rest]: readonly number[]): Json => {
    if (length === undefined) return list[0] ?? null;
    const width = list.length / length;
    return Array.from({ length }, (_, at) => fold(list.slice(at * width, (at + 1) * width), rest));
  };
  return arrayOf(fold(values, shape));
}

/** `pd.DataFrame(value, columns=names or None)` */
export function frameOf(input: NdArray | PlainValue, names: readonly string[] = []): Frame {
  if (input.kind === 'plain') return frameOfPlain(input.value);
  const { shape, dtype } = input;
  if (shape.length > 2) throw new PythonError(`Must pass 2-d input. shape=(${shape.join(', ')})`);
  const rows = isList(input.value) ? input.value.map((row) => (isList(row) ? row : [row])) : [];
  const width = shape[1] ?? 1;
  if (names.length > 0 && names.length !== width) {
    throw new PythonError(
      `Shape of passed values is (${rows.length}, ${width}), indices imply (${rows.length}, ${names.length})`,
    );
  }
  const columns = Array.from({ length: width }, (_, at) => {
    const cells = rows.map((row) => row[at] ?? null);
    return { dtype: dtype.startsWith('<U') ? 'object' : dtype, cells };
  });
  return { kind: 'frame', labels: names.length > 0 ? names : columns.map((_, at) => at), columns };
}

function frameOfPlain(value: Json): Frame {
  if (isRecord(value)) {
    const columns = Object.values(value).map((cells) => seriesOf(isList(cells) ? cells : [cells]));
    return { kind: 'frame', labels: Object.keys(value), columns };
  }
  if (!isList(value)) throw new PythonError('DataFrame constructor not properly called!');
  const [first] = value;
  const labels = isRecord(first) ? Object.keys(first) : (isList(first) ? first : [0]).map((_, at) => at);
  const cell = (row: Json, label: string | number): Json => {
    if (isRecord(row)) return row[label] ?? null;
    return isList(row) ? (row[Number(label)] ?? null) : row;
  };
  return { kind: 'frame', labels, columns: labels.map((label) => seriesOf(value.map((row) => cell(row, label)))) };
}

function seriesOf(cells: readonly Json[]): Series {
  return { dtype: dtypeOf(cells, 'object'), cells };
}

function dtypeOf(values: readonly Json[], text: string): string {
  if (values.length === 0) return 'float64';
  if (values.every(isNumber)) return values.every(isWhole) ? 'int64' : 'float64';
  if (values.every((value) => typeof value === 'boolean')) return 'bool';
  return values.some((value) => value === null || typeof value === 'object') && !values.every(isText) ? 'object' : text;
}

function isText(value: Json): boolean {
  return isNumber(value) || typeof value === 'string';
}

/** `repr()` of names: `['a', 0]` */
export function repr(values: readonly (string | number)[]): string {
  return `[${values.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(', ')}]`;
}
