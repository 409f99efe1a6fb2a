import { ANNOTATIONS, SELDON } from '../seldon/seldon-deployment.ts';
import type { Deployment, Pod } from '../seldon/snapshot.ts';
import type { ExpectedPredictor } from './expectation.ts';

/** Tells Deployments and pods of the applied manifest from those of the previous one. */

/** Name of the orchestrator's own Deployment under `seldon.io/engine-separate-pod`. Seldon gives it no annotations. */
const ORCHESTRATOR = /-svc-orch$/;

export function isOwned({ metadata }: Deployment, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) ?? false;
}

/** Whether the Deployment of a predictor has the new pod template. Without our marker, the model URI decides. */
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

/** Seldon changes a `pvc://` URI to a path below the mounted claim. */
function sameUri(argument: string | undefined, modelUri: string): boolean {
  return argument === modelUri || modelUri.startsWith('pvc://');
}

/** A Deployment of a removed predictor, or of the same predictor under the name that its old containers produced. */
export function isLeftover(deployment: Deployment, predictors: readonly ExpectedPredictor[]): boolean {
  const version = deployment.spec.template.metadata?.labels?.[SELDON.predictorLabel];
  if (version === undefined || ORCHESTRATOR.test(deployment.metadata.name)) return false;
  return !predictors.some((one) => runsNewTemplate(deployment, one));
}

/** Failures of old and terminating pods are ignored. */
export function isNewPod({ metadata }: Pod, predictor: ExpectedPredictor, deployment: Deployment): boolean {
  const app = metadata.labels?.['app'];
  return (
    metadata.deletionTimestamp === undefined &&
    (app === undefined || app === deployment.metadata.name) &&
    metadata.labels?.[SELDON.predictorLabel] === predictor.name &&
    metadata.annotations?.[ANNOTATIONS.rollout] === predictor.marker
  );
}
