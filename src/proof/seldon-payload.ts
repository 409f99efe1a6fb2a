import { isList, type Json } from '../base/json-literal.ts';
import type { ColumnType, Schema } from '../model/model.ts';
import { fitsDataFrame, NATIVE_DTYPES, wantsDataFrame } from '../seldon/xtype.ts';
import type { Batch, FilledColumn, FilledTensor } from './input-batch.ts';
import { flatten } from './input-batch.ts';

/** A request body, or the reason why this protocol has none for this model. */
export type Payload = { readonly body: string } | { readonly refused: string };

/**
 * The form of Seldon's protocol that MLflow's schema enforcement accepts, for the `xtype` of `wantsDataFrame`.
 * `data.ndarray` becomes one numpy array, so all columns must be of one type; `jsonData` keeps a type per column.
 * Neither produces 32-bit numbers, and MLflow does not narrow 64-bit ones (tested on the wrapper 1.17.1 with MLflow 3.2).
 */
export function seldonPayload(batch: Batch, inputs: Schema | undefined): Payload {
  if (batch.kind === 'value') return { body: JSON.stringify({ jsonData: batch.value }) };
  if (batch.kind === 'tensors') return tensorPayload(batch.tensors, inputs);
  return inputs === undefined ? columnPayload(batch.columns, true) : typedColumnPayload(batch.columns);
}

const NARROW: Readonly<Partial<Record<ColumnType, string>>> = { integer: '32-bit integers', float: '32-bit floats' };

function typedColumnPayload(all: readonly FilledColumn[]): Payload {
  const narrow = all.find((column) => column.required && NARROW[column.type] !== undefined);
  if (narrow !== undefined) {
    const column = narrow.name === undefined ? 'its input' : `column \`${narrow.name}\``;
    return {
      refused:
        `${column} takes ${NARROW[narrow.type]}, which Seldon's own protocol cannot send to MLflow: ` +
        'set `protocol: v2`, or log the model with long and double columns',
    };
  }
  const columns = all.filter((column) => NARROW[column.type] === undefined);
  const alike = ['double', 'long'].some((type) => columns.every((column) => column.type === type));
  return columnPayload(columns, alike);
}

function columnPayload(columns: readonly FilledColumn[], alike: boolean): Payload {
  const names = columns.map((column) => column.name ?? '');
  const rows = (columns[0]?.values ?? []).map((_, at) => columns.map((column) => column.values[at] ?? null));
  // A DataFrame without column labels has the names 0, 1, … as numbers. As strings they would be other columns.
  const named = columns.some((column, at) => column.name !== undefined && column.name !== String(at));
  if (alike) return { body: JSON.stringify({ data: { ...(named && { names }), ndarray: rows } }) };
  if (!named) return { body: JSON.stringify({ jsonData: rows }) };
  return { body: JSON.stringify({ jsonData: Object.fromEntries(columns.map(({ name, values }) => [name, values])) }) };
}

function tensorPayload(tensors: readonly FilledTensor[], inputs: Schema | undefined): Payload {
  const wanted = inputs?.kind === 'tensors' ? inputs.tensors : [];
  if (!wantsDataFrame(inputs)) {
    const [tensor] = tensors;
    const castable = wanted.every((one) => NATIVE_DTYPES.has(one.dtype));
    if (tensor !== undefined && castable) return { body: JSON.stringify({ data: { ndarray: tensor.value } }) };
    return { refused: unfit(tensor) };
  }
  const unfitting = wanted.find((tensor) => !fitsDataFrame(tensor));
  if (unfitting !== undefined) return { refused: unfit(unfitting) };
  const columns = tensors.map(({ name, value }) => [name ?? 'inputs', isList(value) ? value.map(cellOf) : value]);
  return { body: JSON.stringify({ jsonData: Object.fromEntries(columns) }) };
}

/** MLflow reshapes a DataFrame's cell, but does not accept lists of lists in it. */
function cellOf(row: Json): Json {
  return isList(row) ? flatten(row) : row;
}

function unfit(tensor: Pick<FilledTensor, 'dtype' | 'shape'> | undefined): string {
  const what = tensor === undefined ? 'its input' : `a ${tensor.dtype} tensor of shape (${tensor.shape.join(', ')})`;
  return `Seldon's own protocol has no form for ${what} that MLflow takes: set \`protocol: v2\``;
}
