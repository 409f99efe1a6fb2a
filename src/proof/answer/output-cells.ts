import { parseBoundedJson } from '../../base/json/bounded-json.ts';
import { dimensionsOf, isJsonObject } from '../../base/json-value.ts';
import type { Column, DataType, Schema } from '../../model/model.ts';
import type { Output, Prediction } from './prediction.ts';

/** The cells of an answer by the columns of the signature. */

/** What the answer has for one column. */
export interface ColumnCells {
  readonly column: Column;
  /** Its path in the answer, for messages. */
  readonly path: string;
  readonly values: readonly unknown[];
}

/** The cells of each column, by its name or else by its place. A column is left out where neither tells. */
export function cellsByColumn(outputs: readonly Output[], columns: readonly Column[]): readonly ColumnCells[] {
  if (outputs.length > 1) {
    const named = new Map(outputs.map((output) => [output.names[0], output]));
    return columns.flatMap((column, at) => {
      const found = named.get(column.name) ?? outputs[at];
      return found === undefined ? [] : [{ column, path: found.path, values: cellsOfOne(found, column) }];
    });
  }
  const [output] = outputs;
  if (output === undefined) return [];
  const { path, names, rows } = output;
  const places = new Map(names.map((name, at) => [name, at]));
  const width = Math.max(names.length, columns.length);
  const isTable = rows.every((row) => Array.isArray(row) && row.length === width);
  const isRecords = rows.length > 0 && rows.every(isJsonObject);
  return columns.flatMap((column, at) => {
    const place = column.name === undefined ? undefined : places.get(column.name);
    if (columns.length === 1 && !(isTable && place !== undefined && width > 1))
      return [{ column, path, values: isRecords ? fieldOf(rows, column) : cellsOfOne(output, column) }];
    if (isRecords) return [{ column, path, values: fieldOf(rows, column) }];
    if (!isTable) return [];
    return [{ column, path, values: rows.map((row) => (Array.isArray(row) ? row[place ?? at] : row)) }];
  });
}

/** A cell of a nested type is a whole row, with the dimension of one that servers add. */
function cellsOfOne({ values, rows }: Output, { type, content }: Column): readonly unknown[] {
  if (content === undefined) return values;
  return rows.map((row) => (type === 'array' || !Array.isArray(row) || row.length !== 1 ? row : row[0]));
}

function fieldOf(rows: readonly unknown[], { name, content }: Column): readonly unknown[] {
  if (name === undefined) return rows;
  // A record may itself be the cell.
  const isCell = content !== undefined && !rows.some((row) => isJsonObject(row) && Object.hasOwn(row, name));
  return isCell ? rows : rows.flatMap((row) => (isJsonObject(row) && Object.hasOwn(row, name) ? [row[name]] : []));
}

/** The outputs to judge: JSON texts as their values, and a dictionary by the names of the signature. */
export function outputsOf(prediction: Prediction, schema: Schema | undefined): readonly Output[] {
  if (prediction.kind === 'outputs') return prediction.outputs.map(withoutJsonTexts);
  const { value } = prediction;
  if (!isJsonObject(value) || schema === undefined) return [];
  const entries = schema.kind === 'columns' ? schema.columns : schema.tensors;
  return entries.flatMap((entry): readonly Output[] => {
    const { name } = entry;
    if (name === undefined || !Object.hasOwn(value, name)) return [];
    const held = value[name];
    const rows = Array.isArray(held) && !('content' in entry) ? held : [held];
    return [
      { path: name, names: [name], shape: dimensionsOf(rows), values: rows.flat(Number.POSITIVE_INFINITY), rows },
    ];
  });
}

function withoutJsonTexts(output: Output): Output {
  if (output.isJsonText !== true) return output;
  const values = output.values.map((value) => (typeof value === 'string' ? parsed(value) : value));
  return { ...output, values, rows: values };
}

function parsed(text: string): unknown {
  const read = parseBoundedJson(text);
  return read.kind === 'json' ? read.value : text;
}

/** The first value inside of a cell that is no number where its type promises one: null, or what JSON has no number for. */
export function holeInside(value: unknown, type: DataType): string | undefined {
  if (isNumeric(type.type)) return holeAs(value);
  const { items, values, properties } = type;
  if (Array.isArray(value)) return items && firstOf(value, (one) => holeInside(one, items));
  if (!isJsonObject(value)) return undefined;
  if (values !== undefined) return firstOf(Object.values(value), (one) => holeInside(one, values));
  return firstOf(properties ?? [], ({ name, required, content }) =>
    required && Object.hasOwn(value, name) ? holeInside(value[name], content) : undefined,
  );
}

function firstOf<T>(all: readonly T[], find: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** In words, what stands where a number should be. An array of texts has its numbers as texts, and `nan` for none. */
export function holeAs(value: unknown): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  return typeof value === 'string' && NO_NUMBER.test(value) ? value : undefined;
}

const NO_NUMBER = /^(?:[+-]?(?:nan|inf|infinity)|<na>|nat|none|null)$/i;

export function isNumeric(type: string): boolean {
  return /^(boolean|bool|integer|long|float\d*|double|u?int\d+)$/.test(type);
}
