import { deploymentDoom, progressOf } from './deployment-progress.ts';
import { podDoom } from './pod-doom.ts';
import { predictorService } from './protocol.ts';
import type { RolloutFailureReason } from './report.ts';
import { ANNOTATIONS, type SeldonDeployment } from './seldon-deployment.ts';
import type { Deployment, Pod, Snapshot } from './snapshot.ts';

/** One predictor as it must come up. */
export interface ExpectedPredictor {
  readonly name: string;
  /** Rollout marker of its pod template; undefined for a predictor that we never marked. */
  readonly marker: string | undefined;
  readonly modelUri: string;
  readonly node: string;
  /** Undefined when an autoscaler decides. */
  readonly replicas: number | undefined;
}

export interface Expectation {
  readonly name: string;
  readonly uid: string;
  readonly predictors: readonly ExpectedPredictor[];
}

/** What a verdict is about: the thing whose own words explain it. */
export interface Culprit {
  readonly kind: 'pod' | 'deployment' | 'seldon-deployment';
  readonly name: string;
  readonly uid?: string | undefined;
  readonly container?: string | undefined;
  readonly init?: boolean | undefined;
}

/** Something that mostly means the end, but not always: it counts once it has lasted `grace` seconds. */
export interface Suspicion {
  readonly reason: RolloutFailureReason;
  readonly message: string;
  readonly culprit?: Culprit;
  readonly grace: number;
}

export type RolloutStatus =
  | {
      readonly phase: 'in-progress';
      readonly message: string;
      /** What must change next: watched Deployments and pods, the operator's word, or a routing object. */
      readonly waitsFor: 'deployments' | 'operator' | 'routes';
      readonly suspicion?: Suspicion;
    }
  | { readonly phase: 'ready'; readonly message: string }
  /** It will never come up by itself. */
  | {
      readonly phase: 'failed';
      readonly reason: RolloutFailureReason;
      readonly message: string;
      readonly culprit?: Culprit;
    };

type InProgress = Extract<RolloutStatus, { phase: 'in-progress' }>;

/**
 * Is what was applied rolled out? Decided anew from one snapshot. `status.state` alone is never believed: it is
 * Available right after an apply, and again before the new pods serve (recorded on Seldon Core 1.17.1).
 */
export function rolloutStatusOf(snapshot: Snapshot, expected: Expectation): RolloutStatus {
  const object = snapshot.seldonDeployment;
  if (object === undefined) return waiting('operator', 'the SeldonDeployment has not been seen yet');
  const replaced = replacedBy(object, expected);
  if (replaced !== undefined) return replaced;
  const owned = snapshot.deployments.filter((one) => isOwned(one, expected.uid));
  const pending: InProgress[] = [];
  for (const predictor of expected.predictors) {
    const status = predictorStatus(predictor, { owned, pods: snapshot.pods });
    if (status?.phase === 'failed') return status;
    if (status !== undefined) pending.push(status);
  }
  const suspicion = pending.find((one) => one.suspicion !== undefined) ?? operatorFailure(object, pending[0]);
  if (suspicion !== undefined) return suspicion;
  return (
    pending[0] ??
    leftovers(owned, expected) ??
    operatorStatus(object) ??
    routing(object, snapshot, expected) ??
    ready(expected)
  );
}

function ready({ predictors }: Expectation): RolloutStatus {
  return { phase: 'ready', message: `rolled out: ${predictors.map((one) => one.name).join(', ')}` };
}

function waiting(waitsFor: InProgress['waitsFor'], message: string): InProgress {
  return { phase: 'in-progress', waitsFor, message };
}

function replacedBy(object: SeldonDeployment, expected: Expectation): RolloutStatus | undefined {
  const culprit = { kind: 'seldon-deployment', name: expected.name } as const;
  if (object.metadata.uid !== expected.uid || object.metadata.deletionTimestamp !== undefined) {
    return {
      phase: 'failed',
      reason: 'object-deleted',
      message: 'somebody deleted the SeldonDeployment while it rolled out',
      culprit,
    };
  }
  const others = expected.predictors.find(({ name, marker }) => markerIn(object, name) !== marker);
  if (others === undefined) return undefined;
  const message = `somebody applied another version of predictor ${others.name} while ours rolled out`;
  return { phase: 'failed', reason: 'superseded', message, culprit };
}

function markerIn(object: SeldonDeployment, predictor: string): string | undefined {
  return object.spec.predictors.find((one) => one.name === predictor)?.annotations?.[ANNOTATIONS.rollout];
}

function isOwned({ metadata }: Deployment, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) ?? false;
}

