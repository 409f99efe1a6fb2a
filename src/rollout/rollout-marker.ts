import type { CreatedDeployment } from '../seldon/created-objects.ts';
import { ANNOTATIONS, SELDON, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Deployment, Pod, PodTemplateSpec } from '../seldon/snapshot.ts';
import type { ExpectedPredictor } from './expectation.ts';

/** Tells Deployments and pods of the applied manifest from those of the previous one. */

export function isOwned({ metadata }: Deployment, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) ?? false;
}

/** The part of the predictor that has this Deployment's name. Operators before 1.1 gave names that cannot be derived. */
export function partOf({ metadata }: Deployment, { deployments }: ExpectedPredictor): CreatedDeployment | undefined {
  return deployments.find(({ name }) => name === metadata.name);
}

/** Is it a Deployment of that predictor, with our marker, whose init containers fetch our models? */
export function runsNewTemplate(deployment: Deployment, predictor: ExpectedPredictor): boolean {
  const { metadata, spec: template } = deployment.spec.template;
  const part = partOf(deployment, predictor);
  // The operator gives a separate orchestrator no annotations of its predictor.
  if (part?.part === 'orchestrator') return true;
  if (part === undefined && metadata?.labels?.[SELDON.predictorLabel] !== predictor.version) return false;
  if (metadata?.annotations?.[ANNOTATIONS.rollout] !== predictor.marker) return false;
  return (part?.models ?? modelsOf(predictor)).every((model) => fetches(template, model));
}

/** A server without an init container of that name fetches nothing: then there is nothing to compare. */
function fetches(
  template: PodTemplateSpec | undefined,
  { initializer, source }: CreatedDeployment['models'][number],
): boolean {
  const found = template?.initContainers?.find(({ name }) => name === initializer);
  return found?.args === undefined || found.args[0] === source;
}

function modelsOf({ deployments }: ExpectedPredictor): CreatedDeployment['models'] {
  return deployments.flatMap(({ models }) => models);
}

/** A Deployment of a removed predictor, or of the same predictor under the name that its old containers produced. */
export function isLeftover(deployment: Deployment, predictors: readonly ExpectedPredictor[]): boolean {
  if (deployment.spec.template.metadata?.labels?.[SELDON.predictorLabel] === undefined) return false;
  return !predictors.some((one) => runsNewTemplate(deployment, one));
}

/**
 * Will the operator leave it for ever? It deletes only Deployments that its status lists, and one that never had a
 * pod never gets there (recorded on 1.17.1).
 */
export function isOrphan({ metadata }: Deployment, { status }: SeldonDeployment): boolean {
  const known = status?.deploymentStatus;
  if (known === undefined || status?.state !== 'Available') return false;
  return metadata.deletionTimestamp === undefined && !(metadata.name in known);
}

/** Old pods, and those on their way out, may fail as they like. */
export function isNewPod({ metadata }: Pod, predictor: ExpectedPredictor, deployment: Deployment): boolean {
  const app = metadata.labels?.['app'];
  if (metadata.deletionTimestamp !== undefined || (app !== undefined && app !== deployment.metadata.name)) return false;
  if (partOf(deployment, predictor)?.part === 'orchestrator') return true;
  return (
    metadata.labels?.[SELDON.predictorLabel] === predictor.version &&
    metadata.annotations?.[ANNOTATIONS.rollout] === predictor.marker
  );
}
