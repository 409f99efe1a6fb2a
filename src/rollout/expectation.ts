import { replicasOf } from '../seldon/replicas.ts';
import { ANNOTATIONS, type Predictor, SELDON, type SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** What the cluster shows once an object's own spec is rolled out. */
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

/** What the annotations of a second SeldonDeployment ask of the requests of the first. */
function sharedFrom({ spec }: SeldonDeployment): Partial<ExpectedPredictor> {
  const { [SELDON.ambassadorWeight]: weight, [SELDON.ambassadorShadow]: shadow } = spec.annotations ?? {};
  if (shadow !== undefined) return { traffic: 0, shadow: true, weighed: true };
  return weight === undefined ? {} : { traffic: Number(weight), weighed: true };
}

/** An autoscaler decides, or each Deployment has a number of its own. */
function isNotOneNumber(predictor: Predictor): boolean {
  const specs = predictor.componentSpecs ?? [];
  if (specs.some((one) => 'hpaSpec' in one || 'kedaSpec' in one)) return true;
  // Deployments of one predictor may differ in number: then each one's own word is enough.
  return new Set(specs.map((one) => one.replicas)).size > 1;
}

/** One predictor as it must come up. */
export interface ExpectedPredictor {
  readonly name: string;
  /** Rollout marker of its pod template; undefined for a predictor that we never marked. */
  readonly marker: string | undefined;
  readonly modelUri: string;
  readonly node: string;
  /** Undefined when an autoscaler decides. */
  readonly replicas: number | undefined;
  /** Percent of the requests, or of their copies for a shadow. */
  readonly traffic: number;
  readonly shadow: boolean;
  /** The only one of an object that shares the requests of another one. */
  readonly weighed?: true;
}

export interface Expectation {
  readonly name: string;
  readonly uid: string;
  readonly predictors: readonly ExpectedPredictor[];
}
