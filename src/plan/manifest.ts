import { createHash } from 'node:crypto';
import { canonicalJson, equal, isJsonObject } from '../base/json-value.ts';
import {
  ANNOTATIONS,
  type Predictor,
  type SeldonDeployment,
  type SeldonDeploymentSpec,
} from '../seldon/seldon-deployment.ts';
import { type ModelNote, modelsOf } from './model-note.ts';
import { originAnnotations } from './origin.ts';
import { overlay, projected } from './overlay.ts';
import type { PlanRequest } from './plan-request.ts';
import { podPart, samePods } from './predictor.ts';

/** A predictor's place in `spec.predictors`. */
export interface LaidOutPredictor {
  readonly predictor: Predictor;
  /** Rendered by us: what others wrote on the live one is merged in. Otherwise it is applied just as it is. */
  readonly rendered: boolean;
  /** What of it counts as ours, where that is neither all of it nor what was noted before. */
  readonly noted?: Predictor;
}

export interface PredictorLayout {
  /** In the order of `spec.predictors`; the first is the one that answers when no other does. */
  readonly entries: readonly [LaidOutPredictor, ...LaidOutPredictor[]];
  /** The fields of `spec` beside the predictors. `kept`: those that we wrote before, as they are now. */
  readonly otherFields: Omit<SeldonDeploymentSpec, 'predictors'> | 'kept';
  /** Models that this lineup brings in. */
  readonly models: readonly ModelNote[];
}

/**
 * Makes the manifest of one lineup: rendered predictors merged with what others wrote on the live ones, marked where
 * their pods must be new, and our notes on the object.
 */
export function assembleManifest(request: PlanRequest, lineup: PredictorLayout): SeldonDeployment {
  const { live, name, namespace, options, salt } = request;
  const previous = renderedBefore(live);
  const around = lineup.otherFields === 'kept' ? keptOtherFields(live, previous) : lineup.otherFields;
  const frame = overlay(podRelevantFields(live?.spec), podRelevantFields(around), podRelevantFields(previous?.spec));
  const predictors = lineup.entries.map((place) => mergedPredictor(place, { live, previous, frame, salt }));
  const note: RenderedNote = {
    metadata: lineup.otherFields === 'kept' ? keptMetadata(live, previous) : givenMetadata(request),
    spec: { ...around, predictors: renderedPredictors(lineup, previous) },
  };
  const manifest: SeldonDeployment = {
    apiVersion: `machinelearning.seldon.io/${options.apiVersion}`,
    kind: 'SeldonDeployment',
    metadata: {
      name,
      namespace,
      ...(note.metadata.labels && { labels: note.metadata.labels }),
      ...(live?.metadata.resourceVersion !== undefined && { resourceVersion: live.metadata.resourceVersion }),
    },
    spec: { ...around, predictors },
  };
  const known = new Map([...modelsOf(live).values(), ...lineup.models].map((one) => [one.uri, one]));
  manifest.metadata.annotations = {
    ...note.metadata.annotations,
    ...originAnnotations({ manifest, live, known, context: request.context }),
    [ANNOTATIONS.rendered]: JSON.stringify(note),
  };
  return manifest;
}

/** What of `spec` beside the predictors reaches every pod template. */
function podRelevantFields(spec: Partial<SeldonDeploymentSpec> | undefined): Record<string, unknown> {
  return { annotations: spec?.annotations ?? {}, ...(spec?.protocol !== undefined && { protocol: spec.protocol }) };
}

interface Around {
  readonly live: SeldonDeployment | undefined;
  readonly previous: RenderedNote | undefined;
  /** What of `spec` beside the predictors reaches every pod template. */
  readonly frame: Record<string, unknown>;
  readonly salt: string | undefined;
}

function mergedPredictor(
  { predictor, rendered }: LaidOutPredictor,
  { live, previous, frame, salt }: Around,
): Predictor {
  if (!rendered) return predictor;
  const byName = (spec: SeldonDeploymentSpec | undefined) =>
    spec?.predictors.find((one) => one.name === predictor.name);
  const liveOne = byName(live?.spec);
  const merged = overlay(liveOne, predictor, byName(previous?.spec));
  const keepsPods = liveOne !== undefined && equal(frame, podRelevantFields(live?.spec)) && samePods(merged, liveOne);
  return keepsPods && salt === undefined ? merged : marked(merged, frame, salt);
}

/** Gives a predictor a new rollout marker: a hash of all that makes its pods. */
function marked(predictor: Predictor, frame: unknown, salt: string | undefined): Predictor {
  const { [ANNOTATIONS.rollout]: _old, ...annotations } = predictor.annotations ?? {};
  const basis = canonicalJson({ frame, predictor: podPart({ ...predictor, annotations }), ...(salt && { salt }) });
  const marker = createHash('sha256').update(basis).digest('hex').slice(0, 16);
  return { ...predictor, annotations: { ...annotations, [ANNOTATIONS.rollout]: marker } };
}

/** What we rendered last, on the object itself: without it nobody could tell what others wrote from what we did. */
interface RenderedNote {
  readonly metadata: {
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: SeldonDeploymentSpec;
}

/** Of the object as it is, what we rendered. */
export function renderedSpecOf(live: SeldonDeployment): SeldonDeploymentSpec {
  return renderedBefore(live)?.spec ?? { predictors: [] };
}

/** A note that somebody damaged counts as none: then all is kept. */
export function renderedBefore(live: SeldonDeployment | undefined): RenderedNote | undefined {
  try {
    const note: unknown = JSON.parse(live?.metadata.annotations?.[ANNOTATIONS.rendered] ?? '');
    if (!isJsonObject(note) || !isJsonObject(note['metadata']) || !isJsonObject(note['spec'])) return undefined;
    return Array.isArray(note['spec']['predictors']) ? (note as unknown as RenderedNote) : undefined;
  } catch {
    return undefined;
  }
}

/** Left out of an apply, a field of ours would be removed; so what stays is said again, with its live value. */
function keptOtherFields(
  live: SeldonDeployment | undefined,
  previous: RenderedNote | undefined,
): PredictorLayout['otherFields'] & object {
  const { predictors: _, ...ours } = previous?.spec ?? { predictors: [] };
  return live === undefined ? ours : (projected(ours, live.spec) as typeof ours);
}

/** Labels and annotations of the user's manifest. */
function givenMetadata({ base }: PlanRequest): RenderedNote['metadata'] {
  const { labels, annotations } = base?.metadata ?? {};
  return { ...(labels && { labels }), ...(annotations && { annotations }) };
}

function keptMetadata(
  live: SeldonDeployment | undefined,
  previous: RenderedNote | undefined,
): RenderedNote['metadata'] {
  if (live === undefined || previous === undefined) return {};
  return projected(previous.metadata, live.metadata) as RenderedNote['metadata'];
}

function renderedPredictors({ entries: places }: PredictorLayout, previous: RenderedNote | undefined): Predictor[] {
  return places.flatMap(({ predictor, rendered, noted: note }) => {
    const before = previous?.spec.predictors.find((one) => one.name === predictor.name);
    return note ?? (rendered ? predictor : (before ?? []));
  });
}
