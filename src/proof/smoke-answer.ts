import { DEEPEST_JSON, LONGEST_ANSWER, parseBoundedJson } from '../base/json/bounded-json.ts';
import { isJsonObject } from '../base/json-value.ts';
import type { ProofFailureReason } from '../base/outcome.ts';
import { shortJson } from '../base/rounding.ts';
import type { Signature } from '../model/model.ts';
import type { Protocol } from '../seldon/protocol.ts';
import { type AnswerExpectation, unmet } from '../settings/smoke-expect.ts';
import { errorOf, refusalOf } from './answer/answer-error.ts';
import { outputsOf } from './answer/output-cells.ts';
import { countedAnswers, flawIn, flawOfOpaque, holeIn } from './answer/output-flaws.ts';
import { type Output, type Prediction, predictionsOf, readPrediction } from './answer/prediction.ts';

export interface AnswerToJudge {
  readonly answer: { readonly status: number; readonly body: string; readonly isCut?: boolean };
  readonly protocol: Protocol;
  readonly signature: Signature | undefined;
  /** Number of rows in the request; undefined if not known. */
  readonly rows: number | undefined;
  readonly expect: AnswerExpectation | undefined;
}

export type AnswerVerdict =
  | { readonly ok: true; readonly summary: string }
  | {
      readonly ok: false;
      readonly reason: Extract<
        ProofFailureReason,
        'prediction-failed' | 'prediction-invalid' | 'prediction-unexpected'
      >;
      /** One sentence without the body. */
      readonly message: string;
    };

/** Is this the answer of a model that works? Refused, malformed and unexpected are told apart. */
export function judgeAnswer(asked: AnswerToJudge): AnswerVerdict {
  const { status, body, isCut } = asked.answer;
  if (isCut === true || body.length > LONGEST_ANSWER) {
    return fail(
      status === 200 ? 'invalid' : 'failed',
      `HTTP ${status}: the answer has more than ${LONGEST_ANSWER / 1e6} MB`,
    );
  }
  const parsed = parseBoundedJson(body);
  const json = parsed.kind === 'json' && parsed.odd === undefined ? parsed.value : undefined;
  if (status !== 200) return fail('failed', `HTTP ${status}: ${refusalOf(body, json) || 'an empty body'}`);
  switch (parsed.kind) {
    case 'too-deep':
      return fail('invalid', `the answer is nested more than ${DEEPEST_JSON} levels deep`);
    case 'not-json':
      return fail('invalid', body.trim() === '' ? 'the answer is empty' : 'the answer is not JSON');
    case 'json':
      return judgeJson(parsed, asked);
  }
}

function judgeJson(
  { value, odd }: { readonly value: unknown; readonly odd: string | undefined },
  { protocol, signature, rows, expect }: AnswerToJudge,
): AnswerVerdict {
  const error = errorOf(value);
  if (error !== undefined) return fail('failed', `HTTP 200 with an error in the body: ${error}`);
  const read = readPrediction(protocol, value);
  // Where the user says what an answer is, it need not be one that we know.
  if (typeof read === 'string' && expect === undefined) return fail('invalid', read);
  const prediction: Prediction = typeof read === 'string' ? { kind: 'opaque', value } : read;
  const outputs = prediction.kind === 'outputs' ? prediction.outputs : [];
  const judged = outputsOf(prediction, signature?.outputs);
  const hole = holeIn(judged, signature?.outputs);
  if (odd !== undefined && (hole !== undefined || prediction.kind === 'opaque' || !mayBeText(outputs, signature))) {
    return fail('invalid', `the model predicted ${odd}, which is not a number and not valid JSON`);
  }
  if (hole !== undefined) return fail('invalid', hole);
  const flaw =
    expect !== undefined
      ? undefined
      : (flawIn(judged, signature?.outputs) ??
        (prediction.kind === 'opaque' ? flawOfOpaque(prediction.value, signature?.outputs) : undefined));
  if (flaw !== undefined) return fail('invalid', flaw);
  const surprise = expect && unmet(expect, withPredictions(value, prediction));
  if (surprise !== undefined) return fail('unexpected', `the answer does not match \`smoke-expect\`: ${surprise}`);
  return { ok: true, summary: `${summaryOf(outputs, prediction)}${countedAnswers(outputs, rows)}` };
}

/** Is it known what the answer promises? Without a signature, pandas has a NaN for a text that is missing. */
function mayBeText(outputs: readonly Output[], signature: Signature | undefined): boolean {
  if (signature?.outputs !== undefined) return true;
  return outputs.every(({ values }) => values.some((value) => typeof value === 'string') && !values.some(isJsonObject));
}

function fail(reason: 'failed' | 'invalid' | 'unexpected', message: string): AnswerVerdict {
  return { ok: false, reason: `prediction-${reason}`, message };
}

/** The answer as it came, and beside it what MLflow's own server would have answered. */
function withPredictions(answer: unknown, prediction: Prediction): unknown {
  return isJsonObject(answer) ? { predictions: predictionsOf(prediction), ...answer } : answer;
}

function summaryOf(outputs: readonly Output[], { kind }: { readonly kind: string }): string {
  const [output] = outputs;
  if (output === undefined) return `${kind} answer`;
  const shown = output.values.slice(0, 4).map((value) => (shortJson(value) ?? '').slice(0, 40));
  return `${shown.join(', ')}${output.values.length > shown.length ? ', ...' : ''}`;
}
