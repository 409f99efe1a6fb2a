import { equal } from '../base/json-value.ts';
import { lastOtherWriter, otherManagersOf } from '../plan/live/ownership.ts';
import { withoutReplicas, writtenNumberOf } from '../seldon/replicas.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Deployment, Snapshot } from '../seldon/snapshot.ts';
import { deploymentFailure, isUnobserved, progressOf } from './deployment-progress.ts';
import type { Expectation, ExpectedPredictor } from './expectation.ts';
import { podFailure } from './pod-failure.ts';
import { isLeftover, isNewPod, isOrphan, isOwned, partOf, runsNewTemplate } from './rollout-marker.ts';
import { routingProgress } from './routing-progress.ts';
import type { FailureWarning, RolloutStatus } from './verdict.ts';

type InProgress = Extract<RolloutStatus, { phase: 'in-progress' }>;

type FailedStatus = Extract<RolloutStatus, { phase: 'failed' }>;

/**
 * The rollout status, decided from one snapshot. `status.state` alone is not reliable: it is
 * Available right after an apply, and again before the new pods serve (recorded on Seldon Core 1.17.1).
 */
export function rolloutStatusOf(snapshot: Snapshot, expected: Expectation): RolloutStatus {
  const object = snapshot.seldonDeployment;
  const replaced = replacedBy(object, expected);
  if (replaced !== undefined || object === undefined) return replaced ?? deleted(expected);
  const all = expected.predictors.flatMap((predictor) => predictorStatus(predictor, { ...snapshot, object }));
  const failed = all.find((one) => one.phase === 'failed');
  if (failed !== undefined) return failed;
  const pending = all.filter((one) => one.phase === 'in-progress');
  const left = leftoversOf(object, snapshot, expected);
  return (
    pending.find((one) => one.warning !== undefined) ??
    operatorFailure(object, pending[0]) ??
    pending[0] ??
    waitForLeftovers(left.filter((one) => !isOrphan(one, object))) ??
    operatorStatus(object) ??
    routing(object, snapshot, expected) ??
    ready(
      expected,
      left.map(({ metadata }) => metadata.name),
    )
  );
}

/** The state of a predictor whose pods are all available. */
export const AVAILABLE = 'available';

/** State of each predictor in words, by its name. */
export function healthOf(snapshot: Snapshot, expected: Expectation): ReadonlyMap<string, string> {
  const object = snapshot.seldonDeployment;
  return new Map(
    expected.predictors.map((predictor) => {
      const [worst] = object === undefined ? [deleted(expected)] : predictorStatus(predictor, { ...snapshot, object });
      return [predictor.name, worst?.message.replace(`${predictor.name}: `, '') ?? AVAILABLE];
    }),
  );
}

function ready({ predictors }: Expectation, orphans: readonly string[]): RolloutStatus {
  const message = `rolled out: ${predictors.map((one) => one.name).join(', ')}`;
  return { phase: 'ready', message, ...(orphans.length > 0 && { orphans }) };
}

function waiting(waitsFor: InProgress['waitsFor'], message: string): InProgress {
  return { phase: 'in-progress', waitsFor, message };
}

function deleted({ name }: Expectation): FailedStatus {
  const message = 'the SeldonDeployment was deleted during the rollout';
  return { phase: 'failed', reason: 'object-deleted', message, failingObject: { kind: 'seldon-deployment', name } };
}

/** Is it no longer the object that was applied? Undefined if it is. */
export function replacedBy(object: SeldonDeployment | undefined, expected: Expectation): FailedStatus | undefined {
  if (object?.metadata.uid !== expected.uid || object.metadata.deletionTimestamp !== undefined)
    return deleted(expected);
  const others = expected.predictors.find(({ name, marker }) => markerIn(object, name) !== marker);
  const failingObject = { kind: 'seldon-deployment', name: expected.name } as const;
  // Another run writes with our name.
  if (others !== undefined && otherManagersOf(object).length === 0) {
    const message = `another version of predictor ${others.name} was applied during the rollout`;
    return { phase: 'failed', reason: 'superseded', message, failingObject };
  }
  // An edit may leave the marker as it is: a patch of `modelUri` rolls out another model under our annotations.
  if (others === undefined && equal(withoutReplicas(object.spec), expected.spec)) return undefined;
  const message = `the spec of the SeldonDeployment was changed by ${lastOtherWriter(object).words} during the rollout`;
  return { phase: 'failed', reason: 'object-changed', message, failingObject };
}

function markerIn(object: SeldonDeployment, predictor: string): string | undefined {
  return object.spec.predictors.find((one) => one.name === predictor)?.annotations?.[ANNOTATIONS.rollout];
}

