import { UserError } from '../../base/errors.ts';
import { isMlflowServer, modelNodeName, withNode } from '../../seldon/graph.ts';
import { routesAtOnce } from '../../seldon/ingress.ts';
import { checkedPredictorName } from '../../seldon/naming.ts';
import { protocolNamed } from '../../seldon/protocol.ts';
import {
  ANNOTATIONS,
  type GraphNode,
  type Predictor,
  SELDON,
  type SeldonDeployment,
} from '../../seldon/seldon-deployment.ts';
import { autoscalingOf } from '../../seldon/sizing.ts';
import { firstDeploymentCure } from '../first-deployment.ts';
import { assembleManifest, type LaidOutPredictor, type PredictorLayout, renderedSpecOf } from '../manifest.ts';
import { noteOf } from '../model-note.ts';
import type { StageDraft } from '../plan.ts';
import type { ModelPlanRequest, PlanRequest } from '../plan-request.ts';
import { type Budget, budgetOf } from '../predictor/budget.ts';
import { checkedModelNode, refuseGraphWithoutOrchestrator } from '../predictor/model-node.ts';
import { asManifest } from '../predictor/own-parts.ts';
import { renderPredictor } from '../predictor/predictor.ts';
import { sizeCandidate } from './candidate-size.ts';
import { refuseOwnProgram } from './foreign-server.ts';
import { candidateInWords, StandingCandidate } from './standing.ts';

/** Common parts of canary, shadow, ab and blue-green: a candidate predictor beside main. The pods of main do not change. */

/** The object with at least one predictor. @throws UserError nothing-live */
export function liveOf({ live, name, namespace, mode }: PlanRequest): SeldonDeployment & { readonly main: Predictor } {
  const main = live?.spec.predictors[0];
  if (live !== undefined && main !== undefined) return { ...live, main };
  throw new UserError(
    'nothing-live',
    `there is no SeldonDeployment ${namespace}/${name}, and mode \`${mode}\` needs one that is live`,
    { hint: firstDeploymentCure(mode) },
  );
}

function objectOf({ namespace, name }: PlanRequest): string {
  return `SeldonDeployment ${namespace}/${name}`;
}

/** Predictors after the first that answer requests. */
export function otherServingPredictors({ spec }: SeldonDeployment): readonly Predictor[] {
  return spec.predictors.slice(1).filter((one) => one.shadow !== true);
}

export interface CandidateSpec {
  readonly name: string;
  readonly shadow: boolean;
  /** Maximum percent. */
  readonly traffic: number;
  /** Its pods as a part of main's, if neither the inputs nor a live predictor of that name set them. Default: 1. */
  readonly ratio?: number;
}

/** The candidate: the settings of main (resources, tolerations, environment) with the new model. */
export function renderCandidate(
  request: ModelPlanRequest,
  candidate: CandidateSpec,
): { predictor: Predictor; budget: Budget; notes: readonly string[] } {
  const live = liveOf(request);
  const { main } = live;
  const { traffic, ratio = 1 } = candidate;
  const name = checkedPredictorName(candidate.name);
  const noted = renderedSpecOf(live).predictors;
  const renderedIn = (one: Predictor) => noted.find((other) => other.name === one.name);
  const base = baseFromMain(main, renderedIn(main));
  const size = { live, main, traffic, ratio, asked: request.options.replicas };
  const budget = budgetOf(request.timeout, sizeCandidate({ ...size, candidate: { ...base, name } }).pods);
  const before = live.spec.predictors.find((one) => one.name === name);
  const rendered = renderPredictor({
    name,
    node: checkedModelNode(main, objectOf(request), 'object-not-ours').name,
    traffic,
    model: request.model,
    options: { ...request.options, replicas: undefined },
    fallbackReplicas: undefined,
    budget,
    base,
    live: before,
    ours: before && renderedIn(before),
    inherits: { live: main, ours: renderedIn(main) },
  });
  const { candidate: sized, notes } = sizeCandidate({ ...size, candidate: rendered });
  return { predictor: candidate.shadow ? { ...sized, shadow: true } : sized, budget, notes };
}

/** Main as a manifest for a candidate: without its model, and without parameters of another server than MLflow's. */
function baseFromMain(main: Predictor, ours: Predictor | undefined): Predictor {
  const bare = withoutOwnFields(asManifest({ live: main, ours }));
  const emptied = ({ modelUri: _uri, parameters, ...node }: GraphNode): GraphNode =>
    parameters === undefined || !(node.implementation === undefined || isMlflowServer(node))
      ? node
      : { ...node, parameters };
  return { ...bare, graph: withNode(bare.graph, modelNodeName(main), emptied) };
}

