import { readExample, type Sample } from '../../model/input-example.ts';
import type { Model } from '../../model/model.ts';
import { type Extract, fitToSchema } from './example-batch.ts';
import { type Batch, flatten, inferBatch, isHole } from './input-batch.ts';
import { type Made, sampleOf } from './signature-sample.ts';

/** One way to make a request for a model. */
export interface RequestForm {
  readonly origin: 'example' | 'signature';
  /** For the log: what of it is sent. */
  readonly what: string;
  readonly source: Extract | Made;
}

/** Enough to see that a model answers row by row. */
const MOST_ROWS = 2;

/** The ways to ask a model, best first. What the user gives goes before all of them. */
export const REQUEST_FORMS: readonly RequestForm[] = [
  { origin: 'example', what: 'its first rows', source: { rows: MOST_ROWS, holes: 'send' } },
  { origin: 'example', what: 'one row', source: { rows: 1, holes: 'send' } },
  { origin: 'example', what: 'without the columns that have holes', source: { rows: MOST_ROWS, holes: 'leave' } },
  { origin: 'signature', what: 'a value in each column', source: 'all columns' },
  { origin: 'signature', what: 'a value for each that is required', source: 'required columns' },
];

/** Rows in a form, or why it has none. */
export interface FormedBatch {
  readonly batch: Batch | string;
  /** It contains values that were not logged: if the server refuses it, the model has not failed. */
  readonly isMadeUp: boolean;
}

/** The rows that a form makes of a model; undefined where the model has nothing for it. */
export function batchIn({ source }: RequestForm, model: Pick<Model, 'signature' | 'example'>): FormedBatch | undefined {
  const inputs = model.signature?.inputs;
  if (typeof source === 'string') {
    const made = inputs && sampleOf(inputs, source);
    return made === undefined ? undefined : { batch: made, isMadeUp: true };
  }
  const sample = model.example && readExample(model.example);
  const batch = sample && fitted(sample, model, source);
  return batch && { batch, isMadeUp: hasHoles(batch) || (source.holes === 'leave' && isShortened(batch, model)) };
}

function fitted(
  sample: Sample,
  { signature, example }: Pick<Model, 'signature' | 'example'>,
  extract: Extract,
): Batch | undefined {
  const inputs = signature?.inputs;
  return inputs === undefined
    ? inferBatch(sample, extract.rows, example?.type === 'json_object')
    : fitToSchema(sample, inputs, extract);
}

/** A missing value is null in JSON: whether it was `NaN`, `None` or `NaT` is not known any more. */
function hasHoles(batch: Batch): boolean {
  if (batch.kind === 'columns')
    return batch.columns.some(({ type, values }) => values.some((value) => isHole(type, value)));
  return batch.kind === 'tensors' && batch.tensors.some(({ value }) => flatten(value).includes(null));
}

function isShortened(batch: Batch, { signature }: Pick<Model, 'signature'>): boolean {
  const inputs = signature?.inputs;
  return batch.kind === 'columns' && inputs?.kind === 'columns' && batch.columns.length < inputs.columns.length;
}
