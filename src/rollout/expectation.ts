import {
  type CreatedDeployment,
  deploymentLabelsOf,
  deploymentsOf,
  explainerServicesOf,
  predictorServiceOf,
  versionLabelOf,
} from '../seldon/created-objects.ts';
import { modelNodeName, modelUriOf } from '../seldon/graph.ts';
import { withoutReplicas } from '../seldon/replicas.ts';
import { ANNOTATIONS, SELDON, type SeldonDeployment, type SeldonDeploymentSpec } from '../seldon/seldon-deployment.ts';

/** What the cluster shows once an object's own spec is rolled out. */
export interface Expectation {
  readonly name: string;
  readonly uid: string;
  /** The spec that must still be there, without the numbers of replicas: people and autoscalers own them. */
  readonly spec: SeldonDeploymentSpec;
  /** Values of the label `seldon-deployment-id` on its Deployments and pods. */
  readonly labels: readonly string[];
  readonly predictors: readonly ExpectedPredictor[];
  /** Services with routes that carry no predictions. */
  readonly explainers: readonly string[];
}

/** One predictor as it must come up. */
export interface ExpectedPredictor {
  readonly name: string;
  /** Rollout marker of its pod template; undefined for a predictor that we never marked. */
  readonly marker: string | undefined;
  readonly modelUri: string;
  readonly node: string;
  /** Value of the label `version`. */
  readonly version: string;
  /** Name of its Service. */
  readonly service: string;
  readonly deployments: readonly CreatedDeployment[];
  /** Percent of the requests, or of their copies for a shadow. */
  readonly traffic: number;
  readonly shadow: boolean;
  /** The only one of an object that shares the requests of another one. */
  readonly weighed?: true;
}

/**
 * Reads the expectation from an object as the server stored it.
 * @param before the object before that: what has a label of its own, such as a separate orchestrator, must go
 */
export function expectationOf(object: SeldonDeployment, before?: SeldonDeployment): Expectation {
  return {
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    spec: withoutReplicas(object.spec),
    labels: [...new Set([...deploymentLabelsOf(object), ...(before === undefined ? [] : deploymentLabelsOf(before))])],
    explainers: explainerServicesOf(object),
    predictors: object.spec.predictors.map((predictor) => ({
      name: predictor.name,
      marker: predictor.annotations?.[ANNOTATIONS.rollout],
      modelUri: modelUriOf(predictor) ?? '',
      node: modelNodeName(predictor),
      version: versionLabelOf(predictor),
      service: predictorServiceOf(object.metadata.name, predictor),
      deployments: deploymentsOf(object, predictor),
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
