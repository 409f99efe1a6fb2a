import type { Finding } from '../base/finding.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import { type AnswerRules, type Attempt, attemptOn, noteFailure, ONE_EXCHANGE, type Question } from './attempt.ts';
import { type Failure, failedProof, type Proof } from './failed-proof.ts';
import type { ProofContext } from './proof-context.ts';
import { healthTarget, predictTarget, type Target } from './proof-targets.ts';
import { describeAnswer, sendUntilOpen } from './send-until-open.ts';
import { REQUEST_CURE, type SmokeRequest } from './smoke-request.ts';

/** The predictor to prove, and the requirements for its answer. */
export interface ProofSubject extends AnswerRules {
  readonly predictor: Predictor;
  /** Name of this stage or predictor if there are several. */
  readonly about?: string | undefined;
  /** Whether the public endpoint must also answer. */
  readonly throughEndpoint: boolean;
  /** Whether each answer of the public endpoint comes from this predictor. */
  readonly hasAllTraffic: boolean;
}

/** What came of all requests that may be sent to one predictor. */
interface Proven {
  readonly attempt: Attempt;
  /** Undefined where each was refused, and was made up. */
  readonly answered: SmokeRequest | undefined;
}

/** Checks the health of the model container, then sends one prediction through its predictor and the public endpoint. */
export async function proveModel(context: ProofContext, subject: ProofSubject): Promise<Proof> {
  const { proof } = context.config;
  const { request: smoke } = context.requests.smoke;
  const { predictor } = subject;
  const health = await checkHealth(context, subject);
  if (health !== undefined) return failedProof(context, predictor, { failure: health });
  if (smoke === undefined) return { findings: undefined, prediction: undefined };

  const candidates = [smoke, ...context.requests.smoke.alternatives];
  const target = predictTarget(context, predictor, proof.access);
  const { attempt: first, answered } = await predictAny(context, subject, { candidates, target });
  if (answered === undefined) return withoutPrediction(context, predictor, first);
  if (first.failure !== undefined)
    return failedProof(context, predictor, { failure: first.failure, prediction: first.prediction });
  if (!subject.throughEndpoint || proof.access === 'ingress' || proof.ingressUrl === undefined)
    return { findings: undefined, prediction: first.prediction, answered };

  const question = { smoke: answered, target: predictTarget(context, predictor, 'ingress') };
  const second = await (subject.hasAllTraffic
    ? predict(context, subject, question)
    : predictThroughSharedEndpoint(context, subject, question));
  if (second.failure !== undefined)
    return failedProof(context, predictor, {
      failure: { ...second.failure, reason: 'endpoint-failed' },
      prediction: second.prediction,
    });
  const { warning } = second;
  return { findings: undefined, prediction: first.prediction, answered, ...(warning !== undefined && { warning }) };
}

/** Health and readiness are the proof, unless a prediction is required. */
function withoutPrediction(
  context: ProofContext,
  predictor: Predictor,
  { failure, prediction }: Attempt,
): Proof | Promise<Proof> {
  const unproven = `Not proven by a prediction: the request was made up, and the server refuses it: ${failure?.message}`;
  if (context.config.proof.smokeRequired === 'always') {
    const refused = { reason: 'prediction-unproven', message: unproven } as const;
    return failedProof(context, predictor, { failure: refused, prediction });
  }
  return { findings: undefined, prediction: undefined, unproven: `${unproven}. ${REQUEST_CURE}.` };
}

/**
 * Another predictor may answer behind the endpoint. Its model may take other requests,
 * so its refusal of a request is not a failure of the new model.
 */
function predictThroughSharedEndpoint(
  context: ProofContext,
  subject: ProofSubject,
  question: Question,
): Promise<Attempt> {
  const { target } = question;
  return context.peers.journal.step(
    target.step,
    async (conclude) => {
      const anyModel = { signature: undefined, expect: undefined };
      const { summary, ...attempt } = await attemptOn(context, anyModel, question);
      const { status } = attempt.prediction;
      // A gateway that asks for credentials or shows its own page has not asked any model.
      const isModel = attempt.isFromModel !== false && status !== undefined && !target.closedStatus.includes(status);
      conclude(summary, attempt.failure === undefined || isModel ? 'ok' : 'failed');
      if (attempt.failure === undefined || !isModel) return attempt;
      const warning = `The public endpoint answers, but the predictor that answered refuses a request that the new model accepts: ${attempt.failure.message}`;
      return { failure: undefined, prediction: attempt.prediction, warning };
    },
    subject.about,
  );
}

function checkHealth(context: ProofContext, { predictor, about }: ProofSubject): Promise<Failure | undefined> {
  return context.peers.journal.step(
    'health',
    async (conclude) => {
      const target = healthTarget(context, predictor);
      const where = `GET ${target.path} on ${target.endpoint.description}`;
      const { answer, passed } = await sendUntilOpen(context.peers, target, {
        exchange: { method: 'GET', path: target.path, timeout: ONE_EXCHANGE },
        isFailure: (one) => one.kind === 'unreachable' || one.status !== 200,
      });
      noteFailure(context, where, passed);
      const message = `${where}: ${describeAnswer(answer)}`;
      const healthy = answer.kind === 'answer' && answer.status === 200;
      conclude(message, healthy ? 'ok' : 'failed');
      return healthy ? undefined : { reason: 'health-failed', message };
    },
    about,
  );
}

function predict(context: ProofContext, subject: ProofSubject, question: Question): Promise<Attempt> {
  return context.peers.journal.step(
    question.target.step,
    async (conclude) => {
      const { summary, ...attempt } = await attemptOn(context, subject, question);
      conclude(summary, attempt.failure === undefined ? 'ok' : 'failed');
      return attempt;
    },
    subject.about,
  );
}

/** Sends the best request; the next only where the server says that this one is wrong, and we had made it up. */
function predictAny(
  context: ProofContext,
  subject: ProofSubject,
  { candidates, target }: { readonly candidates: readonly SmokeRequest[]; readonly target: Target },
): Promise<Proven> {
  return context.peers.journal.step(
    target.step,
    async (conclude) => {
      let first: Attempt | undefined;
      for (const smoke of candidates) {
        const { summary, ...attempt } = await attemptOn(context, subject, { smoke, target });
        first ??= attempt;
        if (attempt.isOurFault === true) {
          context.peers.runner.info(`the server refuses a request that was made up: ${summary}`);
          continue;
        }
        conclude(summary, attempt.failure === undefined ? 'ok' : 'failed');
        return { attempt, answered: smoke };
      }
      if (first === undefined) throw new Error('nothing to ask');
      conclude(`not proven: the request was made up, and refused: ${first.failure?.message}`);
      return { attempt: first, answered: undefined };
    },
    subject.about,
  );
}

/** Sends one more prediction and reports only a failure. */
export async function predictOnce(
  context: ProofContext,
  predictor: Predictor,
  target: Target,
): Promise<readonly Finding[] | undefined> {
  const { request: smoke, expect } = context.requests.smoke;
  if (smoke === undefined) return undefined;
  const { signature } = context;
  const { failure, prediction } = await attemptOn(context, { signature, expect }, { smoke, target });
  return failure && (await failedProof(context, predictor, { failure, prediction })).findings;
}
