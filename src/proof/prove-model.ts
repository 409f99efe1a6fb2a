import type { ProofFailureReason } from '../base/outcome.ts';
import type { Clock, Cluster, HttpAnswer, HttpExchange, ObjectRef, OpenEndpoint, Runner } from '../base/ports.ts';
import type { Signature } from '../model/model.ts';
import type { Finding, PredictionRecord } from '../report/report.ts';
import { gatherModelLog } from '../rollout/gather-findings.ts';
import type { Journal } from '../run/journal.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import type { ProofConfig, Protocol } from '../settings/config.ts';
import type { AnswerExpectation } from '../settings/smoke-expect.ts';
import { healthTarget, predictTarget, type Target } from './proof-targets.ts';
import { judgeAnswer } from './smoke-answer.ts';
import type { SmokeRequest } from './smoke-request.ts';

export interface ProofRequest {
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
  readonly journal: Journal;
  readonly ref: ObjectRef;
  readonly front: ObjectRef;
  readonly predictor: Predictor;
  readonly protocol: Protocol;
  readonly proof: ProofConfig;
  readonly signature: Signature | undefined;
  /** Undefined: nothing is known to send, and no prediction is sent. */
  readonly smoke: SmokeRequest | undefined;
  readonly expect: AnswerExpectation | undefined;
  /** Which of several stages or predictors this is, in words. */
  readonly about?: string | undefined;
  /** Must an answer also come through the public endpoint? */
  readonly throughEndpoint: boolean;
  /** Then what comes through the public endpoint is this predictor's own answer. */
  readonly hasAllTraffic: boolean;
}

export interface Proof {
  /** Why the model is not accepted; undefined when it is. */
  readonly findings: readonly Finding[] | undefined;
  readonly prediction: PredictionRecord | undefined;
  /** Something to tell that is no reason to take the model away. */
  readonly warning?: string;
}

interface Failure {
  readonly reason: Refusal;
  readonly message: string;
}

interface Attempt {
  readonly warning?: string;
  readonly failure: Failure | undefined;
  readonly prediction: PredictionRecord;
}

/** Milliseconds one exchange may take. */
const ONE_EXCHANGE = 60_000;
const LONGEST_BODY = 4_000;

/** The model container's own health, one prediction through its predictor, the same through the public endpoint. */
export async function proveModel(request: ProofRequest): Promise<Proof> {
  const { proof, smoke } = request;
  const health = await askHealth(request);
  if (health !== undefined) return refused(request, health, undefined);
  if (smoke === undefined) return { findings: undefined, prediction: undefined };

  const first = await predict(request, smoke, predictTarget(request, proof.access));
  if (first.failure !== undefined) return refused(request, first.failure, first.prediction);
  if (!request.throughEndpoint || proof.access === 'ingress' || proof.ingressUrl === undefined)
    return { findings: undefined, prediction: first.prediction };

  const target = predictTarget(request, 'ingress');
  const second = await (request.hasAllTraffic ? predict(request, smoke, target) : askWhoever(request, smoke, target));
  if (second.failure !== undefined)
    return refused(request, { ...second.failure, reason: 'endpoint-failed' }, second.prediction);
  const { warning } = second;
  return { findings: undefined, prediction: first.prediction, ...(warning !== undefined && { warning }) };
}

/**
 * Behind the endpoint another predictor may answer, of which nothing is known but that it must: it may be a model that
 * takes other requests, and its refusal is not the new model's failure.
 */
function askWhoever(request: ProofRequest, smoke: SmokeRequest, target: Target): Promise<Attempt> {
  return request.journal.step(
    target.step,
    async (conclude) => {
      const { summary, ...attempt } = await attemptOn(
        { ...request, signature: undefined, expect: undefined },
        smoke,
        target,
      );
      const { status } = attempt.prediction;
      const isModel = status !== undefined && !target.closedStatus.includes(status);
      conclude(summary, attempt.failure === undefined || isModel ? 'ok' : 'failed');
      if (attempt.failure === undefined || !isModel) return attempt;
      const warning = `The public endpoint answers, but the predictor that did refuses what fits the new model: ${attempt.failure.message}`;
      return { failure: undefined, prediction: attempt.prediction, warning };
    },
    request.about,
  );
}

function askHealth(request: ProofRequest): Promise<Failure | undefined> {
  return request.journal.step(
    'health',
    async (conclude) => {
      const target = healthTarget(request);
      const where = `GET ${target.path} on ${target.endpoint.description}`;
      const answer = await untilOpen(request, target, { method: 'GET', path: target.path, timeout: ONE_EXCHANGE });
      const message = `${where}: ${describe(answer)}`;
      const healthy = answer.kind === 'answer' && answer.status === 200;
      conclude(message, healthy ? 'ok' : 'failed');
      return healthy ? undefined : { reason: 'health-failed', message };
    },
    request.about,
  );
}