/** A predictor without name, traffic, marker, and fields that two predictors cannot share. */
export function withoutOwnFields(predictor: Predictor): Predictor {
  const {
    traffic: _traffic,
    shadow: _shadow,
    explainer: _explainer,
    annotations = {},
    labels = {},
    ...rest
  } = predictor;
  const { [ANNOTATIONS.rollout]: _marker, [SELDON.serviceName]: _service, ...shared } = annotations;
  const { [SELDON.predictorLabel]: _version, ...marks } = labels;
  return {
    ...structuredClone(rest),
    ...(Object.keys(shared).length > 0 && { annotations: shared }),
    ...(Object.keys(marks).length > 0 && { labels: marks }),
  };
}

/** The live predictors in their order with new traffic, and the candidate in its old place or last, so main keeps its pods. */
export function layoutWith(
  request: ModelPlanRequest,
  candidate: Predictor,
  shares: Readonly<Record<string, number>>,
): PredictorLayout {
  const placed = (predictor: Predictor): LaidOutPredictor =>
    predictor.name === candidate.name
      ? { predictor: withShare(candidate, shares), rendered: true }
      : { predictor: withShare(predictor, shares), rendered: false };
  const { main, spec } = liveOf(request);
  const rest = spec.predictors.slice(1);
  const isNew = rest.every((one) => one.name !== candidate.name);
  return {
    entries: [placed(main), ...rest.map(placed), ...(isNew ? [placed(candidate)] : [])],
    otherFields: 'kept',
    models: [noteOf(request.model)],
  };
}

/**
 * The stages that add a candidate: without requests, so that it is proven first. A live candidate
 * with other pods loses its requests first. Empty if its pods are already live.
 */
export function arrivalStages(request: ModelPlanRequest, candidate: Predictor): readonly StageDraft[] {
  const { main, spec } = liveOf(request);
  const { name } = candidate;
  const all = { [main.name]: 100 };
  const layout = layoutWith(request, { ...candidate, traffic: 0 }, all);
  const markerIn = (one: SeldonDeployment['spec']) => one.predictors.find((other) => other.name === name)?.annotations;
  // There, traffic 0 is not written as a weight: Ambassador would give the predictor the rest.
  if (routesAtOnce(request.ingress)) return [];
  const marker = markerIn(assembleManifest(request, layout).spec)?.[ANNOTATIONS.rollout];
  if (marker !== undefined && marker === markerIn(spec)?.[ANNOTATIONS.rollout]) return [];
  const before = spec.predictors.find((one) => one.name === name);
  const up = { title: `${name} is ready, without requests`, layout, prove: [name], throughEndpoint: false } as const;
  const least = autoscalingOf(candidate)?.least ?? 1;
  const arriving = {
    ...up,
    compare: [main.name, name] as const,
    ...(least > 1 && { autoscaled: { predictor: name, pods: least } }),
  };
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
  const traffic = Object.hasOwn(shares, predictor.name) ? shares[predictor.name] : undefined;
  return traffic === undefined ? predictor : { ...predictor, traffic };
}

/** Refuses live predictors that a candidate of that name cannot run beside. @throws UserError rollout-under-way, object-not-ours */
export function checkOtherPredictors(
  request: ModelPlanRequest,
  candidate: Pick<CandidateSpec, 'name' | 'shadow'>,
): void {
  const live = liveOf(request);
  const where = objectOf(request);
  if (candidate.name === live.main.name) {
    throw new UserError('bad-input', `${where} already has a first predictor of that name: \`${candidate.name}\``, {
      hint:
        request.mode === 'ab'
          ? 'set another name for the candidate with the input `predictor`'
          : 'give the first predictor another name, or use mode `ab` with the input `predictor`',
    });
  }
  const rivals = live.spec.predictors
    .slice(1)
    .filter((one) => (one.shadow === true) === candidate.shadow && one.name !== candidate.name);
  if (rivals.length > 0) {
    const names = rivals.map((one) => candidateInWords(live, one)).join(', ');
    throw new StandingCandidate('rollout-under-way', `${where} has another predictor beside main: ${names}`, {
      hint: 'promote it or roll it back first: only one candidate at a time',
    });
  }
  const namesake = live.spec.predictors.find((one) => one.name === candidate.name);
  if (namesake !== undefined && (namesake.shadow === true) !== candidate.shadow) {
    throw new StandingCandidate('rollout-under-way', `${where} has a predictor \`${candidate.name}\` of another kind`, {
      hint: 'roll it back first',
    });
  }
  checkedModelNode(live.main, where, 'object-not-ours');
  for (const copied of [live.main, namesake]) refuseOwnProgram(request, copied);
  refuseGraphWithoutOrchestrator(request, live.main.graph);
  const { protocol } = live.spec;
  if (protocolNamed(protocol) !== request.options.protocol) {
    throw new UserError('bad-input', `${where} speaks protocol \`${protocol ?? 'seldon'}\`: all its predictors do`, {
      hint: 'leave the input `protocol` out, or change the protocol with mode `direct` first',
    });
  }
}
