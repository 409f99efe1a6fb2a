import { UserError } from '../../base/errors.ts';
import { hasSeveralNodes, nodesOf } from '../../seldon/graph.ts';
import { checkedNodeName, checkedPredictorName } from '../../seldon/naming.ts';
import { defaultReplicas, replicasOf } from '../../seldon/replicas.ts';
import {
  ANNOTATIONS,
  type GraphNode,
  MAIN_PREDICTOR,
  MODEL_NODE,
  type Predictor,
} from '../../seldon/seldon-deployment.ts';
import { podsOf } from '../../seldon/sizing.ts';
import { type PredictorLayout, renderedSpecOf } from '../manifest.ts';
import { noteOf } from '../model-note.ts';
import { otherSpecFields } from '../other-spec-fields.ts';
import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { type Budget, budgetOf } from '../predictor/budget.ts';
import { checkedModelNode, refuseGraphWithoutOrchestrator } from '../predictor/model-node.ts';
import { asManifest, peoplesNodes, type Standing } from '../predictor/own-parts.ts';
import { ownPartOf, renderPredictor } from '../predictor/predictor.ts';
import { refuseForeignServer } from './foreign-server.ts';
import { candidateInWords, StandingCandidate } from './standing.ts';

/**
 * One predictor with all traffic. A shadow beside it stays. A second predictor that answers is refused, not removed.
 * @param leaving a predictor of ours that may be there and goes
 */
export function direct(request: ModelPlanRequest, leaving?: string): Plan {
  const { name, budget, ...layout } = directLayout(request, leaving);
  const title = `${name} has all traffic`;
  return planOf(request, { stages: [{ title, layout, prove: [name], throughEndpoint: true }], subject: name, budget });
}

/** The object with the new model on main, and what follows from it. */
export function directLayout(
  request: ModelPlanRequest,
  leaving?: string,
): PredictorLayout & { readonly name: string; readonly budget: Budget } {
  const { live, base, model, options } = request;
  const baseMain = onlyPredictor(base?.spec.predictors ?? []);
  const [liveMain, ...others] = live?.spec.predictors ?? [];
  const company = others.filter((one) => one.name !== leaving || one.shadow === true);
  refuseOtherPredictors(request, company);
  const ours = live && liveMain && renderedSpecOf(live).predictors.find((one) => one.name === liveMain.name);
  const standing = { live: liveMain, ours };
  const node = checkedNodeName(nodeToShip(request, standing, baseMain));
  refuseForeignServer(request, { live: liveMain, base: baseMain, node });

  const name = checkedPredictorName(baseMain?.name ?? liveMain?.name ?? MAIN_PREDICTOR);
  const fallbackReplicas = defaultReplicas(base?.spec, liveMain);
  const spec = { ...live?.spec, ...base?.spec };
  const known = { ...liveMain, ...baseMain, name, graph: { name: node } };
  const running = live === undefined || liveMain === undefined ? 1 : podsOf(live, liveMain);
  const budget = budgetOf(request.timeout, options.replicas ?? Math.max(replicasOf(spec, known), running));
  // The other nodes of a live graph stay as they are, also where a manifest wrote them that is not given any more.
  const isLiveGraph = baseMain === undefined && liveMain !== undefined && hasSeveralNodes(liveMain.graph);
  const predictors = { base: isLiveGraph ? asManifest({ live: liveMain, ours }) : baseMain, ...standing };
  const order = { name, node, traffic: 100, model, options, budget, fallbackReplicas, ...predictors };
  const main = renderPredictor(order);
  const shadows = company.filter((one) => one.name !== name);
  return {
    name,
    budget,
    entries: [
      { predictor: main, rendered: true, ...(isLiveGraph && { noted: ownPartOf(order) }) },
      ...shadows.map((predictor) => ({ predictor, rendered: false })),
    ],
    otherFields: otherSpecFields(request),
    models: [noteOf(model)],
  };
}

function onlyPredictor(predictors: readonly Predictor[]): Predictor | undefined {
  if (predictors.length <= 1) return predictors[0];
  throw new UserError('manifest-invalid', `the input \`manifest\` has ${predictors.length} predictors`, {
    hint: 'keep only one: mode `direct` deploys one model as one predictor',
  });
}

function refuseOtherPredictors({ live, name, namespace }: ModelPlanRequest, others: readonly Predictor[]): void {
  const company = others.filter((one) => one.shadow !== true);
  if (company.length === 0 || live === undefined) return;
  const names = company.map((one) => candidateInWords(live, one)).join(', ');
  throw new StandingCandidate(
    'object-not-ours',
    `SeldonDeployment ${namespace}/${name} has a second predictor: ${names}`,
    {
      hint: 'promote it or roll it back first: mode `direct` gives all traffic to one predictor and would remove the other',
    },
  );
}

/** Name of the node that gets the model: in the manifest's graph, else in the live one. */
function nodeToShip(request: ModelPlanRequest, standing: Standing, base: Predictor | undefined): string {
  const { namespace, name } = request;
  const { live } = standing;
  const where = `SeldonDeployment ${namespace}/${name}`;
  const graph = base?.graph ?? live?.graph;
  if (graph === undefined) return MODEL_NODE;
  refuseGraphWithoutOrchestrator(request, graph);
  if (base === undefined)
    return live === undefined ? MODEL_NODE : checkedModelNode(live, where, 'object-not-ours').name;
  if (live !== undefined && hasSeveralNodes(live.graph)) refusePeoplesNodes(where, peoplesNodes(standing, base));
  const chosen = base.annotations?.[ANNOTATIONS.graphNode] ?? liveChoice(live, graph);
  const annotations = { ...base.annotations, ...(chosen !== undefined && { [ANNOTATIONS.graphNode]: chosen }) };
  return (
    checkedModelNode({ graph, annotations }, 'the input `manifest`', 'manifest-invalid').name ??
    live?.graph.name ??
    MODEL_NODE
  );
}

/** The node that the live object names, if the manifest has it. */
function liveChoice(live: Predictor | undefined, graph: GraphNode): string | undefined {
  const named = live?.annotations?.[ANNOTATIONS.graphNode];
  return nodesOf(graph).some(({ name }) => name === named) ? named : undefined;
}

/** The manifest describes the whole graph: a node that it does not have would be removed. */
function refusePeoplesNodes(where: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const list = names.map((name) => `\`${name}\``).join(', ');
  throw new UserError(
    'object-not-ours',
    `the graph of ${where} has nodes that the input \`manifest\` does not have: ${list}`,
    {
      hint: 'write them into `manifest`, or remove them from the live object',
    },
  );
}
