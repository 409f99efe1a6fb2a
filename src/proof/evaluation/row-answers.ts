import { parseBoundedJson } from '../../base/json/bounded-json.ts';
import type { Signature } from '../../model/model.ts';
import type { Protocol } from '../../seldon/protocol.ts';
import { alone, type Output, readPrediction } from '../answer/prediction.ts';
import { judgeAnswer } from '../smoke-answer.ts';
import type { Label } from './label-column.ts';

export interface AnswersRequest {
  readonly answer: { readonly status: number; readonly body: string; readonly isCut?: boolean };
  readonly protocol: Protocol;
  /** Undefined where the answer need not fit one. */
  readonly signature: Signature | undefined;
  /** Rows that were asked about. */
  readonly rows: number;
  /** Column of the labels. */
  readonly label: string;
}

export type RowAnswers =
  | { readonly kind: 'answers'; readonly answers: readonly Label[] }
  | { readonly kind: 'none'; readonly reason: 'prediction-failed' | 'prediction-invalid'; readonly message: string };

/** One value for each row, or why there is none. */
export function rowAnswersOf({ answer, protocol, signature, rows, label }: AnswersRequest): RowAnswers {
  const verdict = judgeAnswer({ answer, protocol, signature, rows, expect: undefined });
  if (!verdict.ok) {
    const reason = verdict.reason === 'prediction-failed' ? verdict.reason : 'prediction-invalid';
    return { kind: 'none', reason, message: verdict.message };
  }
  const parsed = parseBoundedJson(answer.body);
  const prediction = readPrediction(protocol, parsed.kind === 'json' ? parsed.value : undefined);
  if (typeof prediction === 'string') return invalid(prediction);
  if (prediction.kind === 'opaque') return invalid('the answer is not a list with a value for each row');
  const output = outputFor(prediction.outputs, label);
  if (output === undefined)
    return invalid(
      `the answer has ${prediction.outputs.length} outputs, and none is named \`${label}\` or \`prediction\``,
    );
  const { length } = output.rows;
  if (length !== rows) return invalid(`${length} answers to ${rows} rows`);
  const values = output.rows.map((row) => labelIn(row, output.names, label));
  const odd = values.indexOf(undefined);
  if (odd < 0) return { kind: 'answers', answers: values.filter((value) => value !== undefined) };
  return invalid(`the answer to one row is not one number, text or boolean, but ${wordsOf(output.rows[odd])}`);
}

/** Names of the output that holds predictions, where there are several. */
const PREDICTIONS = ['prediction', 'predictions', 'predict'];

function outputFor(outputs: readonly Output[], label: string): Output | undefined {
  if (outputs.length <= 1) return outputs[0];
  return [label, ...PREDICTIONS]
    .map((name) => outputs.find((output) => output.names[0] === name))
    .find((output) => output !== undefined);
}

function labelIn(row: unknown, names: readonly string[], label: string): Label | undefined {
  const value = alone(row);
  if (!Array.isArray(value)) return isLabel(value) ? value : undefined;
  const at = [label, ...PREDICTIONS].map((name) => names.indexOf(name)).find((place) => place >= 0);
  const cell: unknown = at === undefined ? undefined : value[at];
  return isLabel(cell) ? cell : undefined;
}

function isLabel(value: unknown): value is Label {
  return (
    (typeof value === 'number' && Number.isFinite(value)) || typeof value === 'string' || typeof value === 'boolean'
  );
}

function wordsOf(row: unknown): string {
  if (Array.isArray(row)) return `${row.length} values (give a model that answers with its prediction alone)`;
  return row === null ? 'null' : typeof row;
}

function invalid(message: string): RowAnswers {
  return { kind: 'none', reason: 'prediction-invalid', message };
}
