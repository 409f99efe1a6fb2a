import { equal } from '../base/json-value.ts';
import type { ComponentSpec, Predictor, SeldonDeploymentSpec } from './seldon-deployment.ts';

/** Three fields can set the number of pods; the innermost wins (seldondeployment_controller.go, v1.17.1). */

/** Number of pods of a predictor's first Deployment. */
export function replicasOf(spec: Pick<SeldonDeploymentSpec, 'replicas'> | undefined, predictor: Predictor): number {
  return predictor.componentSpecs?.[0]?.replicas ?? predictor.replicas ?? spec?.replicas ?? 1;
}

/**
 * Replicas of a predictor if no input sets them: its live number, else none. A number here would win over that of the
 * object, and `kubectl scale` would have no effect.
 */
export function defaultReplicas(
  base: Pick<SeldonDeploymentSpec, 'replicas'> | undefined,
  predictor: Predictor | undefined,
): number | undefined {
  return base?.replicas === undefined ? predictor?.replicas : undefined;
}

/** The predictor with this number of pods, also if its pod template has its own number. */
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

/** The same, but undefined also where no field has a number: then the operator leaves the Deployment's as it is. */
export function writtenNumberOf(spec: SeldonDeploymentSpec, name: string): number | undefined {
  const predictor = spec.predictors.find((one) => one.name === name);
  const isWritten = [predictor?.componentSpecs?.[0]?.replicas, predictor?.replicas, spec.replicas].some(
    (one) => one !== undefined,
  );
  return isWritten ? soleNumberOf(spec, name) : undefined;
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
  const { hpaSpec, kedaSpec } = component as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  const { minReplicas: _least, maxReplicas: _most, ...metrics } = hpaSpec ?? {};
  const { minReplicaCount: _low, maxReplicaCount: _high, ...triggers } = kedaSpec ?? {};
  return { ...component, ...(hpaSpec && { hpaSpec: metrics }), ...(kedaSpec && { kedaSpec: triggers }) };
}

/** Fields of a componentSpec that say how many pods there are. */
const SCALING = ['replicas', 'hpaSpec', 'kedaSpec'] as const;

/** A spec with the numbers that changed between two reads of the object. */
export function withScalingSince(
  spec: SeldonDeploymentSpec,
  { from, to }: { readonly from: SeldonDeploymentSpec; readonly to: SeldonDeploymentSpec },
): SeldonDeploymentSpec {
  const named = (one: SeldonDeploymentSpec, name: string) =>
    one.predictors.find((predictor) => predictor.name === name);
  return {
    ...changedOnly(spec, ['replicas'], { from, to }),
    predictors: spec.predictors.map((predictor) => {
      const [before, after] = [named(from, predictor.name), named(to, predictor.name)];
      if (before === undefined || after === undefined) return predictor;
      const { componentSpecs } = predictor;
      return {
        ...changedOnly(predictor, ['replicas'], { from: before, to: after }),
        ...(componentSpecs !== undefined && {
          componentSpecs: componentSpecs.map((component, at) => {
            const pair = { from: before.componentSpecs?.[at] ?? {}, to: after.componentSpecs?.[at] ?? {} };
            return changedOnly(component, SCALING, pair);
          }),
        }),
      };
    }),
  };
}

/** A predictor with as many pods as the live one of its name: how many are needed is not the model's affair. */
export function withScalingOf(predictor: Predictor, live: Predictor): Predictor {
  const { replicas: _, ...rest } = predictor;
  const components = predictor.componentSpecs ?? [];
  const scaling = (component: ComponentSpec | undefined) =>
    Object.fromEntries(SCALING.flatMap((key) => (component?.[key] === undefined ? [] : [[key, component[key]]])));
  const scaled = components.map((component, at) => {
    const others = Object.entries(component).filter(([key]) => !(SCALING as readonly string[]).includes(key));
    return { ...Object.fromEntries(others), ...scaling(live.componentSpecs?.[at]) };
  });
  return {
    ...rest,
    ...(live.replicas !== undefined && { replicas: live.replicas }),
    ...(predictor.componentSpecs !== undefined && { componentSpecs: scaled }),
  };
}

/** The value with those of its fields that differ between two states taken from the later one. */
function changedOnly<T extends object>(
  value: T,
  keys: readonly string[],
  { from, to }: { readonly from: object; readonly to: object },
): T {
  const changed = { ...value } as Record<string, unknown>;
  for (const key of keys) {
    const [before, after] = [from, to].map((one) => (one as Readonly<Record<string, unknown>>)[key]);
    if (equal(before, after)) continue;
    if (after === undefined) delete changed[key];
    else changed[key] = after;
  }
  return changed as T;
}
