import type { Finding } from '../base/finding.ts';
import type { ProofFailureReason } from '../base/outcome.ts';
import { gatherModelLog } from '../rollout/failures/gather-findings.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import { knownAnswer } from './known-answers.ts';
import type { ProofContext } from './proof-context.ts';
import { type PredictionRecord, REQUEST_CURE, type SmokeRequest } from './smoke-request.ts';

export interface Proof {
  /** Why the model is not accepted; undefined if it is accepted. */
  readonly findings: readonly Finding[] | undefined;
  readonly prediction: PredictionRecord | undefined;
  /** What was answered; undefined where nothing was. */
  readonly answered?: SmokeRequest | undefined;
  /** Why the model counts as proven without a prediction. */
  readonly unproven?: string;
  /** Something to tell that is no reason to take the model away. */
  readonly warning?: string;
}

export interface Failure {
  readonly reason: Refusal;
  readonly message: string;
}

export async function failedProof(
  { peers, objects, plan }: ProofContext,
  predictor: Predictor,
  { failure, prediction }: { readonly failure: Failure; readonly prediction?: PredictionRecord },
): Promise<Proof> {
  const log = await gatherModelLog(peers.cluster, objects.ref, { object: plan.manifest, predictor });
  const quotes = [
    ...(prediction === undefined ? [] : [{ label: 'Request', text: prediction.request }]),
    ...(prediction?.response === undefined
      ? []
      : [{ label: `Answer, HTTP ${prediction.status}`, text: prediction.response }]),
    ...(log === undefined ? [] : [{ label: `Log of ${log.pod}/${log.container}`, text: log.text }]),
  ];
  const said = `HTTP ${prediction?.status ?? 'none'}: ${failure.message}\n${prediction?.response ?? ''}`;
  // Behind a Service the model itself answers, and its 404 is its own.
  const isAtIngress = failure.reason === 'endpoint-failed' || /\bon https?:\/\//.test(failure.message);
  const known = knownAnswer(said, isAtIngress);
  const title = known === undefined ? failure.message : `${failure.message}; ${known.title}`;
  const row = known === undefined ? {} : { row: known.id };
  const cure = known?.cure ?? CURES[failure.reason];
  return { findings: [{ reason: failure.reason, title, cure, ...row, quotes }], prediction };
}

export type Refusal = Exclude<
  ProofFailureReason,
  'answers-differ' | 'mirror-silent' | `gate-${string}` | `evaluation-${string}`
>;

/** The cure where the answer says no more than the reason itself. */
export const CURES: Readonly<Record<Refusal, string>> = {
  'health-failed':
    'read the log of the model container: it runs, but its health check does not succeed. Correct the model, its `pip_requirements`, or `resources` in `manifest`',
  'prediction-failed':
    'send the request to the model by hand; if it does not match the model, set `smoke-request` to one that does',
  'prediction-invalid':
    'check the model: it answers, but the predictions are not usable. If the form of its answer is intended, describe it in `smoke-expect`',
  'prediction-unexpected': 'correct the model if its answer is wrong, or `smoke-expect` if its answer is right',
  'prediction-unproven': `${REQUEST_CURE.replace(/^L/, 'l')}, or set \`smoke-required: when-possible\``,
  'endpoint-failed': 'check the ingress and the input `ingress-url`: inside the cluster the model answers',
};
