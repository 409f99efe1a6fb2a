import type { Predictor, SeldonDeploymentSpec } from './seldon-deployment.ts';

/** Three fields can set the number of pods; the innermost wins (seldondeployment_controller.go, v1.17.1). */

/** Number of pods of a predictor's first Deployment. */
export function replicasOf(spec: Pick<SeldonDeploymentSpec, 'replicas'> | undefined, predictor: Predictor): number {
  return predictor.componentSpecs?.[0]?.replicas ?? predictor.replicas ?? spec?.replicas ?? 1;
}

/**
 * Replicas of a predictor if no input sets them: none if the object sets them for all its predictors, else the
 * live number.
 */
export function defaultReplicas(
  base: Pick<SeldonDeploymentSpec, 'replicas'> | undefined,
  live: Pick<SeldonDeploymentSpec, 'replicas'> | undefined,
  predictor: Predictor | undefined,
): number | undefined {
  if (base?.replicas !== undefined) return undefined;
  if (predictor?.replicas !== undefined) return predictor.replicas;
  return live?.replicas === undefined ? 1 : undefined;
}

/** The predictor with this number of pods, also if its pod template has its own number. */
export function withReplicas(predictor: Predictor, replicas: number, innermost: boolean): Predictor {
  const [first, ...rest] = predictor.componentSpecs ?? [];
  if (!innermost || first === undefined) return { ...predictor, replicas };
  return { ...predictor, replicas, componentSpecs: [{ ...first, replicas }, ...rest] };
}
