import { isJsonObject } from '../../base/json-value.ts';
import type { Column, Schema, Tensor } from '../../model/model.ts';
import { type ColumnCells, cellsByColumn, holeAs, holeInside, isNumeric } from './output-cells.ts';
import { isMadeUpName, type Output } from './prediction.ts';

/** What is wrong with an answer, by the output signature; without one only form and finiteness count. */

/** A value is missing or is no finite number where the signature promises one, in words; undefined where none is. */
export function holeIn(outputs: readonly Output[], schema: Schema | undefined): string | undefined {
  if (schema?.kind === 'columns') return holeInColumns(cellsByColumn(outputs, schema.columns));
  for (const { path, values } of promised(outputs, schema)) {
    const hole = values.find((value) => value === null || isOdd(value));
    if (hole !== undefined) return missing(path, String(hole));
  }
  return undefined;
}

/** The first other flaw, in words. */
export function flawIn(outputs: readonly Output[], schema: Schema | undefined): string | undefined {
  const flaw = outputs.map((output) => flawOf(output, schema)).find((found) => found !== undefined);
  return flaw ?? wrongKinds(outputs, schema) ?? missingNames(outputs, schema);
}

/** What is wrong with an answer without rows: text where the signature says numbers, or nothing where it says something. */
export function flawOfOpaque(value: unknown, schema: Schema | undefined): string | undefined {
  const kinds = new Set(typesOf(schema).map(kindOf));
  if (typeof value === 'string' && kinds.size === 1 && kinds.has('numbers'))
    return 'the answer is text but the signature says numbers';
  const isEmpty = isJsonObject(value) && Object.keys(value).length === 0;
  const isPromised = schema?.kind === 'tensors' || schema?.columns.some((column) => column.required);
  return isEmpty && isPromised ? 'the answer is an empty object' : undefined;
}

function isOdd(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

function missing(path: string, hole: string): string {
  return `\`${path}\` has ${hole} instead of a prediction`;
}

function holeInColumns(all: readonly ColumnCells[]): string | undefined {
  for (const { column, path, values } of all.filter((one) => one.column.required)) {
    const { type, content } = column;
    const find = (value: unknown) => (isNumeric(type) ? holeAs(value) : value === null ? 'null' : undefined);
    const isAny = kindOf(type) === 'any';
    if (isAny && content === undefined) continue;
    for (const value of values) {
      const hole = isAny && content !== undefined ? holeInside(value, content) : find(value);
      if (hole !== undefined) return missing(path, hole);
    }
  }
  return undefined;
}

/** The values that have to be there. */
function promised(outputs: readonly Output[], schema: Schema | undefined): readonly Pick<Output, 'path' | 'values'>[] {
  const mayLack = schema?.kind === 'tensors' && schema.tensors.some((tensor) => kindOf(tensor.dtype) === 'any');
  if (mayLack) return [];
  // Without a signature a null between texts is a text that is missing; MLServer writes NaN as null.
  return schema === undefined ? outputs.filter((output) => !output.values.some(isText)) : outputs;
}

function flawOf(output: Output, schema: Schema | undefined): string | undefined {
  const { path, shape, values, rows } = output;
  const isNested = schema?.kind === 'columns' && schema.columns.some((column) => kindOf(column.type) === 'any');
  const mayBeRagged = isNested || (schema === undefined && values.every((value) => value === null || isText(value)));
  if (values.length === 0 && !(isNested && rows.length > 0)) return `\`${path}\` is empty`;
  if (shape === undefined && !mayBeRagged) return `\`${path}\` has rows of different lengths`;
  const expected = schema?.kind === 'tensors' && schema.tensors.length === 1 ? schema.tensors[0] : undefined;
  const fixed = expected?.shape[0] ?? -1;
  if (fixed >= 0 && rows.length !== fixed) {
    return `\`${path}\` has ${rows.length} answers but the signature says ${fixed}`;
  }
  return expected && shape && misshapen(output, shape, expected);
}

/** Servers add and drop dimensions of size one: a signature's (-1) is answered as (2) by Seldon, as (2, 1) by V2. */
function misshapen({ path }: Output, shape: readonly number[], expected: Tensor): string | undefined {
  const wide = (sizes: readonly number[]) => sizes.slice(1).filter((size) => size !== 1);
  const [got, want] = [wide(shape), wide(expected.shape)];
  const fits = got.length === want.length && want.every((size, at) => size < 0 || size === got[at]);
  const free = expected.shape.slice(1).includes(-1);
  if (fits || free) return undefined;
  return `\`${path}\` has shape (${shape.join(', ')}) but the signature says (${expected.shape.join(', ')})`;
}

/** Numbers or text, as the signature has them; where it has both, each server mixes them its own way. */
function wrongKinds(outputs: readonly Output[], schema: Schema | undefined): string | undefined {
  const [kind, ...others] = new Set(typesOf(schema).map(kindOf));
  if (kind === undefined || kind === 'any' || others.length > 0) return undefined;
  // What the signature does not name may be of any kind.
  const cells = schema?.kind === 'columns' ? cellsByColumn(outputs, schema.columns) : outputs;
  for (const { path, values } of cells) {
    const stray = values.find((value) => value !== null && (isText(value) ? 'text' : 'numbers') !== kind);
    if (stray !== undefined)
      return `\`${path}\` has ${isText(stray) ? 'text' : typeof stray} but the signature says ${kind}`;
  }
  return undefined;
}

function typesOf(schema: Schema | undefined): readonly string[] {
  if (schema === undefined) return [];
  return schema.kind === 'columns' ? schema.columns.map(({ type }) => type) : schema.tensors.map(({ dtype }) => dtype);
}

function kindOf(type: string): 'numbers' | 'text' | 'any' {
  if (isNumeric(type)) return 'numbers';
  return /^(string|str)$/.test(type) ? 'text' : 'any';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Named columns must be there by name. An unnamed one does not tell the width: MLflow enforces no outputs. */
function missingNames(outputs: readonly Output[], schema: Schema | undefined): string | undefined {
  const answered = new Set(outputs.flatMap((output) => output.names));
  if (schema?.kind !== 'columns' || answered.size === 0) return undefined;
  const named = schema.columns.filter((column): column is Column & { name: string } => column.name !== undefined);
  const missing = named.find((column) => column.required && !answered.has(column.name));
  // A model that answers with an array loses the names on the way, and servers make up their own.
  const own = [...answered].every(isMadeUpName);
  return missing === undefined || own ? undefined : `column \`${missing.name}\` of the signature is not in the answer`;
}

/** `5 answers to 1 row`, where they are not as many: a forecast has as many as it has steps. */
export function countedAnswers(outputs: readonly Output[], rows: number | undefined): string {
  const answers = outputs[0]?.rows.length;
  if (answers === undefined || rows === undefined || answers === rows) return '';
  return ` (${answers} ${answers === 1 ? 'answer' : 'answers'} to ${rows} ${rows === 1 ? 'row' : 'rows'})`;
}
