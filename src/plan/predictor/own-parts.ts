import { equal } from '../../base/json-value.ts';
import type { Model } from '../../model/model.ts';
import { containerOf, modelNodeName, modelNodeOf, nodesOf, withNode } from '../../seldon/graph.ts';
import {
  ANNOTATIONS,
  type ContainerSpec,
  type GraphNode,
  type GraphParameter,
  type Predictor,
} from '../../seldon/seldon-deployment.ts';
import { wantsDataFrame } from '../../seldon/xtype.ts';

/** What of a live predictor follows our inputs or the model, and what people wrote there: that stays, in every mode. */

/** Fields of a container that are its probes. */
const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

/** A live predictor, and the part of it that we rendered. */
export interface Standing {
  readonly live: Predictor | undefined;
  readonly ours: Predictor | undefined;
}

/** Probes of the live container that people wrote. */
export function peoplesProbes({ live, ours }: Standing, node: string): readonly string[] {
  const [is, was] = [containerOf(live, node), containerOf(ours, node)];
  return PROBES.filter((key) => is?.[key] !== undefined && !equal(is[key], was?.[key]));
}

/** A port named `metrics` of the live container that people wrote. A container may have only one of that name. */
export function hasPeoplesMetricsPort({ live, ours }: Standing, node: string): boolean {
  const [is, was] = [containerOf(live, node), containerOf(ours, node)].map(metricsPortOf);
  return is !== undefined && is !== was;
}

/** Number of the container's port of that name. */
export function metricsPortOf(container: ContainerSpec | undefined): number | undefined {
  const ports = container?.['ports'];
  return Array.isArray(ports) ? ports.find((port) => port?.name === 'metrics')?.containerPort : undefined;
}

type KnownModel = Pick<Model, 'signature' | 'example'>;

/**
 * The parameter `xtype` of Seldon's MLflow server. A model that needs a DataFrame gets one. For any other model, what
 * people wrote stays, and what we wrote for an earlier model goes.
 */
export function xtypeFor(model: KnownModel, standing: Standing): GraphParameter | undefined {
  if (wantsDataFrame(model)) return { name: 'xtype', type: 'STRING', value: 'DataFrame' };
  const [is, was] = [xtypeOf(standing.live), xtypeOf(standing.ours)];
  return equal(is, was) ? undefined : is;
}

/** The parameter of that name at the node that has the model. */
export function xtypeOf(predictor: Predictor | undefined): GraphParameter | undefined {
  const node = predictor && modelNodeOf(predictor);
  return node?.parameters?.find(({ name }) => name === 'xtype');
}

/**
 * A live predictor that stands for a manifest: without what follows our inputs and the model, which are the marker, our
 * probes, our deadline and `xtype`.
 */
export function asManifest({ live, ours }: Standing & { readonly live: Predictor }): Predictor {
  const node = modelNodeName(live);
  const kept = peoplesProbes({ live, ours }, node);
  const bare = (container: ContainerSpec): ContainerSpec => {
    if (container.name !== node) return container;
    const gone: readonly string[] = PROBES.filter((key) => !kept.includes(key));
    return { ...Object.fromEntries(Object.entries(container).filter(([key]) => !gone.includes(key))), name: node };
  };
  const graph = withNode(live.graph, node, ({ parameters, ...rest }) => {
    const settings = parameters?.filter(({ name }) => name !== 'xtype') ?? [];
    return { ...rest, ...(settings.length > 0 && { parameters: settings }) };
  });
  const { annotations, progressDeadlineSeconds: deadline, ...rest } = live;
  const { [ANNOTATIONS.rollout]: _marker, ...others } = annotations ?? {};
  return {
    ...rest,
    graph,
    ...(Object.keys(others).length > 0 && { annotations: others }),
    ...(deadline !== undefined && deadline !== ours?.progressDeadlineSeconds && { progressDeadlineSeconds: deadline }),
    ...(live.componentSpecs && {
      componentSpecs: live.componentSpecs.map((component) => {
        if (component.spec === undefined) return component;
        return { ...component, spec: { ...component.spec, containers: component.spec.containers.map(bare) } };
      }),
    }),
  };
}

/** Nodes of a live graph that neither the manifest has nor we rendered: another person's. */
export function peoplesNodes({ live, ours }: Standing, base: Predictor): readonly string[] {
  // On the way to our own node, only the name of a node is noted.
  const isMore = (node: GraphNode) => Object.keys(node).some((key) => key !== 'name' && key !== 'children');
  const names = (predictor: Predictor | undefined) =>
    predictor ? nodesOf(predictor.graph).map(({ name }) => name) : [];
  const noted = ours === undefined ? [] : nodesOf(ours.graph).filter(isMore);
  const known = new Set([...names(base), ...noted.map(({ name }) => name)]);
  return names(live).filter((name) => !known.has(name));
}
