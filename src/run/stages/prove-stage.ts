import type { Finding } from '../../base/finding.ts';
import type { Conclude } from '../../base/journal.ts';
import { type Stage, stageLabel } from '../../plan/plan.ts';
import { compareModels } from '../../proof/compare-models.ts';
import { evaluateStage } from '../../proof/evaluation/evaluate-stage.ts';
import { afterAnswer, type SmokePlan } from '../../proof/prepare-smoke.ts';
import type { ProofContext } from '../../proof/proof-context.ts';
import { proveModel } from '../../proof/prove-model.ts';
import { soakStage } from '../../proof/soak.ts';
import { verifyMirror } from '../../proof/verify-mirror.ts';
import { changedMeanwhile } from '../../rollout/others/changed-meanwhile.ts';
import { rollOut } from '../../rollout/roll-out.ts';
import { followPods, MOST_REPLACEMENTS } from '../../rollout/waiting/follow-pods.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';

/** What an earlier stage of this run got an answer to; the best request where none was asked. */
function answeredBefore({ requests: { smoke }, notes }: ProofContext): SmokePlan['request'] {
  if (notes.predictionSkipped !== undefined) return undefined;
  const sent = notes.prediction?.request;
  return smoke.alternatives.find((one) => one.body === sent) ?? smoke.request;
}

/**
 * Runs all proofs of a stage, after its pods are ready. They are about the object as it was stored: if another person or
 * tool changed it meanwhile, nothing is proven, and that is the cause of whatever failed.
 * @param stored the object as the server stored it
 */
export async function proveStage(
  context: ProofContext,
  stage: Stage,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  const findings = await proofsOfSamePods(context, stage, stored);
  // The end of a run that succeeds looks once more.
  const isLast = findings === undefined && stage === context.plan.stages.at(-1);
  if (stage.prove.length === 0 || isLast) return findings;
  return (await changedMeanwhile(context.peers, context.objects.ref, stored)) ?? findings;
}

/** Proves again what failed while pods were replaced. The soak waits for its pods by itself. */
async function proofsOfSamePods(
  context: ProofContext,
  stage: Stage,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  for (let replacements = 0; ; replacements++) {
    const areReplaced = await followPods(context.peers, context.objects.ref, stored);
    const { findings, proven } = await proofsOf(context, stage);
    if (findings === undefined) return soakStage(proven, stage, stored);
    if (replacements === MOST_REPLACEMENTS || !(await areReplaced())) return findings;
    const failed = await waitForOthers(context, stage, stored);
    if (failed !== undefined) return failed;
  }
}

const REPLACED =
  'The pods were replaced during the proof (an eviction, a drained node or a person), so the proof was made again.';

/** Waits for the pods that came in place of those that were proven. */
function waitForOthers(
  { peers, objects, plan, notes }: ProofContext,
  stage: Stage,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  const { cluster, clock, runner } = peers;
  return peers.journal.step(
    'wait',
    (conclude) => {
      const request = { cluster, clock, runner, ref: objects.ref, applied: stored, timeout: plan.budget.timeout };
      const told: Conclude = (message, state) => {
        conclude(state === 'failed' ? message : `the pods were replaced during the proof; ${message}`, state);
        if (state !== 'failed') notes.warnings = [...notes.warnings, REPLACED];
      };
      return rollOut(request, told);
    },
    stageLabel(plan, stage),
  );
}

/** What the proofs found, and the context with what was answered. */
async function proofsOf(
  context: ProofContext,
  stage: Stage,
): Promise<{ readonly findings: readonly Finding[] | undefined; readonly proven: ProofContext }> {
  const { objects, plan, requests, notes } = context;
  const { smoke } = requests;
  const { predictors } = stage.manifest.spec;
  const about = stageLabel(plan, stage);
  let answered = answeredBefore(context);
  for (const [at, name] of stage.prove.entries()) {
    const predictor = predictors.find((one) => one.name === name);
    if (predictor === undefined) throw new Error(`a stage without its predictor ${name}`);
    const isSubject = name === plan.predictor.name || name === stage.standIn;
    const proof = await proveModel(context, {
      predictor,
      about: stage.prove.length === 1 ? about : name,
      // Only the new model has to match its signature and `smoke-expect`.
      signature: isSubject ? context.signature : undefined,
      expect: isSubject ? smoke.expect : undefined,
      throughEndpoint: stage.throughEndpoint && at === stage.prove.length - 1,
      hasAllTraffic:
        objects.front.name === objects.ref.name &&
        predictor.shadow !== true &&
        (predictors.length === 1 || predictor.traffic === 100),
    });
    if (isSubject) notes.prediction = proof.prediction;
    if (proof.findings !== undefined) return { findings: proof.findings, proven: context };
    if (isSubject) answered = proof.answered;
    if (isSubject && proof.unproven !== undefined) notes.predictionSkipped = proof.unproven;
    if (proof.warning !== undefined) notes.warnings = [...notes.warnings, proof.warning];
  }
  const proven = { ...context, requests: { ...requests, smoke: afterAnswer(smoke, answered) } };
  const findings =
    (await compareModels(proven, stage)) ?? (await evaluateStage(proven, stage)) ?? (await verifyMirror(proven, stage));
  return { findings, proven };
}
