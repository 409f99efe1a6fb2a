import { UserError } from '../../base/errors.ts';
import { hasSeveralNodes, isMlflowServer, modelNodeOf, nodesInWords, nodesOf } from '../../seldon/graph.ts';
import { ANNOTATIONS, type GraphNode, type Predictor } from '../../seldon/seldon-deployment.ts';

const CHOICE = `name the node that gets the model with the annotation \`${ANNOTATIONS.graphNode}\` of the predictor`;

/**
 * The node of a graph that gets the model.
 * @param where the object or input that has the graph
 * @throws UserError object-not-ours, manifest-invalid
 */
export function checkedModelNode(
  { graph, annotations }: Pick<Predictor, 'graph' | 'annotations'>,
  where: string,
  code: 'object-not-ours' | 'manifest-invalid',
): GraphNode {
  const nodes = nodesOf(graph);
  const listed = nodesInWords(graph);
  const refuse = (what: string, hint: string) =>
    new UserError(code, `${where} has a graph of several nodes, ${what}: ${listed}`, { hint });
  const named = annotations?.[ANNOTATIONS.graphNode];
  if (!hasSeveralNodes(graph)) {
    if (named === undefined || named === graph.name) return graph;
    throw new UserError(code, `${where} has no graph node \`${named}\`: ${listed}`, {
      hint: `correct the annotation \`${ANNOTATIONS.graphNode}\` of the predictor`,
    });
  }
  if (new Set(nodes.map(({ name }) => name)).size < nodes.length)
    throw refuse('two of them with the same name', 'give each node a name of its own');
  const found = modelNodeOf({ graph, ...(annotations && { annotations }) });
  if (found !== undefined) return checkedServer(found, named, where);
  if (named !== undefined)
    throw refuse(
      `and none is named \`${named}\``,
      `correct the annotation \`${ANNOTATIONS.graphNode}\` of the predictor`,
    );
  const servers = nodes.filter(isMlflowServer).length;
  throw servers === 0
    ? refuse(
        'and none is an MLflow server',
        `write \`implementation: MLFLOW_SERVER\` on the node that gets the model, or ${CHOICE}`,
      )
    : refuse(`and ${servers} are MLflow servers`, CHOICE);
}

/**
 * Without an orchestrator nothing calls the nodes of a graph one after another.
 * @throws UserError bad-input
 */
export function refuseGraphWithoutOrchestrator(
  { options }: { readonly options: { readonly orchestrator: boolean } },
  graph: GraphNode,
): void {
  if (options.orchestrator || !hasSeveralNodes(graph)) return;
  throw new UserError('bad-input', `a graph of several nodes needs the orchestrator: ${nodesInWords(graph)}`, {
    hint: 'leave the input `orchestrator` out, or use a graph of one node',
  });
}

/** A node that was named, and runs something else, would keep its program and get another model. */
function checkedServer(node: GraphNode, named: string | undefined, where: string): GraphNode {
  if (node.implementation === undefined || isMlflowServer(node)) return node;
  throw new UserError(
    'object-not-ours',
    `${where}: the node \`${named}\` runs the server \`${node.implementation}\`, which loads no MLflow model`,
    {
      hint: `write \`implementation: MLFLOW_SERVER\` on it, or ${CHOICE}`,
    },
  );
}
