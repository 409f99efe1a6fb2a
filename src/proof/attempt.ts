import { jsonOf } from '../base/json-value.ts';
import type { HttpAnswer } from '../base/ports.ts';
import type { Signature } from '../model/model.ts';
import type { AnswerExpectation } from '../settings/smoke-expect.ts';
import { blamesRequest, textsIn } from './answer/blamed-request.ts';
import type { Failure } from './failed-proof.ts';
import type { ProofContext } from './proof-context.ts';
import type { Target } from './proof-targets.ts';
import { isNoPrediction, sendUntilOpen } from './send-until-open.ts';
import { judgeAnswer } from './smoke-answer.ts';
import type { PredictionRecord, SmokeRequest } from './smoke-request.ts';

/** What an answer has to match. */
export interface AnswerRules {
  /** Undefined if its answer does not have to match a signature. */
  readonly signature: Signature | undefined;
  readonly expect: AnswerExpectation | undefined;
}

/** A prediction to send, and its destination. */
export interface Question {
  readonly smoke: SmokeRequest;
  readonly target: Target;
}

/** One prediction, and what is wrong about its answer. */
export interface Attempt {
  readonly warning?: string;
  readonly failure: Failure | undefined;
  readonly prediction: PredictionRecord;
  /** The server says that the request is wrong, or misses what it lacks, and its values are ours. */
  readonly isOurFault?: boolean;
  /** False where a gateway gave the answer. */
  readonly isFromModel?: boolean;
}

/** Timeout of one request, in milliseconds. */
export const ONE_EXCHANGE = 60_000;
const LONGEST_BODY = 4_000;

/** Sends one prediction and judges its answer. */
export async function attemptOn(
  context: ProofContext,
  { signature, expect }: AnswerRules,
  { smoke, target }: Question,
): Promise<Attempt & { readonly summary: string }> {
  const exchange = { method: 'POST', path: target.path, body: smoke.body, timeout: ONE_EXCHANGE } as const;
  const { answer, passed } = await sendUntilOpen(context.peers, target, { exchange, isFailure: isNoPrediction });
  const { protocol } = context;
  const prediction = recordOf(smoke, answer);
  const where = `POST ${target.path} on ${target.endpoint.description}`;
  noteFailure(context, where, passed);
  const verdict =
    answer.kind === 'unreachable'
      ? ({ ok: false, reason: 'prediction-failed', message: answer.message } as const)
      : judgeAnswer({ answer, protocol, signature, rows: smoke.rows, expect });
  if (verdict.ok) {
    const summary = `${where} answered in ${Math.round(answer.latency)} ms: ${verdict.summary}`;
    return { failure: undefined, prediction, summary };
  }
  const redirected = answer.kind === 'answer' && answer.location !== undefined;
  const to = redirected ? ` (it redirects to ${answer.location?.slice(0, 200)})` : '';
  const summary = `${where}: ${verdict.message}${to}`;
  const isRefusal = verdict.reason === 'prediction-failed' && blamesRequest(answer, sentIn(smoke, signature));
  // Many models predict a missing value for one.
  const isOfHole = verdict.reason === 'prediction-invalid' && hasHole(smoke.body);
  const isOurFault = smoke.isMadeUp && (isRefusal || isOfHole);
  const isFromModel = answer.kind === 'answer' && answer.isFromModel !== false;
  return { failure: { reason: verdict.reason, message: summary }, prediction, summary, isOurFault, isFromModel };
}

/** Is a null in the request, outside of texts? */
function hasHole(body: string): boolean {
  return /[[:,]null[\],}]/.test(body.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'));
}

/** What an error may name of a request: the texts in it, and the columns that it may have left out. */
function sentIn({ body }: SmokeRequest, signature: Signature | undefined): ReadonlySet<string> {
  const inputs = signature?.inputs;
  const entries = inputs === undefined ? [] : inputs.kind === 'columns' ? inputs.columns : inputs.tensors;
  return new Set([...textsIn(jsonOf(body)), ...entries.flatMap(({ name }) => name ?? [])]);
}

/** A failure that passed is reported: it may come again for users. */
export function noteFailure({ notes }: ProofContext, where: string, passed: string | undefined): void {
  if (passed === undefined) return;
  notes.warnings = [...notes.warnings, `${where} failed once, and worked when it was sent again: ${passed}`];
}

function recordOf(smoke: SmokeRequest, answer: HttpAnswer): PredictionRecord {
  return {
    origin: smoke.origin,
    request: smoke.body,
    response: answer.kind === 'answer' ? answer.body.slice(0, LONGEST_BODY) : undefined,
    status: answer.kind === 'answer' ? answer.status : undefined,
    latency: answer.latency,
  };
}
