import { isList, type Json, numberLiteral } from '../../base/json/json-literal.ts';
import type { Column, Model, Schema } from '../../model/model.ts';
import { fitsDataFrame, NATIVE_DTYPES, wantsDataFrame } from '../../seldon/xtype.ts';
import { contentOf } from './example-batch.ts';
import type { Batch, FilledColumn, FilledTensor } from './input-batch.ts';
import { flatten } from './input-batch.ts';
import { inside, NARROW, type TypeWords } from './type-words.ts';

/** A body, or a sentence why this protocol has none for this model. */
export type Payload =
  | {
      readonly body: string;
      /** Some of the values have no form in this protocol, and were left out. */
      readonly isShortened?: boolean;
      /** The same values for a server that refuses this form of them. */
      readonly otherwise?: string;
    }
  | { readonly refused: string };

/**
 * The form of Seldon's protocol that MLflow's schema enforcement lets through, given the `xtype` of `wantsDataFrame`.
 * `data.ndarray` becomes one numpy array, so all columns must be of one type; `jsonData` keeps a type per column.
 * Neither makes 32-bit numbers or bytes (tried on the wrapper 1.17.1 with MLflow 3.2).
 */
export function seldonPayload(batch: Batch, model: Pick<Model, 'signature' | 'example'>): Payload {
  const { signature } = model;
  if (batch.kind === 'value') return { body: JSON.stringify({ jsonData: batch.value }) };
  if (batch.kind === 'tensors') {
    const [only] = batch.tensors;
    if (batch.isList === true && only !== undefined) return { body: JSON.stringify({ jsonData: only.value }) };
    return tensorPayload(batch.tensors, signature?.inputs, wantsDataFrame(model));
  }
  if (signature?.isFromTypeHint === true) return hintedPayload(batch.columns);
  return signature?.inputs === undefined ? columnPayload(batch.columns) : typedColumnPayload(batch.columns);
}

/** Types of which Seldon's protocol makes something else. */
const UNSENDABLE: TypeWords = { ...NARROW, binary: 'bytes' };

/** The same inside of a list or an object, which V2 cannot send either. */
const UNNESTED: TypeWords = { ...NARROW, binary: 'bytes' };

/** MLflow compares the values with the type hint, and JSON has neither dates nor bytes. */
const UNHINTED: TypeWords = { datetime: 'dates', binary: 'bytes' };

/** The values themselves: MLflow gives the model a list of them. */
function hintedPayload(columns: readonly FilledColumn[]): Payload {
  const [column] = columns;
  if (column === undefined) return { refused: 'its type hint names no input' };
  const found = inside(contentOf(column), UNHINTED);
  if (found !== undefined) return refused(column, found, 'set `protocol: v2`');
  return { body: JSON.stringify({ jsonData: column.values }) };
}

function typedColumnPayload(all: readonly FilledColumn[]): Payload {
  for (const column of all.filter((one) => one.required)) {
    const found = unsendable(column);
    if (found !== undefined) return refused(column, found, cureOf(column, found));
  }
  const columns = all.filter((column) => unsendable(column) === undefined);
  const [left] = all.filter((column) => unsendable(column) !== undefined);
  if (left !== undefined && columns.length === 0)
    return refused(left, unsendable(left) ?? '', cureOf(left, unsendable(left) ?? ''));
  const holed = columns.find((column) => column.type === 'long' && column.values.includes(null));
  if (holed !== undefined)
    return { refused: `column \`${holed.name}\` takes integers, and JSON turns a missing value into a float` };
  const payload = columnPayload(columns);
  return left === undefined || 'refused' in payload ? payload : { ...payload, isShortened: true };
}

/** V2 has these types for whole columns, but not inside of them. */
function cureOf({ content }: FilledColumn, what: string): string {
  const log = what === 'bytes' ? 'log the model with a text' : 'log the model with long and double columns';
  if (content !== undefined) return log;
  return what === 'bytes' ? 'set `protocol: v2`' : `set \`protocol: v2\`, or ${log}`;
}

function unsendable({ type, content }: FilledColumn): string | undefined {
  return content === undefined ? UNSENDABLE[type] : inside(content, UNNESTED);
}