interface OwnSnapshot extends Snapshot {
  readonly object: SeldonDeployment;
}

/** Empty once the predictor's Deployments are as expected and all available. */
function predictorStatus(predictor: ExpectedPredictor, shown: OwnSnapshot): readonly (FailedStatus | InProgress)[] {
  const { object, pods } = shown;
  const owned = shown.deployments.filter((one) => isOwned(one, object.metadata.uid ?? ''));
  const deployments = owned.filter((one) => runsNewTemplate(one, predictor));
  if (deployments.every((one) => partOf(one, predictor)?.part === 'orchestrator'))
    return [
      waiting(
        'deployments',
        `${predictor.name}: waiting for the operator to ${owned.some((one) => partOf(one, predictor) !== undefined) ? 'update' : 'create'} its Deployment`,
      ),
    ];
  const missing = missingParts(predictor, deployments);
  return [
    ...missing.map((name) => waiting('deployments', `${predictor.name}: waiting for Deployment ${name}`)),
    ...deployments.flatMap((deployment) => {
      const own = pods.filter((pod) => isNewPod(pod, predictor, deployment));
      const isModel = (partOf(deployment, predictor)?.part ?? 'model') === 'model';
      const replicas = isModel ? writtenNumberOf(object.spec, predictor.name) : undefined;
      const status = deploymentStatus(deployment, { predictor, pods: own, replicas, events: shown.events });
      return status === undefined ? [] : [status];
    }),
  ];
}

/** Names of those of its Deployments that are not there. Where none has a name that we know, none is missed. */
function missingParts(predictor: ExpectedPredictor, found: readonly Deployment[]): readonly string[] {
  if (found.every((one) => partOf(one, predictor) === undefined)) return [];
  const names = new Set(found.map(({ metadata }) => metadata.name));
  return predictor.deployments.map(({ name }) => name).filter((name) => !names.has(name));
}

function deploymentStatus(
  deployment: Deployment,
  of: Parameters<typeof progressOf>[1] & Pick<Snapshot, 'events'>,
): FailedStatus | InProgress | undefined {
  const failures = [podFailure(of.pods, of.predictor, of.events), deploymentFailure(deployment)].filter(
    (one) => one !== undefined,
  );
  const certain = failures.find((one) => one.grace === 0);
  if (certain !== undefined) return { phase: 'failed', ...withoutGrace(certain) };
  const progress = progressOf(deployment, of);
  if (progress === undefined) return undefined;
  const [warning] = failures;
  if (warning !== undefined) return { ...waiting('deployments', warning.message), warning };
  return { ...waiting('deployments', progress), ...(isUnobserved(deployment) && { isUnobserved: true }) };
}

function withoutGrace({ grace: _, ...failure }: FailureWarning): Omit<FailureWarning, 'grace'> {
  return failure;
}

/** The status Failed of the operator. It is not final: any reconcile error sets it, and the next reconcile may clear it. */
function operatorFailure(object: SeldonDeployment, pending: InProgress | undefined): InProgress | undefined {
  if (object.status?.state !== 'Failed') return undefined;
  const message = `the Seldon operator reports Failed: ${object.status.description ?? 'no description'}`;
  const failingObject = { kind: 'seldon-deployment', name: object.metadata.name, uid: object.metadata.uid } as const;
  const warning: FailureWarning = { reason: 'operator-failed', message, failingObject: failingObject, grace: 10 };
  return { ...waiting(pending?.waitsFor ?? 'operator', message), warning };
}

/** Deployments of the object that belong to no predictor of its spec. */
function leftoversOf(
  { metadata }: SeldonDeployment,
  { deployments }: Snapshot,
  expected: Expectation,
): readonly Deployment[] {
  const owned = deployments.filter((one) => isOwned(one, metadata.uid ?? ''));
  return owned.filter((one) => isLeftover(one, expected.predictors));
}

/** What was taken out must be gone before the new state is whole. */
function waitForLeftovers(extra: readonly Deployment[]): InProgress | undefined {
  if (extra.length === 0) return undefined;
  return waiting('deployments', `waiting for ${extra.map((one) => one.metadata.name).join(', ')} to be deleted`);
}

function operatorStatus({ status }: SeldonDeployment): InProgress | undefined {
  if (status?.state === 'Available') return undefined;
  return waiting('operator', `pods are available; the operator reports ${status?.state ?? 'no state yet'}`);
}

function routing(object: SeldonDeployment, snapshot: Snapshot, expected: Expectation): InProgress | undefined {
  const missing = routingProgress(object, snapshot, expected);
  return missing === undefined ? undefined : waiting('routes', missing);
}
