import { createHash } from 'node:crypto';
import { canonicalJson, equal, isJsonObject } from '../base/json-value.ts';
import { containerOf, hasSeveralNodes, nodesOf } from '../seldon/graph.ts';
import {
  ANNOTATIONS,
  type ContainerSpec,
  type GraphNode,
  OWN_PREFIX,
  type Predictor,
  type SeldonDeployment,
  type SeldonDeploymentSpec,
} from '../seldon/seldon-deployment.ts';
import { type ModelNote, modelsOf } from './model-note.ts';
import { originAnnotations } from './origin.ts';
import { overlay, projected } from './overlay.ts';
import type { PlanRequest } from './plan-request.ts';
import { podPart, samePods } from './predictor/predictor.ts';

/** A predictor's place in `spec.predictors`. */
export interface LaidOutPredictor {
  readonly predictor: Predictor;
  /** True: rendered by us, and fields that others wrote on the live one are merged in. False: applied unchanged. */
  readonly rendered: boolean;
  /** The part that counts as ours, if it is not all of it or the part that was recorded before. */
  readonly noted?: Predictor;
}

export interface PredictorLayout {
  /** In the order of `spec.predictors`. The first one answers if no other does. */
  readonly entries: readonly [LaidOutPredictor, ...LaidOutPredictor[]];
  /** The fields of `spec` beside the predictors. `kept`: the fields that we wrote before, with their live values. */
  readonly otherFields: Omit<SeldonDeploymentSpec, 'predictors'> | 'kept';
  /** Labels and annotations of the object stay: they are not the model's. Always so with `kept`. */
  readonly keepsMetadata?: true;
  /** Models that this layout adds. */
  readonly models: readonly ModelNote[];
}

/**
 * Makes the manifest of one layout: rendered predictors merged with what others wrote on the live ones, with a new
 * rollout marker if their pods must be new, and our annotations.
 */
export function assembleManifest(request: PlanRequest, lineup: PredictorLayout): SeldonDeployment {
  const { live, name, namespace, options, salt } = request;
  const previous = renderedBefore(live);
  const around = lineup.otherFields === 'kept' ? keptOtherFields(live, previous) : lineup.otherFields;
  const frame = overlay(podRelevantFields(live?.spec), podRelevantFields(around), podRelevantFields(previous?.spec));
  const predictors = lineup.entries.map((place) => mergedPredictor(place, { live, previous, frame, salt }));
  const note: RenderedNote = {
    metadata:
      lineup.keepsMetadata || lineup.otherFields === 'kept' ? keptMetadata(live, previous) : givenMetadata(request),
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

/** The fields of `spec` beside the predictors that affect every pod template. */
function podRelevantFields(spec: Partial<SeldonDeploymentSpec> | undefined): Record<string, unknown> {
  return { annotations: spec?.annotations ?? {}, ...(spec?.protocol !== undefined && { protocol: spec.protocol }) };
}

interface Around {
  readonly live: SeldonDeployment | undefined;
  readonly previous: RenderedNote | undefined;
  /** The fields of `spec` beside the predictors that affect every pod template. */
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
  const before = byName(previous?.spec);
  const merged = overlay(
    liveOne && comparable(liveOne, predictor),
    predictor,
    before && withNodeNamed(before, predictor.graph.name),
  );
  const keepsPods = liveOne !== undefined && equal(frame, podRelevantFields(live?.spec)) && samePods(merged, liveOne);
  return keepsPods && salt === undefined ? merged : marked(merged, frame, salt);
}

/** The live predictor to merge with. Where a graph of several nodes has another root, each node has its live fields at its new place. */
function comparable(live: Predictor, { graph }: Predictor): Predictor {
  const isGraph = hasSeveralNodes(live.graph) || hasSeveralNodes(graph);
  if (live.graph.name === graph.name) return live;
  if (!isGraph) return withNodeNamed(live, graph.name);
  const known = new Map(nodesOf(live.graph).map((node) => [node.name, node]));
  const standing = (node: GraphNode): GraphNode => {
    const { children: _, ...fields } = known.get(node.name) ?? node;
    return { ...fields, ...(node.children && { children: node.children.map(standing) }) };
  };
  return { ...live, graph: standing(graph) };
}

/** A predictor whose only node has another name, and its container with it: what people wrote there stays with the model. */
function withNodeNamed(predictor: Predictor, name: string): Predictor {
  const { graph, componentSpecs } = predictor;
  if (graph.name === name || hasSeveralNodes(graph) || containerOf(predictor, name) !== undefined) return predictor;
  const renamed = (one: ContainerSpec) => (one.name === graph.name ? { ...one, name } : one);
  return {
    ...predictor,
    graph: { ...graph, name },
    ...(componentSpecs && {
      componentSpecs: componentSpecs.map((component) => {
        if (component.spec === undefined) return component;
        return { ...component, spec: { ...component.spec, containers: component.spec.containers.map(renamed) } };
      }),
    }),
  };
}

/** Gives a predictor a new rollout marker: a hash of all fields that affect its pods. */
function marked(predictor: Predictor, frame: unknown, salt: string | undefined): Predictor {
  const { [ANNOTATIONS.rollout]: _old, ...annotations } = predictor.annotations ?? {};
  const basis = canonicalJson({ frame, predictor: podPart({ ...predictor, annotations }), ...(salt && { salt }) });
  const marker = createHash('sha256').update(basis).digest('hex').slice(0, 16);
  return { ...predictor, annotations: { ...annotations, [ANNOTATIONS.rollout]: marker } };
}

/** What we rendered last, stored on the object. It separates our fields from those of other writers. */
interface RenderedNote {
  readonly metadata: {
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: SeldonDeploymentSpec;
}

/** The part of the live object that we rendered. */
export function renderedSpecOf(live: SeldonDeployment): SeldonDeploymentSpec {
  return renderedBefore(live)?.spec ?? { predictors: [] };
}

/** An unreadable annotation counts as empty: then all fields are kept. */
export function renderedBefore(live: SeldonDeployment | undefined): RenderedNote | undefined {
  try {
    const note: unknown = JSON.parse(live?.metadata.annotations?.[ANNOTATIONS.rendered] ?? '');
    if (!isJsonObject(note) || !isJsonObject(note['metadata']) || !isJsonObject(note['spec'])) return undefined;
    return Array.isArray(note['spec']['predictors']) ? (note as unknown as RenderedNote) : undefined;
  } catch {
    return undefined;
  }
}

/** An apply removes our fields that it omits. So fields that stay are applied again with their live values. */
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
  // A history or a note of ours in a file would be believed by later runs.
  const theirs = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith(OWN_PREFIX));
  return { ...(labels && { labels }), ...(annotations && { annotations: Object.fromEntries(theirs) }) };
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
