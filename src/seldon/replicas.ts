import type { Predictor, SeldonDeploymentSpec } from './seldon-deployment.ts';

/** Three places may say how many pods there are; the innermost counts (seldondeployment_controller.go, v1.17.1). */

/** Pods of a predictor's first Deployment. */
export function replicasOf(spec: Pick<SeldonDeploymentSpec, 'replicas'> | undefined, predictor: Predictor): number {
  return predictor.componentSpecs?.[0]?.replicas ?? predictor.replicas ?? spec?.replicas ?? 1;
}

/**
 * What to write on a predictor where no input says: nothing where the object says it for all its predictors, else what
 * is live.
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

/** The predictor with as many pods, also where its pod template had a number of its own. */
export function withReplicas(predictor: Predictor, replicas: number, innermost: boolean): Predictor {
  const [first, ...rest] = predictor.componentSpecs ?? [];
  if (!innermost || first === undefined) return { ...predictor, replicas };
  return { ...predictor, replicas, componentSpecs: [{ ...first, replicas }, ...rest] };
}
