import { equal } from '../base/json-value.ts';
import { withoutReplicas, withScalingSince } from '../seldon/replicas.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** Whether the object still has the spec that was applied, but for numbers of replicas: people and autoscalers own them. */
export function isAsApplied(now: SeldonDeployment, applied: SeldonDeployment): boolean {
  return (
    now.metadata.uid === applied.metadata.uid &&
    now.metadata.deletionTimestamp === undefined &&
    equal(withoutReplicas(now.spec), withoutReplicas(applied.spec))
  );
}

/**
 * A manifest for the object as it is now: guarded by its version, and with the numbers of replicas that others changed.
 * `spec.predictors` is one list: an apply of the planned numbers would take them back.
 * @param planned the spec that was applied before, as it was planned
 */
export function uponLive(
  manifest: SeldonDeployment,
  planned: Pick<SeldonDeployment, 'spec'>,
  now: SeldonDeployment,
): SeldonDeployment {
  const { resourceVersion } = now.metadata;
  const { predictors } = withScalingSince(manifest.spec, { from: planned.spec, to: now.spec });
  return {
    ...manifest,
    metadata: { ...manifest.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
    spec: { ...manifest.spec, predictors },
  };
}