function refused({ name }: Column, what: string, cure: string): Payload {
  const column = name === undefined ? 'its input' : `column \`${name}\``;
  return { refused: `${column} takes ${what}, which Seldon's own protocol cannot send to MLflow: ${cure}` };
}

function columnPayload(columns: readonly FilledColumn[]): Payload {
  const rows = (columns[0]?.values ?? []).map((_, at) => columns.map((column) => column.values[at] ?? null));
  const alike = ['double', 'long'].some((type) => columns.every((column) => column.type === type));
  const kind = namesOf(columns);
  const isDistinct = new Set(columns.map((column) => column.name)).size === columns.length;
  switch (kind) {
    case 'odd':
      return { refused: unnamable('are lists or other things that are no texts') };
    case 'none':
      return { body: JSON.stringify(alike ? { data: { ndarray: rows } } : { jsonData: rows }) };
    case 'texts': {
      const names = columns.map((column) => column.name ?? '');
      if (!alike && !isDistinct) return { refused: unnamable('repeat one name, and they are of several types') };
      return { body: alike ? JSON.stringify({ data: { names, ndarray: rows } }) : jsonData(columns) };
    }
    case 'numbers': {
      const names = columns.map((column) => numberLiteral(Number(column.name)));
      if (alike) return { body: JSON.stringify({ data: { names, ndarray: rows } }) };
      return { refused: unnamable('are numbers, and they are of several types') };
    }
    case 'mixed':
      return { refused: unnamable('are numbers and texts') };
  }
}

/** What the names of the columns are to pandas. The numbers 0, 1, … are those of a DataFrame without labels: `none`. */
function namesOf(columns: readonly Column[]): 'none' | 'texts' | 'numbers' | 'mixed' | 'odd' {
  if (columns.some((column) => column.isOddName === true)) return 'odd';
  if (columns.every((column) => column.name === undefined)) return 'none';
  const numbers = columns.filter((column) => column.isNumberName === true);
  if (numbers.length === 0) return 'texts';
  if (numbers.length < columns.length) return 'mixed';
  return columns.every((column, at) => column.name === String(at)) ? 'none' : 'numbers';
}

function unnamable(why: string): string {
  return `the names of its columns ${why}, for which Seldon's own protocol has no form: log the model with texts as names`;
}

/** Written by hand: a JavaScript object would sort names that are digits. */
function jsonData(columns: readonly FilledColumn[]): string {
  const entries = columns.map(({ name, values }) => `${JSON.stringify(name ?? '')}:${JSON.stringify(values)}`);
  return `{"jsonData":{${entries.join()}}}`;
}

function tensorPayload(tensors: readonly FilledTensor[], inputs: Schema | undefined, asDataFrame: boolean): Payload {
  const wanted = inputs?.kind === 'tensors' ? inputs.tensors : [];
  const bytes = tensors.find((tensor) => tensor.dtype === 'bytes');
  if (bytes !== undefined) return { refused: unfit(bytes, 'log the model with texts') };
  if (!asDataFrame) {
    const [tensor] = tensors;
    const castable = wanted.every((one) => NATIVE_DTYPES.has(one.dtype));
    if (tensor !== undefined && flatten(tensor.value).includes(null))
      return { refused: 'its input has missing values, which JSON turns into objects that MLflow does not accept' };
    if (tensor !== undefined && castable) return { body: JSON.stringify({ data: { ndarray: tensor.value } }) };
    return { refused: unfit(tensor) };
  }
  const unfitting = wanted.find((tensor) => !fitsDataFrame(tensor));
  if (unfitting !== undefined) return { refused: unfit(unfitting) };
  const columns = tensors.map(({ name, value }) => [name ?? 'inputs', isList(value) ? value.map(cellOf) : value]);
  return { body: JSON.stringify({ jsonData: Object.fromEntries(columns) }) };
}

/** MLflow reshapes what a DataFrame's cell holds, but takes no lists of lists there. */
function cellOf(row: Json): Json {
  return isList(row) ? flatten(row) : row;
}

function unfit(tensor: Pick<FilledTensor, 'dtype' | 'shape'> | undefined, cure = 'set `protocol: v2`'): string {
  const what = tensor === undefined ? 'its input' : `a ${tensor.dtype} tensor of shape (${tensor.shape.join(', ')})`;
  return `Seldon's own protocol has no form for ${what} that MLflow takes: ${cure}`;
}
