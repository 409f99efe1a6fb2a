import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Deployment, Pod, Snapshot } from '../seldon/snapshot.ts';
import { deploymentFailure, progressOf } from './deployment-progress.ts';
import type { Expectation, ExpectedPredictor } from './expectation.ts';
import { podFailure } from './pod-failure.ts';
import { isLeftover, isNewPod, isOwned, runsNewTemplate } from './rollout-marker.ts';
import { routingProgress } from './routing-progress.ts';
import type { FailureWarning, RolloutStatus } from './verdict.ts';

type InProgress = Extract<RolloutStatus, { phase: 'in-progress' }>;

type FailedStatus = Extract<RolloutStatus, { phase: 'failed' }>;

/**
 * Is what was applied rolled out? Decided anew from one snapshot. `status.state` alone is never believed: it is
 * Available right after an apply, and again before the new pods serve (recorded on Seldon Core 1.17.1).
 */
export function rolloutStatusOf(snapshot: Snapshot, expected: Expectation): RolloutStatus {
  const object = snapshot.seldonDeployment;
  if (object === undefined) return deleted(expected);
  const replaced = replacedBy(object, expected);
  if (replaced !== undefined) return replaced;
  const owned = snapshot.deployments.filter((one) => isOwned(one, expected.uid));
  const all = expected.predictors.flatMap((predictor) => predictorStatus(predictor, { owned, pods: snapshot.pods }));
  const failed = all.find((one) => one.phase === 'failed');
  if (failed !== undefined) return failed;
  const pending = all.filter((one) => one.phase === 'in-progress');
  return (
    pending.find((one) => one.warning !== undefined) ??
    operatorFailure(object, pending[0]) ??
    pending[0] ??
    leftovers(owned, expected) ??
    operatorStatus(object) ??
    routing(object, snapshot, expected) ??
    ready(expected)
  );
}

/** How each predictor is, in words, by its name. */
export function healthOf(snapshot: Snapshot, expected: Expectation): ReadonlyMap<string, string> {
  const owned = snapshot.deployments.filter((one) => isOwned(one, expected.uid));
  return new Map(
    expected.predictors.map((predictor) => {
      const [worst] = predictorStatus(predictor, { owned, pods: snapshot.pods });
      return [predictor.name, worst?.message.replace(`${predictor.name}: `, '') ?? 'available'];
    }),
  );
}

function ready({ predictors }: Expectation): RolloutStatus {
  return { phase: 'ready', message: `rolled out: ${predictors.map((one) => one.name).join(', ')}` };
}

function waiting(waitsFor: InProgress['waitsFor'], message: string): InProgress {
  return { phase: 'in-progress', waitsFor, message };
}

function deleted({ name }: Expectation): FailedStatus {
  const message = 'somebody deleted the SeldonDeployment while it rolled out';
  return { phase: 'failed', reason: 'object-deleted', message, failingObject: { kind: 'seldon-deployment', name } };
}

function replacedBy(object: SeldonDeployment, expected: Expectation): FailedStatus | undefined {
  if (object.metadata.uid !== expected.uid || object.metadata.deletionTimestamp !== undefined) return deleted(expected);
  const others = expected.predictors.find(({ name, marker }) => markerIn(object, name) !== marker);
  if (others === undefined) return undefined;
  const message = `somebody applied another version of predictor ${others.name} while ours rolled out`;
  const failingObject = { kind: 'seldon-deployment', name: expected.name } as const;
  return { phase: 'failed', reason: 'superseded', message, failingObject };
}

function markerIn(object: SeldonDeployment, predictor: string): string | undefined {
  return object.spec.predictors.find((one) => one.name === predictor)?.annotations?.[ANNOTATIONS.rollout];
}

/** Empty once the predictor's Deployments, one for each of its componentSpecs, are as expected and all available. */
function predictorStatus(
  predictor: ExpectedPredictor,
  { owned, pods }: { readonly owned: readonly Deployment[]; readonly pods: readonly Pod[] },
): readonly (FailedStatus | InProgress)[] {
  const deployments = owned.filter((one) => runsNewTemplate(one, predictor));
  if (deployments.length === 0)
    return [waiting('deployments', `${predictor.name}: waiting for the operator to take it up`)];
  return deployments.flatMap((deployment) => {
    const own = pods.filter((pod) => isNewPod(pod, predictor, deployment));
    const status = deploymentStatus(deployment, { predictor, pods: own });
    return status === undefined ? [] : [status];
  });
}

function deploymentStatus(
  deployment: Deployment,
  of: { readonly predictor: ExpectedPredictor; readonly pods: readonly Pod[] },
): FailedStatus | InProgress | undefined {
  const failures = [podFailure(of.pods, of.predictor), deploymentFailure(deployment)].filter(
    (one) => one !== undefined,
  );
  const certain = failures.find((one) => one.grace === 0);
  if (certain !== undefined) return { phase: 'failed', ...withoutGrace(certain) };
  const progress = progressOf(deployment, of);
  if (progress === undefined) return undefined;
  const [warning] = failures;
  return { ...waiting('deployments', warning?.message ?? progress), ...(warning && { warning }) };
}

function withoutGrace({ grace: _, ...failure }: FailureWarning): Omit<FailureWarning, 'grace'> {
  return failure;
}

/** The operator's own word that it failed. Not final: any reconcile error says so, and the next may clear it. */
function operatorFailure(object: SeldonDeployment, pending: InProgress | undefined): InProgress | undefined {
  if (object.status?.state !== 'Failed') return undefined;
  const message = `the Seldon operator says Failed: ${object.status.description ?? 'no description'}`;
  const failingObject = { kind: 'seldon-deployment', name: object.metadata.name, uid: object.metadata.uid } as const;
  const warning: FailureWarning = { reason: 'operator-failed', message, failingObject: failingObject, grace: 10 };
  return { ...waiting(pending?.waitsFor ?? 'operator', message), warning };
}

/** What was taken out must be gone before the new state is whole. */
function leftovers(owned: readonly Deployment[], { predictors }: Expectation): InProgress | undefined {
  const extra = owned.filter((one) => isLeftover(one, predictors));
  if (extra.length === 0) return undefined;
  return waiting('deployments', `waiting for ${extra.map((one) => one.metadata.name).join(', ')} to go`);
}

function operatorStatus({ status }: SeldonDeployment): InProgress | undefined {
  if (status?.state === 'Available') return undefined;
  return waiting('operator', `pods are available; the operator says ${status?.state ?? 'nothing yet'}`);
}

function routing(object: SeldonDeployment, snapshot: Snapshot, expected: Expectation): InProgress | undefined {
  const missing = routingProgress(object, snapshot, expected);
  return missing === undefined ? undefined : waiting('routes', missing);
}
