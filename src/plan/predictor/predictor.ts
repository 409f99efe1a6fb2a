import { equal } from '../../base/json-value.ts';
import type { Model } from '../../model/model.ts';
import {
  componentOf,
  containerOf,
  hasSeveralNodes,
  isMlflowServer,
  modelNodeOf,
  nodesOf,
  pathToNode,
} from '../../seldon/graph.ts';
import { withReplicas } from '../../seldon/replicas.ts';
import type { ContainerSpec, GraphNode, Predictor } from '../../seldon/seldon-deployment.ts';
import { SELDON } from '../../seldon/seldon-deployment.ts';
import { overlay } from '../overlay.ts';
import type { RenderOptions } from '../plan-request.ts';
import { type Budget, probes } from './budget.ts';
import { hasPeoplesMetricsPort, metricsPortOf, peoplesProbes, type Standing, xtypeFor } from './own-parts.ts';

export interface PredictorRequest extends Standing {
  readonly name: string;
  /** Name of the node that gets the model. */
  readonly node: string;
  /** Percent. */
  readonly traffic: number;
  readonly model: Pick<Model, 'storageUri' | 'signature' | 'example'>;
  readonly options: Pick<
    RenderOptions,
    'protocol' | 'replicas' | 'envSecret' | 'serviceAccount' | 'orchestrator' | 'startupProbe'
  >;
  readonly budget: Budget;
  /** Replicas if neither the inputs nor the manifest set them; undefined: the field is not written. */
  readonly fallbackReplicas: number | undefined;
  /** The predictor of the user's base manifest, or the live one that stands for it. */
  readonly base: Predictor | undefined;
  /** The predictor whose `xtype` the model inherits; default: the live one. */
  readonly inherits?: Standing;
}

/** Renders one predictor: our defaults, overridden by the base manifest, overridden by the inputs. */
export function renderPredictor(request: PredictorRequest): Predictor {
  const { base, live, options } = request;
  const defaults = defaultsOf(request);
  const wanted = wantedBy(request);
  const rendered = base === undefined ? overlay(defaults, wanted) : overlay(overlay(defaults, base), wanted);
  const placed = base === undefined ? rendered : inOrderOf(base, rendered);
  const isInnermost = [base, live].some((one) => one?.componentSpecs?.[0]?.replicas !== undefined);
  return options.replicas === undefined ? placed : withReplicas(placed, options.replicas, isInnermost);
}

/** In a graph of several nodes the manifest's containers come first, as the operator has them: they name the Deployment. */
function inOrderOf(base: Predictor, rendered: Predictor): Predictor {
  if (!hasSeveralNodes(base.graph)) return rendered;
  const given = (base.componentSpecs ?? []).map(({ spec }) => (spec?.containers ?? []).map(({ name }) => name));
  const componentSpecs = (rendered.componentSpecs ?? []).map((component, at) => {
    if (component.spec === undefined) return component;
    const place = ({ name }: ContainerSpec) => {
      const index = given[at]?.indexOf(name) ?? -1;
      return index < 0 ? Number.MAX_SAFE_INTEGER : index;
    };
    const containers = component.spec.containers.toSorted((a, b) => place(a) - place(b));
    return { ...component, spec: { ...component.spec, containers } };
  });
  return { ...rendered, componentSpecs };
}

/** The part of it that is ours: where the live object stands for a manifest, the rest is its writers'. */
export function ownPartOf(request: PredictorRequest): Predictor {
  return overlay(defaultsOf(request), wantedBy(request));
}

/** Defaults that a base manifest can override. */
function defaultsOf(request: PredictorRequest): Predictor {
  const { name, node, options, budget, base, live, fallbackReplicas } = request;
  const given = containerOf(base, node);
  const kept = peoplesProbes(request, node);
  // With a startup probe of their own, people mean to say all about the start.
  const ownProbes = (given !== undefined && 'startupProbe' in given) || kept.includes('startupProbe');
  const ours = ownProbes ? {} : probes(options.protocol, node, { ...options, ...budget });
  const container = {
    ...Object.fromEntries(Object.entries(ours).filter(([key]) => !kept.includes(key))),
    // Seldon counts metrics ports over all predictors: unpinned, a later predictor's pods would restart
    // whenever an earlier one is added or removed. The operator sets the ports of MLServer.
    ...(options.protocol === 'seldon' &&
      metricsPortOf(given) === undefined &&
      !hasPeoplesMetricsPort(request, node) && { ports: [metricsPort(base?.graph)] }),
  };
  return {
    name,
    ...(fallbackReplicas !== undefined && { replicas: fallbackReplicas }),
    graph: hasSeveralNodes(base?.graph) ? { name: base?.graph.name ?? node } : { name: node, children: [] },
    progressDeadlineSeconds: budget.progressDeadline,
    componentSpecs: inComponentOf(base ?? live, node, container),
  };
}

/** The operator gives the other containers of a pod the numbers from 6000 on, and a number may be taken only once. */
function metricsPort(graph: GraphNode | undefined): object {
  return { name: 'metrics', containerPort: hasSeveralNodes(graph) ? 6900 : 6000, protocol: 'TCP' };
}

/** The container of the node in its pod. Pods before it are left as they are. */
function inComponentOf(
  predictor: Predictor | undefined,
  node: string,
  container: Readonly<Record<string, unknown>>,
): NonNullable<Predictor['componentSpecs']> {
  const before = Array.from({ length: componentOf(predictor, node) }, () => ({}));
  return [...before, { spec: { containers: [{ name: node, ...container }] } }];
}

/** What this run is about, and what the inputs say in so many words. */
function wantedBy(request: PredictorRequest): Predictor {
  const { name, node, traffic, model, options, base, live, inherits = request, budget } = request;
  // An operator's config may declare a server of its own beside Seldon's: it is kept.
  const server = [base, live]
    .map((one) => one && nodeIn(one, node)?.implementation)
    .find((one) => isMlflowServer({ ...(one !== undefined && { implementation: one }) }));
  const xtype = xtypeFor(model, inherits);
  const shipped: GraphNode = {
    name: node,
    implementation: server ?? 'MLFLOW_SERVER',
    modelUri: model.storageUri,
    ...(options.envSecret !== undefined && { envSecretRefName: options.envSecret }),
    ...(options.serviceAccount !== undefined && { serviceAccountName: options.serviceAccount }),
    ...(xtype !== undefined && { parameters: [xtype] }),
  };
  return {
    name,
    ...(!options.orchestrator && { annotations: { [SELDON.noEngine]: 'true' } }),
    traffic,
    graph: (base && pathToNode(base.graph, shipped)) ?? shipped,
    // Asked for in so many words.
    ...(options.startupProbe && {
      componentSpecs: inComponentOf(base ?? live, node, probes(options.protocol, node, { ...options, ...budget })),
    }),
  };
}

/** In a graph of one node, that node, whatever its name. */
function nodeIn(predictor: Predictor, name: string): GraphNode | undefined {
  return nodesOf(predictor.graph).find((node) => node.name === name) ?? modelNodeOf(predictor);
}

/** Whether both produce the same pods. Replicas, traffic and deadlines change without a restart. */
export function samePods(a: Predictor, b: Predictor): boolean {
  return equal(podPart(a), podPart(b));
}

/** The fields of a predictor that affect the pod template. */
export function podPart(predictor: Predictor): Record<string, unknown> {
  const { traffic: _traffic, replicas: _replicas, progressDeadlineSeconds: _deadline, ...rest } = predictor;
  return rest;
}
