import { equal } from '../base/json-value.ts';
import type { Model, ModelDetails, Schema } from '../model/model.ts';
import { modelUriOf } from '../seldon/graph.ts';
import { replicasOf } from '../seldon/replicas.ts';
import { ANNOTATIONS, type Predictor, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { exposureOf } from './exposure.ts';
import type { Plan } from './plan.ts';

/** A model and its description in the registry. */
export interface Described {
  readonly model: Pick<Model, 'signature' | 'isDescribed'>;
  readonly details: ModelDetails | undefined;
}

/** The effects of a plan, for the person who approves it. */
export interface PlanPreview {
  /** Description of the new model in the registry. */
  readonly description: string | undefined;
  /** `column alcohol: double → float`, `column pH is removed`; undefined if one of both signatures is not known. */
  readonly signature: readonly string[] | undefined;
  readonly metrics: readonly MetricLine[];
  /** `stage: dev → prod`. */
  readonly tags: readonly string[];
  /** `main: 3 pods to be replaced by a rolling update, another model`. */
  readonly pods: readonly string[];
  /** Who reaches the new pods before they are proven; undefined if no pod is new. */
  readonly exposure: string | undefined;
  /** Each step of a canary: `main 90 %, canary 10 %`; empty for one step. */
  readonly steps: readonly string[];
  /** Seconds that each of them lasts at least. */
  readonly stepSeconds: number;
  /** How long each step takes until it shows something, one sentence each. */
  readonly estimates: readonly string[];
}

export interface MetricLine {
  readonly name: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export interface PreviewRequest {
  readonly live: SeldonDeployment | undefined;
  readonly plan: Pick<Plan, 'manifest' | 'stages' | 'restores'>;
  /** The current model of main; undefined for a first model. */
  readonly before: Described | undefined;
  readonly after: Described;
  readonly estimates: readonly string[];
  readonly stepSeconds: number;
}

export function previewOf({ live, plan, before, after, estimates, stepSeconds }: PreviewRequest): PlanPreview {
  return {
    description: after.details?.description,
    signature: before === undefined ? [] : signatureChanges(before.model, after.model),
    metrics: metricLines(before?.details?.metrics ?? new Map(), after.details?.metrics ?? new Map()),
    tags: tagChanges(before?.details?.tags ?? new Map(), after.details?.tags ?? new Map()),
    pods: podChanges(live, plan.manifest),
    exposure: exposureOf({ live, plan }),
    steps: stepsOf(plan),
    stepSeconds,
    estimates,
  };
}

function stepsOf({ stages }: PreviewRequest['plan']): readonly string[] {
  const titles = stages.filter(({ observed }) => observed === true).map(({ title }) => title);
  return titles.length > 1 ? titles : [];
}

function signatureChanges(before: Described['model'], after: Described['model']): readonly string[] | undefined {
  if (!before.isDescribed || !after.isDescribed) return undefined;
  return [
    ...schemaChanges('input', before.signature?.inputs, after.signature?.inputs),
    ...schemaChanges('output', before.signature?.outputs, after.signature?.outputs),
  ];
}

function schemaChanges(side: string, before: Schema | undefined, after: Schema | undefined): readonly string[] {
  if (equal(before ?? null, after ?? null)) return [];
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((name) => {
    const [was, is] = [old.get(name), fresh.get(name)];
    if (was === is) return [];
    if (is === undefined) return [`${side} ${name} is removed (was ${was})`];
    return [was === undefined ? `${side} ${name} is new: ${is}` : `${side} ${name}: ${was} → ${is}`];
  });
}

/** Type of each field, by its name or place. */
function fieldsOf(schema: Schema | undefined): ReadonlyMap<string, string> {
  if (schema === undefined) return new Map();
  if (schema.kind === 'columns')
    return new Map(
      schema.columns.map(({ name, type, required }, at) => [
        name ?? `#${at + 1}`,
        `${type}${required ? '' : ', optional'}`,
      ]),
    );
  return new Map(
    schema.tensors.map(({ name, dtype, shape }, at) => [name ?? `#${at + 1}`, `${dtype}[${shape.join(', ')}]`]),
  );
}

/** Maximum number of metrics in the comment. */
const MOST_METRICS = 15;

function metricLines(before: ModelDetails['metrics'], after: ModelDetails['metrics']): readonly MetricLine[] {
  const names = [...new Set([...after.keys(), ...before.keys()])].sort().slice(0, MOST_METRICS);
  return names.map((name) => ({ name, before: before.get(name), after: after.get(name) }));
}

function tagChanges(before: ModelDetails['tags'], after: ModelDetails['tags']): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: ${before.get(name) ?? 'none'} → ${after.get(name) ?? 'none'}`);
}

function podChanges(live: SeldonDeployment | undefined, planned: SeldonDeployment): readonly string[] {
  const old = live?.spec.predictors ?? [];
  const byName = (name: string) => old.find((one) => one.name === name);
  const stays = planned.spec.predictors.flatMap((one) => {
    const before = byName(one.name);
    const pods = counted(replicasOf(planned.spec, one));
    if (before === undefined) return [`${one.name}: ${pods} to be created`];
    if (markerOf(before) !== markerOf(one))
      return [`${one.name}: ${pods} to be replaced by a rolling update, ${reasonOf(before, one)}`];
    const [was, is] = [replicasOf(live?.spec, before), replicasOf(planned.spec, one)];
    return was === is ? [] : [`${one.name}: ${counted(was)} → ${is}`];
  });
  const goes = old.filter((one) => planned.spec.predictors.every(({ name }) => name !== one.name));
  const all = [...stays, ...goes.map((one) => `${one.name}: ${counted(replicasOf(live?.spec, one))} to be deleted`)];
  return all.length === 0 ? ['no pod is replaced'] : all;
}

function markerOf({ annotations }: Predictor): string | undefined {
  return annotations?.[ANNOTATIONS.rollout];
}

function reasonOf(before: Predictor, after: Predictor): string {
  return modelUriOf(before) === modelUriOf(after) ? 'other settings' : 'another model';
}

function counted(pods: number): string {
  return pods === 1 ? '1 pod' : `${pods} pods`;
}
