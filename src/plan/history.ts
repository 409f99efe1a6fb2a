import { isJsonObject } from '../base/json-value.ts';
import { ANNOTATIONS, type SeldonDeployment, type SeldonDeploymentSpec } from '../seldon/seldon-deployment.ts';
import { renderedSpecOf } from './manifest.ts';
import { isNote, type ModelNote, modelsOf } from './model-note.ts';

/** A state of the first predictor that came up and answered. */
export interface ProvenRevision {
  /** Counts up from 1 on each object. */
  readonly revision: number;
  readonly model: ModelNote;
  /** ISO 8601. */
  readonly time: string;
  readonly run?: string;
  readonly commit?: string;
  /** Somebody went back behind it: no rollback returns to it by itself. */
  readonly rolledBack?: true;
  /** With one predictor. */
  readonly spec: SeldonDeploymentSpec;
  /** What of it was rendered by us; the rest is others'. */
  readonly rendered: SeldonDeploymentSpec;
}

/** Kubernetes allows 256 KiB for all annotations of an object together. */
const MOST_REVISIONS = 10;
const MOST_BYTES = 64 * 1024;

/** What was proven on this object, newest first, from our own note. A note that somebody damaged counts as none. */
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

/** The first predictor alone, with all the traffic, as it is now: to be called once it answered. */
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
 * The history with one more revision in front. Where that one was taken from an older one, those in between were rolled
 * back. The oldest go where it would grow too many or too long.
 *
 * @param restored number of the revision that this one restores
 */
export function withRevision(
  history: readonly ProvenRevision[],
  added: NewRevision,
  restored: number | undefined,
): readonly ProvenRevision[] {
  const revision = Math.max(0, ...history.map((one) => one.revision)) + 1;
  const before = history
    .filter((one) => one.revision !== restored)
    .map((one) => (restored !== undefined && one.revision > restored ? { ...one, rolledBack: true as const } : one));
  const all = [{ revision, ...added }, ...before].slice(0, MOST_REVISIONS);
  while (all.length > 0 && bytesOf(all) > MOST_BYTES) all.pop();
  return all;
}

/** Is what stands on the object now the newest that was proven? */
export function isNewest(object: SeldonDeployment, history: readonly ProvenRevision[]): boolean {
  const [newest] = history;
  return newest !== undefined && servesSame(object, newest);
}

export function servesSame(object: SeldonDeployment, revision: ProvenRevision): boolean {
  const marker = (spec: SeldonDeploymentSpec) => spec.predictors[0]?.annotations?.[ANNOTATIONS.rollout];
  const uri = (spec: SeldonDeploymentSpec) => spec.predictors[0]?.graph.modelUri;
  return marker(object.spec) === marker(revision.spec) && uri(object.spec) === uri(revision.spec);
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
