import { UserError } from '../../base/errors.ts';
import { equal } from '../../base/json-value.ts';
import {
  componentOf,
  containerOf,
  hasSeveralNodes,
  modelNodeName,
  modelNodeOf,
  modelUriOf,
  pathToNode,
  withNode,
} from '../../seldon/graph.ts';
import { leastShare } from '../../seldon/ingress.ts';
import { replicasOf } from '../../seldon/replicas.ts';
import type { GraphNode, Predictor } from '../../seldon/seldon-deployment.ts';
import { type PredictorLayout, renderedSpecOf } from '../manifest.ts';
import { modelsOf, titleOf } from '../model-note.ts';
import { type Plan, planOf } from '../plan.ts';
import type { PlanRequest } from '../plan-request.ts';
import { budgetOf } from '../predictor/budget.ts';
import { checkedModelNode } from '../predictor/model-node.ts';
import { type Standing, xtypeOf } from '../predictor/own-parts.ts';
import { liveOf } from './candidate.ts';
import { refuseOwnProgram } from './foreign-server.ts';

/**
 * The candidate's model becomes main's. While main is updated, the candidate keeps its traffic. When main is ready, it
 * takes all requests. Only then is the candidate removed. In a single apply, the operator's stale Available could remove it
 * too early, and requests would reach terminated pods. The traffic does not change while main is updated: a
 * canary's few pods could not handle all requests, and the pods of main are replaced one by one.
 */
export function promote(request: PlanRequest): Plan {
  const live = liveOf(request);
  const { main } = live;
  const candidate = candidateOf(request, live.spec.predictors.slice(1));
  for (const one of [main, candidate]) refuseOwnProgram(request, one);
  const budget = budgetOf(request.timeout, replicasOf(live.spec, main));
  const title = titleOf(modelsOf(live).get(candidate.name) ?? { uri: modelUriOf(candidate) ?? candidate.name });
  const graph = promotedGraph(main, candidate, `SeldonDeployment ${request.namespace}/${request.name}`);
  // What people wrote on main stays, and stays theirs: in the note, only what we rendered counts as ours.
  const ours = renderedSpecOf(live).predictors.find((one) => one.name === main.name);
  const promoted: Predictor = withProbesOf({ ...main, graph }, candidate);
  const brought = withoutPeoplesXtype(notedGraph(graph, promoted, ours), { live: main, ours });
  const whole =
    promoted.componentSpecs === main.componentSpecs
      ? undefined
      : withProbesOf({ name: main.name, ...ours, graph }, candidate);
  const noted = (traffic: number | undefined): Predictor => ({
    ...ours,
    ...whole,
    name: main.name,
    graph: brought,
    ...(traffic !== undefined && { traffic }),
  });
  const others = live.spec.predictors.slice(1).map((predictor) => ({ predictor, rendered: false }));
  const bringing = { otherFields: 'kept', models: [] } as const;
  const during: PredictorLayout = {
    ...bringing,
    entries: [{ predictor: promoted, rendered: true, noted: noted(main.traffic) }, ...others],
  };
  const least = leastShare(request.ingress);
  const all = (traffic: number) => ({ predictor: { ...promoted, traffic }, rendered: true, noted: noted(traffic) });
  const emptied: PredictorLayout = {
    ...bringing,
    entries: [
      all(100 - least),
      ...others.map((one) =>
        one.predictor === candidate ? { ...one, predictor: { ...candidate, traffic: least } } : one,
      ),
    ],
  };
  const after: PredictorLayout = {
    ...bringing,
    entries: [all(100), ...others.filter(({ predictor }) => predictor !== candidate && predictor.shadow === true)],
  };
  const answers = candidate.shadow !== true && (candidate.traffic ?? 0) > 0;
  const moved = {
    title: `${main.name} answers the requests, ${candidate.name} ${least === 0 ? 'none' : 'almost none'}`,
    layout: emptied,
    prove: [],
    throughEndpoint: false,
    bestEffort: true,
  } as const;
  return planOf(request, {
    stages: [
      {
        title: `${main.name} changes to ${title}, ${candidate.name} stays`,
        layout: during,
        prove: [main.name],
        throughEndpoint: false,
      },
      ...(answers ? [moved] : []),
      {
        title: `${main.name} has all traffic, ${candidate.name} is removed`,
        layout: after,
        prove: [main.name],
        throughEndpoint: true,
      },
    ],
    subject: main.name,
    budget,
  });
}

