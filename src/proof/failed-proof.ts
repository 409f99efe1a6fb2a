import type { Finding } from '../base/finding.ts';
import type { ProofFailureReason } from '../base/outcome.ts';
import { gatherModelLog } from '../rollout/gather-findings.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import type { ProofContext } from './proof-context.ts';
import { type PredictionRecord, REQUEST_CURE, type SmokeRequest } from './smoke-request.ts';

export interface Proof {
  /** Why the model is not accepted; undefined when it is. */
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
  'prediction-unproven': `${REQUEST_CURE.replace(/^L/, 'l')}, or set \`smoke-required: when-possible\``,
  'endpoint-failed': 'the model itself answers: check the ingress and the input `ingress-url`',
};
