import { ANNOTATIONS, type ContainerSpec, type GraphNode, type Predictor } from './seldon-deployment.ts';

/** The nodes of a predictor's graph, and the one among them whose model this action ships. */

/** All nodes of a graph, each before its children. */
export function nodesOf(graph: GraphNode): readonly GraphNode[] {
  return [graph, ...(graph.children ?? []).flatMap(nodesOf)];
}

export function hasSeveralNodes(graph: GraphNode | undefined): boolean {
  return (graph?.children ?? []).length > 0;
}

/** Seldon's own server of MLflow models, and those that an operator's config declares beside it. */
export function isMlflowServer({ implementation }: Pick<GraphNode, 'implementation'>): boolean {
  return implementation?.startsWith('MLFLOW_SERVER') === true;
}

type WithGraph = Pick<Predictor, 'graph' | 'annotations'>;

/**
 * The node whose model is shipped: the only node, the one that the annotation `graph-node` names, or the only MLflow
 * server. Undefined if several come into question, or none.
 */
export function modelNodeOf({ graph, annotations }: WithGraph): GraphNode | undefined {
  if (!hasSeveralNodes(graph)) return graph;
  const nodes = nodesOf(graph);
  const named = annotations?.[ANNOTATIONS.graphNode];
  const [first, ...more] = nodes.filter((node) => (named === undefined ? isMlflowServer(node) : node.name === named));
  return more.length === 0 ? first : undefined;
}

/** Its name; of a graph that this action does not know, the name of the root. */
export function modelNodeName(predictor: WithGraph): string {
  return (modelNodeOf(predictor) ?? predictor.graph).name;
}

/** Where the model is stored that the predictor serves; undefined if that cannot be told. */
export function modelUriOf(predictor: WithGraph): string | undefined {
  return modelNodeOf(predictor)?.modelUri;
}

/** The graph with one node changed, wherever it is. */
export function withNode(graph: GraphNode, name: string, change: (node: GraphNode) => GraphNode): GraphNode {
  const { children } = graph;
  const whole = children && { ...graph, children: children.map((child) => withNode(child, name, change)) };
  return graph.name === name ? change(whole ?? graph) : (whole ?? graph);
}

/** Names alone, from the root to that node, with the fields of the node. */
export function pathToNode(graph: GraphNode, node: GraphNode): GraphNode | undefined {
  if (graph.name === node.name) return node;
  for (const child of graph.children ?? []) {
    const path = pathToNode(child, node);
    if (path !== undefined) return { name: graph.name, children: [path] };
  }
  return undefined;
}

/** Index of the pod with the container of a node; the operator puts one that is missing into the first. */
export function componentOf(predictor: Pick<Predictor, 'componentSpecs'> | undefined, node: string): number {
  const at = (predictor?.componentSpecs ?? []).findIndex(({ spec }) =>
    spec?.containers.some(({ name }) => name === node),
  );
  return Math.max(0, at);
}

/** The container of a node, in whatever pod it is. */
export function containerOf(
  predictor: Pick<Predictor, 'componentSpecs'> | undefined,
  node: string,
): ContainerSpec | undefined {
  const all = predictor?.componentSpecs?.flatMap(({ spec }): readonly ContainerSpec[] => spec?.containers ?? []);
  return all?.find(({ name }) => name === node);
}

/** `scaler (TRANSFORMER), prediction (MLFLOW_SERVER)`. */
export function nodesInWords(graph: GraphNode): string {
  return nodesOf(graph)
    .map(({ name, type, implementation }) => `${name} (${implementation ?? type ?? 'MODEL'})`)
    .join(', ');
}
