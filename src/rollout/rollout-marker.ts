import { ANNOTATIONS, SELDON } from '../seldon/seldon-deployment.ts';
import type { Deployment, Pod } from '../seldon/snapshot.ts';
import type { ExpectedPredictor } from './expectation.ts';

/** Which Deployments and pods belong to what was applied, and which to what was there before. */

/** Name of the orchestrator's own Deployment under `seldon.io/engine-separate-pod`: Seldon gives it no annotations. */
const ORCHESTRATOR = /-svc-orch$/;

export function isOwned({ metadata }: Deployment, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) ?? false;
}

/** Is it a Deployment of that predictor with the new pods? Without a marker of ours, its model URI tells. */
export function runsNewTemplate({ spec }: Deployment, { name, marker, modelUri }: ExpectedPredictor): boolean {
  const { metadata } = spec.template;
  if (metadata?.labels?.[SELDON.predictorLabel] !== name) return false;
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

/** Left from before: a predictor that was taken out, or the same one under the name its old containers gave it. */
export function isLeftover(deployment: Deployment, predictors: readonly ExpectedPredictor[]): boolean {
  const version = deployment.spec.template.metadata?.labels?.[SELDON.predictorLabel];
  if (version === undefined || ORCHESTRATOR.test(deployment.metadata.name)) return false;
  return !predictors.some((one) => runsNewTemplate(deployment, one));
}

/** Old pods, and those on their way out, may fail as they like. */
export function isNewPod({ metadata }: Pod, predictor: ExpectedPredictor, deployment: Deployment): boolean {
  const app = metadata.labels?.['app'];
  return (
    metadata.deletionTimestamp === undefined &&
    (app === undefined || app === deployment.metadata.name) &&
    metadata.labels?.[SELDON.predictorLabel] === predictor.name &&
    metadata.annotations?.[ANNOTATIONS.rollout] === predictor.marker
  );
}