/** Undefined once the predictor's Deployment is what was expected and all of it is available. */
function predictorStatus(
  predictor: ExpectedPredictor,
  seen: { readonly owned: readonly Deployment[]; readonly pods: readonly Pod[] },
): Exclude<RolloutStatus, { phase: 'ready' }> | undefined {
  const deployment = seen.owned.find((one) => carries(one, predictor));
  if (deployment === undefined)
    return waiting('deployments', `${predictor.name}: waiting for the operator to take it up`);
  const pods = seen.pods.filter((pod) => isOf(pod, predictor, deployment));
  const doom = podDoom(pods, predictor) ?? deploymentDoom(deployment);
  if (doom !== undefined && doom.grace === 0) return { phase: 'failed', ...withoutGrace(doom) };
  const progress = progressOf(deployment, { predictor, pods });
  if (progress === undefined) return undefined;
  return { ...waiting('deployments', doom?.message ?? progress), ...(doom && { suspicion: doom }) };
}

function withoutGrace({ grace: _, ...doom }: Suspicion): Omit<Suspicion, 'grace'> {
  return doom;
}

/** Is it the Deployment of that predictor with the new pods? Without a marker of ours, its model URI tells. */
function carries({ spec }: Deployment, { name, marker, modelUri }: ExpectedPredictor): boolean {
  const { metadata } = spec.template;
  if (metadata?.labels?.['version'] !== name) return false;
  if (metadata.annotations?.[ANNOTATIONS.rollout] !== marker) return false;
  if (marker !== undefined) return true;
  const initializers = (spec.template.spec?.initContainers ?? []).filter((one) =>
    one.name.endsWith('-model-initializer'),
  );
  return initializers.length === 0 || initializers.some((one) => sameUri(one.args?.[0], modelUri));
}

/** A `pvc://` URI becomes a path below the mounted claim. */
function sameUri(argument: string | undefined, modelUri: string): boolean {
  return argument === modelUri || modelUri.startsWith('pvc://');
}

function isOf({ metadata }: Pod, predictor: ExpectedPredictor, deployment: Deployment): boolean {
  const app = metadata.labels?.['app'];
  return (
    metadata.deletionTimestamp === undefined &&
    (app === undefined || app === deployment.metadata.name) &&
    metadata.labels?.['version'] === predictor.name &&
    metadata.annotations?.[ANNOTATIONS.rollout] === predictor.marker
  );
}

/** The operator's own word that it failed. Not final: any reconcile error says so, and the next may clear it. */
function operatorFailure(object: SeldonDeployment, pending: InProgress | undefined): InProgress | undefined {
  if (object.status?.state !== 'Failed') return undefined;
  const message = `the Seldon operator says Failed: ${object.status.description ?? 'no description'}`;
  const culprit = { kind: 'seldon-deployment', name: object.metadata.name, uid: object.metadata.uid } as const;
  const suspicion: Suspicion = { reason: 'operator-failed', message, culprit, grace: 10 };
  return { ...waiting(pending?.waitsFor ?? 'operator', message), suspicion };
}

/** Predictors that were taken out must be gone before the new state is whole. */
function leftovers(owned: readonly Deployment[], { predictors }: Expectation): InProgress | undefined {
  const extra = owned.filter(({ spec }) => {
    const version = spec.template.metadata?.labels?.['version'];
    return version !== undefined && !predictors.some((one) => one.name === version);
  });
  if (extra.length === 0) return undefined;
  return waiting('deployments', `waiting for ${extra.map((one) => one.metadata.name).join(', ')} to go`);
}

function operatorStatus({ status }: SeldonDeployment): InProgress | undefined {
  if (status?.state === 'Available') return undefined;
  return waiting('operator', `pods are available; the operator says ${status?.state ?? 'nothing yet'}`);
}

/** Conditions that stay at a reason beginning with "No " mean that this ingress is not in use. */
const ROUTING = [
  { type: 'ambassadorMappingsReady', kind: 'Mapping' },
  { type: 'istioVirtualServicesReady', kind: 'VirtualService' },
] as const;

function routing(
  object: SeldonDeployment,
  { routes }: Snapshot,
  { name, predictors }: Expectation,
): InProgress | undefined {
  for (const { type, kind } of ROUTING) {
    const found = object.status?.conditions?.find((one) => one.type.toLowerCase() === type.toLowerCase());
    if (found === undefined || found.reason === undefined || found.reason.startsWith('No ')) continue;
    const backends = routes?.filter((route) => route.kind === kind).flatMap((route) => route.backends) ?? [];
    const missing = predictors.find(
      (one) => !backends.some(({ service }) => service === predictorService(name, one.name)),
    );
    if (missing !== undefined && !(routes?.length === 0))
      return waiting('routes', `waiting for the ${kind} of ${missing.name}`);
  }
  return undefined;
}
