import { UserError } from '../../base/errors.ts';
import { routesAtOnce } from '../../seldon/ingress.ts';
import { checkedPredictorName } from '../../seldon/naming.ts';
import { protocolNamed } from '../../seldon/protocol.ts';
import { replicasOf } from '../../seldon/replicas.ts';
import { ANNOTATIONS, type Predictor, SELDON, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import { type Budget, budgetOf } from '../budget.ts';
import { assembleManifest, type LaidOutPredictor, type PredictorLayout } from '../manifest.ts';
import { noteOf } from '../model-note.ts';
import type { StageDraft } from '../plan.ts';
import type { ModelPlanRequest, PlanRequest } from '../plan-request.ts';
import { renderPredictor } from '../predictor.ts';

/** What canary, shadow, ab and blue-green have in common: a new predictor beside main, whose pods nobody touches. */

/** The object with at least one predictor. @throws UserError nothing-live */
export function liveOf({ live, name, namespace, mode }: PlanRequest): SeldonDeployment & { readonly main: Predictor } {
  const main = live?.spec.predictors[0];
  if (live !== undefined && main !== undefined) return { ...live, main };
  throw new UserError(
    'nothing-live',
    `there is no SeldonDeployment ${namespace}/${name}, and mode \`${mode}\` needs one that is live`,
    { hint: 'deploy a first model with mode `direct`, or correct the inputs `name` and `namespace`' },
  );
}

/** Predictors after the first that answer requests. */
export function otherServingPredictors({ spec }: SeldonDeployment): readonly Predictor[] {
  return spec.predictors.slice(1).filter((one) => one.shadow !== true);
}

export interface CandidateSpec {
  readonly name: string;
  readonly shadow: boolean;
  /** Percent at its most. */
  readonly traffic: number;
  /** Pods it needs, where neither the inputs nor a live predictor of that name say. */
  readonly replicas: number;
}

/** The new predictor: main's surroundings (resources, tolerations, environment), the new model. */
export function renderCandidate(
  request: ModelPlanRequest,
  newcomer: CandidateSpec,
): { predictor: Predictor; budget: Budget } {
  const { main, spec } = liveOf(request);
  const name = checkedPredictorName(newcomer.name);
  const live = spec.predictors.find((one) => one.name === name);
  const replicas = request.options.replicas ?? (live && replicasOf(spec, live)) ?? newcomer.replicas;
  const budget = budgetOf(request.timeout, replicas);
  const rendered = renderPredictor({
    name,
    node: main.graph.name,
    traffic: newcomer.traffic,
    model: request.model,
    options: { ...request.options, replicas },
    fallbackReplicas: undefined,
    budget,
    base: baseFromMain(main),
    live,
  });
  return { predictor: newcomer.shadow ? { ...rendered, shadow: true } : rendered, budget };
}

/** Main without what is its own: name, share, marker, model, and what two predictors may not both have. */
function baseFromMain(main: Predictor): Predictor {
  const { traffic: _traffic, shadow: _shadow, explainer: _explainer, annotations = {}, labels = {}, ...rest } = main;
  const { [ANNOTATIONS.rollout]: _marker, [SELDON.serviceName]: _service, ...shared } = annotations;
  const { [SELDON.predictorLabel]: _version, ...marks } = labels;
  const { modelUri: _uri, parameters, ...graph } = main.graph;
  const settings = parameters?.filter(({ name }) => name !== 'xtype') ?? [];
  return {
    ...structuredClone(rest),
    ...(Object.keys(shared).length > 0 && { annotations: shared }),
    ...(Object.keys(marks).length > 0 && { labels: marks }),
    graph: { ...graph, ...(settings.length > 0 && { parameters: settings }) },
  };
}

/** The live predictors in their order with new shares, and the newcomer in its old place or last: so main keeps its pods. */
export function layoutWith(
  request: ModelPlanRequest,
  newcomer: Predictor,
  shares: Readonly<Record<string, number>>,
): PredictorLayout {
  const placed = (predictor: Predictor): LaidOutPredictor =>
    predictor.name === newcomer.name
      ? { predictor: withShare(newcomer, shares), rendered: true }
      : { predictor: withShare(predictor, shares), rendered: false };
  const { main, spec } = liveOf(request);
  const rest = spec.predictors.slice(1);
  const isNew = rest.every((one) => one.name !== newcomer.name);
  return {
    entries: [placed(main), ...rest.map(placed), ...(isNew ? [placed(newcomer)] : [])],
    otherFields: 'kept',
    models: [noteOf(request.model)],
  };
}

/**
 * How a predictor arrives: without requests, so that it is proven before anybody depends on it. One that stands there
 * with other pods loses its requests first. Empty where its pods are live already.
 */
export function arrivalStages(request: ModelPlanRequest, newcomer: Predictor): readonly StageDraft[] {
  const { main, spec } = liveOf(request);
  const { name } = newcomer;
  const all = { [main.name]: 100 };
  const layout = layoutWith(request, { ...newcomer, traffic: 0 }, all);
  const markerIn = (one: SeldonDeployment['spec']) => one.predictors.find((other) => other.name === name)?.annotations;
  // There a share of 0 is none of its own: Ambassador would deal out what is left.
  if (routesAtOnce(request.ingress)) return [];
  const marker = markerIn(assembleManifest(request, layout).spec)?.[ANNOTATIONS.rollout];
  if (marker !== undefined && marker === markerIn(spec)?.[ANNOTATIONS.rollout]) return [];
  const before = spec.predictors.find((one) => one.name === name);
  const up = { title: `${name} is up, without requests`, layout, prove: [name], throughEndpoint: false } as const;
  const arriving = { ...up, compare: [main.name, name] as const };
  if ((before?.traffic ?? 0) === 0) return [arriving];
  const places = spec.predictors.map((one) => ({ predictor: withShare(one, { ...all, [name]: 0 }), rendered: false }));
  const [first, ...rest] = places;
  if (first === undefined) return [arriving];
  const emptied: StageDraft = {
    title: `${main.name} answers all requests while ${name} changes`,
    layout: { entries: [first, ...rest], otherFields: 'kept', models: [] },
    prove: [],
    throughEndpoint: false,
    bestEffort: true,
  };
  return [emptied, arriving];
}

function withShare(predictor: Predictor, shares: Readonly<Record<string, number>>): Predictor {
  const traffic = shares[predictor.name];
  return traffic === undefined ? predictor : { ...predictor, traffic };
}

/** Refuses what a new predictor of that name cannot stand beside. @throws UserError rollout-under-way, object-not-ours */
export function checkOtherPredictors(
  request: ModelPlanRequest,
  newcomer: Pick<CandidateSpec, 'name' | 'shadow'>,
): void {
  const live = liveOf(request);
  const where = `SeldonDeployment ${request.namespace}/${request.name}`;
  if (newcomer.name === live.main.name) {
    throw new UserError('bad-input', `${where} has a first predictor of that name already: \`${newcomer.name}\``, {
      hint: 'give the new one another name, with the input `predictor`',
    });
  }
  const rivals = live.spec.predictors
    .slice(1)
    .filter((one) => (one.shadow === true) === newcomer.shadow && one.name !== newcomer.name);
  if (rivals.length > 0) {
    const names = rivals.map((one) => `\`${one.name}\``).join(', ');
    throw new UserError('rollout-under-way', `${where} has another predictor beside main: ${names}`, {
      hint: 'promote it or roll it back first: one new model at a time',
    });
  }
  const namesake = live.spec.predictors.find((one) => one.name === newcomer.name);
  if (namesake !== undefined && (namesake.shadow === true) !== newcomer.shadow) {
    throw new UserError('rollout-under-way', `${where} has a predictor \`${newcomer.name}\` of another kind`, {
      hint: 'roll it back first',
    });
  }
  if ((live.main.graph.children ?? []).length > 0) {
    throw new UserError('object-not-ours', `${where} has a graph of several nodes`, {
      hint: 'this action ships one MLflow model as a graph of one node; choose another `name`',
    });
  }
  const { protocol } = live.spec;
  if (protocolNamed(protocol) !== request.options.protocol) {
    throw new UserError('bad-input', `${where} speaks protocol \`${protocol ?? 'seldon'}\`: all its predictors do`, {
      hint: 'leave the input `protocol` out, or change the protocol with mode `direct` first',
    });
  }
}
