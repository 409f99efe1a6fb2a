import type { Expectation } from './rollout-status.ts';
import { ANNOTATIONS, type Predictor, type SeldonDeployment } from './seldon-deployment.ts';

/** What the cluster shows once an object's own spec is rolled out. */
export function expectationOf(object: SeldonDeployment): Expectation {
  const general = typeof object.spec['replicas'] === 'number' ? object.spec['replicas'] : 1;
  return {
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    predictors: object.spec.predictors.map((predictor) => ({
      name: predictor.name,
      marker: predictor.annotations?.[ANNOTATIONS.rollout],
      modelUri: predictor.graph.modelUri ?? '',
      node: predictor.graph.name,
      replicas: isScaledByOthers(predictor) ? undefined : (predictor.replicas ?? general),
    })),
  };
}

function isScaledByOthers(predictor: Predictor): boolean {
  return predictor.componentSpecs?.some((one) => 'hpaSpec' in one || 'kedaSpec' in one) ?? false;
}
