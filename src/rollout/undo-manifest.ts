import { isJsonObject } from '../base/json-value.ts';
import { overlay, projected } from '../plan/overlay.ts';
import { withScalingSince } from '../seldon/replicas.ts';
import { ANNOTATIONS, FIELD_MANAGER, type Predictor, type SeldonDeployment } from '../seldon/seldon-deployment.ts';

/**
 * The manifest that undoes an apply: for every field that we applied or owned before, the previous value. A
 * field that did not exist before is left out. Server-side apply removes it, because only we own it.
 *
 * Numbers of replicas that were changed since the apply stay: people and autoscalers own them.
 *
 * @param sent   what we applied, and what the server made of it
 * @param before the live object as it was before that
 * @param now    the object now: it must not have changed since we read it
 */
export function undoManifest(
  { manifest: sent, applied }: { readonly manifest: SeldonDeployment; readonly applied: SeldonDeployment },
  before: SeldonDeployment,
  now: SeldonDeployment | undefined,
): SeldonDeployment {
  const { resourceVersion: _, ...metadata } = sent.metadata;
  const touched = overlay(ownedFields(before) as object, { ...sent, metadata });
  const restored = projected(touched, before) as SeldonDeployment;
  const resourceVersion = now?.metadata.resourceVersion;
  return {
    ...restored,
    spec: now === undefined ? restored.spec : withScalingSince(restored.spec, { from: applied.spec, to: now.spec }),
    metadata: { ...restored.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
  };
}

/**
 * The manifest to apply before an undo, so that no request is lost: the previous predictors with their traffic, and the
 * predictors that will be removed without any. Undefined if no predictor that answers is removed.
 */
export function withRequestsMovedBack(
  applied: SeldonDeployment,
  before: SeldonDeployment,
): SeldonDeployment | undefined {
  const had = new Map(before.spec.predictors.map((one) => [one.name, one]));
  const goes = ({ name, shadow, traffic = 0 }: Predictor) => !had.has(name) && shadow !== true && traffic > 0;
  if (!applied.spec.predictors.some(goes)) return undefined;
  const isSole = before.spec.predictors.filter((one) => one.shadow !== true).length === 1;
  const predictors = applied.spec.predictors.map((one): Predictor => {
    const old = had.get(one.name);
    const traffic = isSole && old !== undefined && old.shadow !== true ? 100 : old?.traffic;
    if (goes(one)) return { ...one, traffic: 0 };
    const own = old !== undefined && hasOtherPods(one, old) ? old : one;
    return traffic === undefined ? own : { ...own, traffic };
  });
  return { ...applied, spec: { ...applied.spec, predictors } };
}

/** Whether the pods of a predictor that stays are other ones than before. */
export function changedPods(applied: SeldonDeployment, before: SeldonDeployment): boolean {
  return before.spec.predictors.some((old) =>
    applied.spec.predictors.some((one) => one.name === old.name && hasOtherPods(one, old)),
  );
}

function hasOtherPods(one: Predictor, old: Predictor): boolean {
  return one.annotations?.[ANNOTATIONS.rollout] !== old.annotations?.[ANNOTATIONS.rollout];
}

/** The fields that our last apply owned, as a tree with `true` at leaves and lists. */
function ownedFields({ metadata }: SeldonDeployment): unknown {
  const entry = metadata.managedFields?.find(
    ({ manager, operation, subresource }) =>
      manager === FIELD_MANAGER && operation === 'Apply' && (subresource ?? '') === '',
  );
  return fieldTreeOf(entry?.fieldsV1 ?? {});
}

/** `f:name` is a field; `k:…` and `v:…` are items of a list, which counts as a whole (structured-merge-diff). */
function fieldTreeOf(fields: unknown): unknown {
  const entries = isJsonObject(fields) ? Object.entries(fields).filter(([key]) => key !== '.') : [];
  if (entries.length === 0) return {};
  if (!entries.every(([key]) => key.startsWith('f:'))) return true;
  return Object.fromEntries(entries.map(([key, inner]) => [key.slice(2), isLeaf(inner) ? true : fieldTreeOf(inner)]));
}

function isLeaf(fields: unknown): boolean {
  return !isJsonObject(fields) || Object.keys(fields).length === 0;
}
