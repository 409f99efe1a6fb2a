import { UserError } from '../base/errors.ts';
import { isJsonObject } from '../base/json-value.ts';
import { mostOf } from '../base/numbers/extremes.ts';
import { modelUriOf } from '../seldon/graph.ts';
import { ANNOTATIONS, type SeldonDeployment, type SeldonDeploymentSpec } from '../seldon/seldon-deployment.ts';
import { renderedSpecOf } from './manifest.ts';
import { isNote, type ModelNote, modelsOf } from './model-note.ts';

/** A state of the first predictor that was ready and proven. */
export interface ProvenRevision {
  /** Counts up from 1 on each object. */
  readonly revision: number;
  readonly model: ModelNote;
  /** ISO 8601. */
  readonly time: string;
  readonly run?: string;
  readonly commit?: string;
  /** It was rolled back, so a later rollback does not choose it by default. */
  readonly rolledBack?: true;
  /** With one predictor. */
  readonly spec: SeldonDeploymentSpec;
  /** The part that we rendered. Other writers own the rest. */
  readonly rendered: SeldonDeploymentSpec;
}

/** Whether a history begins with that revision: one that is too long for it is left out. */
export function hasRevision([newest]: readonly ProvenRevision[], { time }: NewRevision): boolean {
  return newest?.time === time;
}

/** Kubernetes allows 256 KiB for all annotations of an object together. */
const MOST_REVISIONS = 10;
const MOST_BYTES = 64 * 1024;

/** The proven revisions of this object, newest first, from our annotation. An unreadable annotation counts as empty. */
export function historyOf(object: SeldonDeployment | undefined): readonly ProvenRevision[] {
  try {
    const parsed: unknown = JSON.parse(object?.metadata.annotations?.[ANNOTATIONS.history] ?? '[]');
    return Array.isArray(parsed) ? parsed.filter(isRevision) : [];
  } catch {
    return [];
  }
}

function isRevision(value: unknown): value is ProvenRevision {
  if (!isJsonObject(value)) return false;
  const specs = [value['spec'], value['rendered']];
  return (
    typeof value['revision'] === 'number' &&
    isNote(value['model']) &&
    specs.every((spec) => isJsonObject(spec) && Array.isArray(spec['predictors']))
  );
}

/** The current first predictor alone, with all traffic. To be called after it was proven. */
export function provenPart(object: SeldonDeployment): Pick<ProvenRevision, 'model' | 'spec' | 'rendered'> | undefined {
  const [main] = object.spec.predictors;
  const model = main && modelsOf(object).get(main.name);
  if (main === undefined || model === undefined) return undefined;
  const alone = (spec: SeldonDeploymentSpec) => ({
    ...spec,
    predictors: spec.predictors.filter((one) => one.name === main.name).map((one) => ({ ...one, traffic: 100 })),
  });
  return { model, spec: alone(object.spec), rendered: alone(renderedSpecOf(object)) };
}

export type NewRevision = Omit<ProvenRevision, 'revision' | 'rolledBack'>;

/**
 * The history with one more revision in front. If the new revision restores an older one, those in between were rolled
 * back. The oldest revisions are dropped if the history is too long.
 *
 * @param restored number of the revision that this one restores
 */
export function withRevision(
  history: readonly ProvenRevision[],
  added: NewRevision,
  restored: number | undefined,
): readonly ProvenRevision[] {
  const revision = mostOf([0, ...history.map((one) => one.revision)]) + 1;
  const before = history
    .filter((one) => one.revision !== restored)
    .map((one) => (restored !== undefined && one.revision > restored ? { ...one, rolledBack: true as const } : one));
  // What does not fit by itself must not cost the others their place.
  const fits = bytesOf([{ revision, ...added }]) <= MOST_BYTES;
  const all = [...(fits ? [{ revision, ...added }] : []), ...before].slice(0, MOST_REVISIONS);
  while (all.length > 0 && bytesOf(all) > MOST_BYTES) all.pop();
  return all;
}

/** Whether the current object is the newest proven revision. */
export function isNewest(object: SeldonDeployment, history: readonly ProvenRevision[]): boolean {
  const [newest] = history;
  return newest !== undefined && servesSame(object, newest);
}

export function servesSame(object: SeldonDeployment, revision: ProvenRevision): boolean {
  const marker = (spec: SeldonDeploymentSpec) => spec.predictors[0]?.annotations?.[ANNOTATIONS.rollout];
  const uri = (spec: SeldonDeploymentSpec) => spec.predictors[0] && modelUriOf(spec.predictors[0]);
  return marker(object.spec) === marker(revision.spec) && uri(object.spec) === uri(revision.spec);
}

/**
 * Refuses to return to a revision that was rolled back, if changes need a plan.
 * @throws UserError plan-required
 */
export function refuseReturn(object: SeldonDeployment | undefined, restores: number | undefined): void {
  const target = historyOf(object).find(({ revision }) => revision === restores);
  if (target?.rolledBack !== true) return;
  throw new UserError(
    'plan-required',
    `revision ${restores} was rolled back: to return to it needs a plan, as to deploy`,
    {
      hint: 'comment `plan mode=rollback` with the same `to`, then this command with the plan’s `plan=…`',
    },
  );
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