function candidateOf({ namespace, name, share }: PlanRequest, others: readonly Predictor[]): Predictor {
  const where = `SeldonDeployment ${namespace}/${name}`;
  if (share.predictor !== undefined) {
    const named = others.find((one) => one.name === share.predictor);
    if (named !== undefined) return aloneAmong(others, named, where);
    throw new UserError('nothing-to-promote', `${where} has no predictor \`${share.predictor}\` beside main`, {
      hint: `it has ${listed(others)}; correct the input \`predictor\``,
    });
  }
  const [first, ...more] = others;
  if (first === undefined) {
    throw new UserError('nothing-to-promote', `${where} has one predictor: there is nothing to promote`, {
      hint: 'deploy a candidate beside it first, with mode `canary`, `shadow`, `ab` or `blue-green`',
    });
  }
  if (more.length === 0) return first;
  throw new UserError('bad-input', `${where} has several predictors beside main: ${listed(others)}`, {
    hint: 'name one with the input `predictor`',
  });
}

/** Refuses another predictor that answers: its traffic would have no destination. */
function aloneAmong(others: readonly Predictor[], candidate: Predictor, where: string): Predictor {
  const rivals = others.filter((one) => one !== candidate && one.shadow !== true);
  if (rivals.length === 0) return candidate;
  throw new UserError('rollout-under-way', `${where} has another predictor that answers: ${listed(rivals)}`, {
    hint: 'roll back that predictor first: only one candidate at a time',
  });
}

export function listed(predictors: readonly Predictor[]): string {
  return predictors.length === 0 ? 'none' : predictors.map((one) => `\`${one.name}\``).join(', ');
}

/** In a graph of several nodes only the model's node comes from the candidate: main's other nodes stay. */
function promotedGraph(main: Predictor, candidate: Predictor, where: string): GraphNode {
  if (!hasSeveralNodes(main.graph) && !hasSeveralNodes(candidate.graph))
    return { ...candidate.graph, name: main.graph.name };
  const { name } = checkedModelNode(main, where, 'object-not-ours');
  const { children: _, ...proven } = checkedModelNode(candidate, where, 'object-not-ours');
  return withNode(main.graph, name, ({ children }) => ({ ...proven, name, ...(children && { children }) }));
}

/** Of a graph of several nodes only the model's node counts as ours, and what of the others was ours before. */
function notedGraph(graph: GraphNode, promoted: Predictor, ours: Predictor | undefined): GraphNode {
  if (!hasSeveralNodes(graph)) return graph;
  const node = modelNodeOf(promoted) ?? graph;
  const known = ours && pathToNode(ours.graph, node) !== undefined ? ours.graph : pathToNode(graph, node);
  return withNode(known ?? graph, node.name, ({ children }) => ({ ...node, ...(children && { children }) }));
}

/** What people wrote as `xtype` on main, and the candidate has from there, stays theirs. */
function withoutPeoplesXtype(graph: GraphNode, main: Standing & { readonly live: Predictor }): GraphNode {
  const theirs = xtypeOf(main.live);
  if (theirs === undefined || equal(theirs, xtypeOf(main.ours))) return graph;
  return withNode(graph, modelNodeName(main.live), ({ parameters = [], ...rest }) => {
    const others = parameters.filter((one) => !equal(one, theirs));
    return { ...rest, ...(others.length > 0 && { parameters: others }) };
  });
}

/** Main with the candidate's probes where it has none: Seldon's own would kill a server that builds its environment. */
function withProbesOf(main: Predictor, candidate: Predictor): Predictor {
  const node = modelNodeName(main);
  const isProbe = ([key]: readonly [string, unknown]) => key.endsWith('Probe');
  const probes = Object.entries(containerOf(candidate, modelNodeName(candidate)) ?? {}).filter(isProbe);
  const own = containerOf(main, node);
  if (probes.length === 0 || Object.entries(own ?? {}).some(isProbe)) return main;
  const at = componentOf(main, node);
  const componentSpecs = (main.componentSpecs ?? [{}]).map((component, index) => {
    if (index !== at) return component;
    const others = (component.spec?.containers ?? []).filter((one) => one !== own);
    const container = { ...(own ?? { name: node }), ...Object.fromEntries(probes) };
    return { ...component, spec: { ...component.spec, containers: [...others, container] } };
  });
  return { ...main, componentSpecs };
}
