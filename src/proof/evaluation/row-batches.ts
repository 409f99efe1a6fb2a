import { UserError } from '../../base/errors.ts';
import { type Json, numberLiteral, numberSpelled } from '../../base/json/json-literal.ts';
import type { Model, Schema } from '../../model/model.ts';
import type { Protocol } from '../../seldon/protocol.ts';
import { fitToSchema } from '../request/example-batch.ts';
import { type Batch, inferWholeBatch, rowsOfBatch } from '../request/input-batch.ts';
import { LONGEST_BODY } from '../request/longest-body.ts';
import { payloadOf } from '../smoke-request.ts';
import { isIndexColumn, isNumeral } from './label-column.ts';
import type { RowTable } from './row-table.ts';

/** A request with some of the rows. */
export interface RowBatch {
  readonly body: string;
  /** Place of its first row. */
  readonly from: number;
  readonly count: number;
}

/** What the rows are sent to. */
export interface BatchSubject {
  readonly model: Pick<Model, 'signature' | 'example'>;
  readonly protocol: Protocol;
  /** Column that is not sent. */
  readonly label: string;
  /** For messages. */
  readonly path: string;
}

/** Rows in one request. */
const ROWS_A_REQUEST = 100;

/** The requests for all rows in their order, in the same form as the smoke request. @throws UserError bad-input */
export function rowBatchesOf(table: RowTable, subject: BatchSubject): readonly RowBatch[] {
  const whole = wholeBatch(withoutColumn(table, subject.label), subject);
  const batches: RowBatch[] = [];
  for (let from = 0; from < table.rows.length; from += ROWS_A_REQUEST) {
    const to = Math.min(table.rows.length, from + ROWS_A_REQUEST);
    for (const batch of requestsOf(whole, { from, to }, subject)) batches.push(batch);
  }
  return batches;
}

function requestsOf(
  whole: Batch,
  { from, to }: { readonly from: number; readonly to: number },
  subject: BatchSubject,
): readonly RowBatch[] {
  const { model, protocol, path } = subject;
  const part = rowsOfBatch(whole, from, to);
  if (part === undefined) throw unfit(path, 'its rows have no columns');
  const payload = payloadOf(part, model, protocol);
  if ('refused' in payload) throw unfit(path, payload.refused);
  if (Buffer.byteLength(payload.body) <= LONGEST_BODY) return [{ body: payload.body, from, count: to - from }];
  if (to - from === 1) throw unfit(path, `row ${to} makes a request of more than ${LONGEST_BODY / 1_000_000} MB`);
  const middle = Math.floor((from + to) / 2);
  return [...requestsOf(whole, { from, to: middle }, subject), ...requestsOf(whole, { from: middle, to }, subject)];
}

function wholeBatch(table: RowTable, { model, path }: BatchSubject): Batch {
  const inputs = model.signature?.inputs;
  const { names, rows: cells } = typed(table, inputs);
  if (names.length === 0) throw unfit(path, 'it has no column beside the label');
  if (inputs === undefined) return inferWholeBatch(names, cells);
  refuseMissing(names, inputs, path);
  // A column of lists holds the rows of a tensor.
  const isNested = inputs.kind === 'tensors' && names.length === 1 && cells.every(([cell]) => Array.isArray(cell));
  const sample = isNested
    ? ({ kind: 'value', value: cells.map(([cell]) => cell ?? null) } as const)
    : ({ kind: 'table', names, rows: cells } as const);
  const extract = { rows: cells.length, holes: 'send', keepsOrder: true } as const;
  const batch = fitToSchema(sample, inputs, extract);
  if (batch === undefined) throw unfit(path, `its rows do not fit the model, which takes ${wordsOf(inputs)}`);
  return batch;
}

function refuseMissing(names: readonly string[], inputs: Schema, path: string): void {
  if (inputs.kind !== 'columns') return;
  const missing = inputs.columns.find(({ name, required }) => required && name !== undefined && !names.includes(name));
  if (missing !== undefined) throw unfit(path, `it has no column \`${missing.name}\`, which the model takes`);
}

function wordsOf(inputs: Schema): string {
  if (inputs.kind === 'columns') return `${inputs.columns.length} columns`;
  return inputs.tensors.map(({ dtype, shape }) => `a ${dtype} tensor of shape (${shape.join(', ')})`).join(' and ');
}

function withoutColumn({ names, rows, ...rest }: RowTable, label: string): RowTable {
  const kept = names.flatMap((name, at) => (name === label || isIndexColumn(name) ? [] : [at]));
  return {
    ...rest,
    names: kept.map((at) => names[at] ?? ''),
    rows: rows.map((row) => kept.map((at) => row[at] ?? null)),
  };
}

/** What pandas reads as a hole. */
const HOLES: ReadonlySet<string> = new Set(['', 'NaN', 'nan', 'NA', 'N/A', 'null', 'NULL', 'None']);
const TEXTS: ReadonlySet<string> = new Set(['string', 'binary', 'datetime']);

/** The values of a file without types, in the types that the model takes or that its values have. */
function typed(table: RowTable, inputs: Schema | undefined): Pick<RowTable, 'names' | 'rows'> {
  if (!table.isText) return table;
  const columns = inputs?.kind === 'columns' ? inputs.columns : [];
  const isText = table.names.map((name, at) => {
    const column = columns.find((one) => one.name === name) ?? columns.filter((one) => one.name === undefined)[at];
    if (column !== undefined) return TEXTS.has(column.type);
    return table.rows.some((row) => !HOLES.has(String(row[at])) && !isValue(String(row[at])));
  });
  const rows = table.rows.map((row) => row.map((cell, at) => cellOf(String(cell), isText[at] === true)));
  return { names: table.names, rows };
}

function isValue(text: string): boolean {
  return isNumeral(text) || /^(?:true|false)$/i.test(text);
}

function cellOf(text: string, isText: boolean): Json {
  if (isText) return text === '' ? null : text;
  if (HOLES.has(text)) return null;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  const spelled = numberSpelled(text);
  if (spelled !== undefined) return spelled;
  // `+1`, `.5` and `0x1f` are numbers for JavaScript, and no JSON.
  return isNumeral(text) ? numberLiteral(Number(text)) : text;
}

function unfit(path: string, why: string): UserError {
  return new UserError('bad-input', `the rows of ${path} (input \`evaluate\`) cannot be sent: ${why}`, {
    hint: 'write the columns that the model takes, and the label; see docs/evaluate.md',
  });
}
