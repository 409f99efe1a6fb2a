import { bestEffort } from '../base/best-effort.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Conclude } from '../base/journal.ts';
import type { Runner } from '../base/ports.ts';
import { type Stage, stageLabel } from '../plan/plan.ts';
import { rememberHistory } from '../proof/evidence/watch-step.ts';
import { profileOf } from '../proof/pod-profile.ts';
import type { ProofContext } from '../proof/proof-context.ts';
import { findingOf } from '../report/draft.ts';
import { askAgain } from '../rollout/ask-again.ts';
import { alteredOnTheWay } from '../rollout/others/changed-meanwhile.ts';
import { rollOut, stateOf } from '../rollout/roll-out.ts';
import { waitForAutoscaler } from '../rollout/waiting/wait-for-autoscaler.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { proveStage } from './stages/prove-stage.ts';
import { type RolloutContext, type Sent, sendStage } from './stages/send-stage.ts';

/** The result of a rollout. */
export interface RolloutEnd {
  /** Why the rollout failed; undefined if all stages are live and proven. */
  readonly findings: readonly Finding[] | undefined;
  /** The manifest that was applied last, and the stored object; undefined if nothing was applied. */
  readonly manifest: SeldonDeployment | undefined;
  readonly applied: SeldonDeployment | undefined;
}

/** Seconds a best-effort stage may take: the pods are ready, so only weights have to change. */
const BEST_EFFORT_TIMEOUT_S = 60;

/** Runs each stage: apply, wait until the pods are ready, prove. Ends at the first stage that fails. */
export async function runStages(rollout: RolloutContext, live: SeldonDeployment | undefined): Promise<RolloutEnd> {
  const { peers, plan } = rollout.proof;
  await rememberHistory(rollout.proof, live?.spec.predictors[0]?.name);
  let reached: RolloutEnd = { findings: undefined, manifest: undefined, applied: undefined };
  let planned: SeldonDeployment | undefined;
  try {
    for (const stage of plan.stages) {
      const before = reached.applied ?? live;
      const state = stage.bestEffort && before !== undefined ? await readState(rollout.proof, before) : 'ready';
      if (state !== 'ready') continue;
      const sent = await sendStage(rollout, stage, { before, planned });
      if ('findings' in sent) return { ...reached, findings: sent.findings };
      planned = stage.manifest;
      reached = { ...sent, findings: undefined };
      reached = { ...sent, findings: await completeStage(rollout.proof, stage, { ...sent, before }) };
      if (reached.findings !== undefined && !stage.bestEffort) return reached;
      if (reached.findings === undefined && (stage.bestEffort || stage.settles)) await waitForIngress(rollout.proof);
    }
    return { ...reached, findings: undefined };
  } catch (error) {
    // Nothing is half-changed before the first apply. After it, whatever was thrown leads to the undo, as a failed proof.
    if (reached.applied === undefined || isCancelled(error)) throw error;
    logBug(peers.runner, error);
    return { ...reached, findings: [findingOf(error, 'yes')] };
  }
}

function readState({ peers, objects }: ProofContext, now: SeldonDeployment): ReturnType<typeof stateOf> {
  return askAgain(peers.clock, () => stateOf(peers, now, objects.ref));
}

/** Cancelling has rules of its own. */
function isCancelled(error: unknown): boolean {
  return error instanceof UserError && error.code === 'cancelled';
}

/** The stack of an unexpected error, for the log only. */
export function logBug(runner: Pick<Runner, 'error'>, error: unknown): void {
  if (error instanceof UserError) return;
  runner.error(error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error));
}

/**
 * The requests have been moved. Nothing may be deleted before the ingress has updated its routes. An ingress removes the
 * endpoints of terminating pods and answers 503 while it still routes to them (seen with Envoy: all the predictor's traffic).
 */
function waitForIngress({ peers, config }: ProofContext): Promise<void> {
  const { ingressLag } = config.share;
  if (ingressLag > 0) peers.runner.info(`waiting ${ingressLag} s for the ingress to update its routes`);
  return peers.clock.sleep(ingressLag * 1000);
}

async function completeStage(
  proof: ProofContext,
  stage: Stage,
  { manifest, applied, before }: Sent & { readonly before: SeldonDeployment | undefined },
): Promise<readonly Finding[] | undefined> {
  const altered = alteredOnTheWay(manifest, applied);
  if (altered !== undefined) return [altered];
  const { peers, objects, plan } = proof;
  const { cluster, clock, runner } = peers;
  // A best-effort stage must not delay an urgent rollback.
  const timeout = stage.bestEffort ? Math.min(plan.budget.timeout, BEST_EFFORT_TIMEOUT_S) : plan.budget.timeout;
  const findings = await peers.journal.step(
    'wait',
    async (conclude) => {
      const since = clock.now();
      let end: Parameters<Conclude> = [''];
      const request = { cluster, clock, runner, ref: objects.ref, applied, before, timeout, stored: applied };
      const failed =
        (await rollOut(request, (...said) => {
          end = said;
        })) ??
        (stage.autoscaled && (await waitForAutoscaler(request, stage.autoscaled)));
      const [message, state] =
        failed === undefined || end[1] === 'failed' ? end : [failed[0]?.title ?? '', 'failed' as const];
      const profile = failed === undefined ? await bestEffort(profileOf(proof, applied, since)) : undefined;
      conclude(profile === undefined ? message : `${message}; ${profile}`, state);
      return failed;
    },
    stageLabel(plan, stage),
  );
  return findings ?? proveStage(proof, stage, applied);
}
