import { replicasOf } from '../seldon/replicas.ts';
import { ANNOTATIONS, type Predictor, SELDON, type SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** The state of the cluster after the object's spec is rolled out. */
export function expectationOf(object: SeldonDeployment): Expectation {
  return {
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    predictors: object.spec.predictors.map((predictor) => ({
      name: predictor.name,
      marker: predictor.annotations?.[ANNOTATIONS.rollout],
      modelUri: predictor.graph.modelUri ?? '',
      node: predictor.graph.name,
      replicas: isNotOneNumber(predictor) ? undefined : replicasOf(object.spec, predictor),
      traffic: predictor.traffic ?? 0,
      shadow: predictor.shadow === true,
      ...sharedFrom(object),
    })),
  };
}

/** The traffic of the first SeldonDeployment that the annotations of a second one request. */
function sharedFrom({ spec }: SeldonDeployment): Partial<ExpectedPredictor> {
  const { [SELDON.ambassadorWeight]: weight, [SELDON.ambassadorShadow]: shadow } = spec.annotations ?? {};
  if (shadow !== undefined) return { traffic: 0, shadow: true, weighed: true };
  return weight === undefined ? {} : { traffic: Number(weight), weighed: true };
}

/** An autoscaler sets the number of replicas, or each Deployment has its own number. */
function isNotOneNumber(predictor: Predictor): boolean {
  const specs = predictor.componentSpecs ?? [];
  if (specs.some((one) => 'hpaSpec' in one || 'kedaSpec' in one)) return true;
  // Deployments of one predictor may have different replica numbers: then each Deployment's own status is enough.
  return new Set(specs.map((one) => one.replicas)).size > 1;
}

/** The expected state of one predictor. */
export interface ExpectedPredictor {
  readonly name: string;
  /** Rollout marker of its pod template; undefined if we never marked the predictor. */
  readonly marker: string | undefined;
  readonly modelUri: string;
  readonly node: string;
  /** Undefined if an autoscaler sets it. */
  readonly replicas: number | undefined;
  /** Percent of the requests, or of their copies for a shadow. */
  readonly traffic: number;
  readonly shadow: boolean;
  /** The only predictor of an object that gets part of another object's requests. */
  readonly weighed?: true;
}

export interface Expectation {
  readonly name: string;
  readonly uid: string;
  readonly predictors: readonly ExpectedPredictor[];
}
