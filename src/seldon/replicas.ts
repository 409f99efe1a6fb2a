import type { ComponentSpec, Predictor, SeldonDeploymentSpec } from './seldon-deployment.ts';

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

/** The number that a spec asks for of a predictor's Deployments; undefined where it is not one, or an autoscaler decides. */
export function soleNumberOf(spec: SeldonDeploymentSpec, name: string): number | undefined {
  const predictor = spec.predictors.find((one) => one.name === name);
  if (predictor === undefined) return undefined;
  const components = predictor.componentSpecs ?? [];
  if (components.some((one) => 'hpaSpec' in one || 'kedaSpec' in one)) return undefined;
  const isOne = new Set(components.map((one) => one.replicas)).size <= 1;
  return isOne ? replicasOf(spec, predictor) : undefined;
}

/** A spec without all that says how many pods there are: people and autoscalers may change that at any time. */
export function withoutReplicas(spec: SeldonDeploymentSpec): SeldonDeploymentSpec {
  const { replicas: _object, ...rest } = spec;
  return {
    ...rest,
    predictors: spec.predictors.map(({ replicas: _predictor, componentSpecs, ...predictor }) => ({
      ...predictor,
      ...(componentSpecs !== undefined && { componentSpecs: componentSpecs.map(withoutNumber) }),
    })),
  };
}

function withoutNumber({ replicas: _, ...component }: ComponentSpec): ComponentSpec {
  const { hpaSpec } = component as { readonly hpaSpec?: Readonly<Record<string, unknown>> };
  if (hpaSpec === undefined) return component;
  const { minReplicas: _least, maxReplicas: _most, ...metrics } = hpaSpec;
  return { ...component, hpaSpec: metrics };
}
