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
import { renderedSpecOf } from '../manifest.ts';
import { noteOf } from '../model-note.ts';
import { otherSpecFields } from '../other-spec-fields.ts';
import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { budgetOf } from '../predictor/budget.ts';
import { checkedModelNode, refuseGraphWithoutOrchestrator } from '../predictor/model-node.ts';
import { asManifest, peoplesNodes, type Standing } from '../predictor/own-parts.ts';
import { ownPartOf, renderPredictor } from '../predictor/predictor.ts';
import { refuseForeignServer } from './foreign-server.ts';
import { candidateInWords, StandingCandidate } from './standing.ts';

/** One predictor with all traffic. A shadow beside it stays. A second predictor that answers is refused, not removed. */
export function direct(request: ModelPlanRequest): Plan {
  const { live, base, model, options } = request;
  const baseMain = onlyPredictor(base?.spec.predictors ?? []);
  const [liveMain, ...company] = live?.spec.predictors ?? [];
  refuseOtherPredictors(request, company);
  const ours = live && liveMain && renderedSpecOf(live).predictors.find((one) => one.name === liveMain.name);
  const standing = { live: liveMain, ours };
  const node = checkedNodeName(nodeToShip(request, standing, baseMain));
  refuseForeignServer(request, { live: liveMain, base: baseMain, node });

  const name = checkedPredictorName(baseMain?.name ?? liveMain?.name ?? MAIN_PREDICTOR);
  const fallbackReplicas = defaultReplicas(base?.spec, live?.spec, liveMain);
  const spec = { ...live?.spec, ...base?.spec };
  const known = { ...liveMain, ...baseMain, name, graph: { name: node } };
  const budget = budgetOf(request.timeout, options.replicas ?? replicasOf(spec, known));
  // The other nodes of a live graph stay as they are, also where a manifest wrote them that is not given any more.
  const isLiveGraph = baseMain === undefined && liveMain !== undefined && hasSeveralNodes(liveMain.graph);
  const predictors = { base: isLiveGraph ? asManifest({ live: liveMain, ours }) : baseMain, ...standing };
  const order = { name, node, traffic: 100, model, options, budget, fallbackReplicas, ...predictors };
  const main = renderPredictor(order);
  const shadows = company.filter((one) => one.name !== name);
  const layout = {
    entries: [
      { predictor: main, rendered: true, ...(isLiveGraph && { noted: ownPartOf(order) }) },
      ...shadows.map((predictor) => ({ predictor, rendered: false })),
    ],
    otherFields: otherSpecFields(request),
    models: [noteOf(model)],
  } as const;
  const title = `${name} has all traffic`;
  return planOf(request, {
    stages: [{ title, layout: layout, prove: [name], throughEndpoint: true }],
    subject: name,
    budget,
  });
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
  return checkedModelNode({ graph, annotations }, 'the input `manifest`', 'manifest-invalid').name ?? MODEL_NODE;
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