function predict(request: ProofRequest, smoke: SmokeRequest, target: Target): Promise<Attempt> {
  return request.journal.step(
    target.step,
    async (conclude) => {
      const { summary, ...attempt } = await attemptOn(request, smoke, target);
      conclude(summary, attempt.failure === undefined ? 'ok' : 'failed');
      return attempt;
    },
    request.about,
  );
}

async function attemptOn(
  request: ProofRequest,
  smoke: SmokeRequest,
  target: Target,
): Promise<Attempt & { readonly summary: string }> {
  const { protocol, signature, expect } = request;
  const exchange = { method: 'POST', path: target.path, body: smoke.body, timeout: ONE_EXCHANGE } as const;
  const answer = await untilOpen(request, target, exchange);
  const prediction = recordOf(smoke, answer);
  const where = `POST ${target.path} on ${target.endpoint.description}`;
  const verdict =
    answer.kind === 'unreachable'
      ? ({ ok: false, reason: 'prediction-failed', message: answer.message } as const)
      : judgeAnswer({ answer, protocol, signature, rows: smoke.rows, expect });
  if (verdict.ok) {
    const summary = `${where} answered in ${Math.round(answer.latency)} ms: ${verdict.summary}`;
    return { failure: undefined, prediction, summary };
  }
  const summary = `${where}: ${verdict.message}`;
  return { failure: { reason: verdict.reason, message: summary }, prediction, summary };
}

/** One more prediction, of which only a failure is told. */
export async function askAgain(request: ProofRequest, target: Target): Promise<readonly Finding[] | undefined> {
  if (request.smoke === undefined) return undefined;
  const { failure, prediction } = await attemptOn(request, request.smoke, target);
  return failure && (await refused(request, failure, prediction)).findings;
}

/** Repeats while nobody is there yet: endpoints and routes follow a ready pod by moments. Any other answer is the answer. */
async function untilOpen(
  { clock, runner }: Pick<ProofRequest, 'clock' | 'runner'>,
  target: Target,
  exchange: HttpExchange,
): Promise<HttpAnswer> {
  const end = clock.now() + target.patience;
  let told = false;
  for (let pause = 50; ; pause = Math.min(pause * 2, 2_000)) {
    const answer = await target.endpoint.send(exchange);
    const closed = answer.kind === 'unreachable' || target.closedStatus.includes(answer.status);
    if (!closed || clock.now() + pause > end) return answer;
    if (pause > 1_000 && !told)
      runner.info(`nobody there yet: ${describe(answer)}; asking for up to ${target.patience / 1000} s`);
    told ||= pause > 1_000;
    await clock.sleep(pause);
  }
}

async function refused(
  request: ProofRequest,
  failure: Failure,
  prediction: PredictionRecord | undefined,
): Promise<Proof> {
  const log = await gatherModelLog(request.cluster, request.ref, request.predictor);
  const quotes = [
    ...(prediction === undefined ? [] : [{ label: 'Request', text: prediction.request }]),
    ...(prediction?.response === undefined
      ? []
      : [{ label: `Answer, HTTP ${prediction.status}`, text: prediction.response }]),
    ...(log === undefined ? [] : [{ label: `Log of ${log.pod}/${log.container}`, text: log.text }]),
  ];
  return {
    findings: [{ reason: failure.reason, title: failure.message, cure: CURES[failure.reason], quotes }],
    prediction,
  };
}

type Refusal = Exclude<ProofFailureReason, 'answers-differ' | 'mirror-silent' | 'gate-failed' | 'gate-no-data'>;

const CURES: Readonly<Record<Refusal, string>> = {
  'health-failed': 'read the log of the model container: it runs, but does not say that it is healthy',
  'prediction-failed':
    'run the request against the model by hand; if it does not fit the model, give one that does as `smoke-request`',
  'prediction-invalid': 'check the model: it answers, but not with usable predictions',
  'prediction-unexpected': 'check the model, or the input `smoke-expect`',
  'endpoint-failed': 'the model itself answers: check the ingress and the input `ingress-url`',
};

function recordOf(smoke: SmokeRequest, answer: HttpAnswer): PredictionRecord {
  return {
    origin: smoke.origin,
    request: smoke.body,
    response: answer.kind === 'answer' ? answer.body.slice(0, LONGEST_BODY) : undefined,
    status: answer.kind === 'answer' ? answer.status : undefined,
    latency: answer.latency,
  };
}

function describe(answer: HttpAnswer): string {
  if (answer.kind === 'unreachable') return answer.message;
  return `HTTP ${answer.status}, ${Math.round(answer.latency)} ms: ${answer.body.trim().slice(0, 200)}`;
}
