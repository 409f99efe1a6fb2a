import { UserError } from '../../base/errors.ts';
import { checkedNodeName, checkedPredictorName } from '../../seldon/naming.ts';
import { defaultReplicas, replicasOf } from '../../seldon/replicas.ts';
import { MAIN_PREDICTOR, MODEL_NODE, type Predictor } from '../../seldon/seldon-deployment.ts';
import { budgetOf } from '../budget.ts';
import { noteOf } from '../model-note.ts';
import { otherSpecFields } from '../other-spec-fields.ts';
import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { renderPredictor } from '../predictor.ts';
import { refuseForeignServer } from './foreign-server.ts';
import { candidateInWords, StandingCandidate } from './standing.ts';

/** One predictor with all traffic. A shadow beside it stays. A second predictor that answers is refused, not removed. */
export function direct(request: ModelPlanRequest): Plan {
  const { live, base, model, options } = request;
  const baseMain = onlyPredictor(base?.spec.predictors ?? []);
  const [liveMain, ...company] = live?.spec.predictors ?? [];
  refuseOtherPredictors(request, company);
  refuseGraph(request, liveMain, baseMain);
  refuseForeignServer(request, liveMain, baseMain);

  const name = checkedPredictorName(baseMain?.name ?? liveMain?.name ?? MAIN_PREDICTOR);
  const node = checkedNodeName(baseMain?.graph.name ?? liveMain?.graph.name ?? MODEL_NODE);
  const fallbackReplicas = defaultReplicas(base?.spec, live?.spec, liveMain);
  const spec = { ...live?.spec, ...base?.spec };
  const known = { ...liveMain, ...baseMain, name, graph: { name: node } };
  const budget = budgetOf(request.timeout, options.replicas ?? replicasOf(spec, known));
  const predictors = { base: baseMain, live: liveMain };
  const main = renderPredictor({ name, node, traffic: 100, model, options, budget, fallbackReplicas, ...predictors });
  const shadows = company.filter((one) => one.name !== name);
  const layout = {
    entries: [{ predictor: main, rendered: true }, ...shadows.map((predictor) => ({ predictor, rendered: false }))],
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

function refuseGraph(
  { name, namespace }: ModelPlanRequest,
  live: Predictor | undefined,
  base: Predictor | undefined,
): void {
  const graphs = [
    [`SeldonDeployment ${namespace}/${name}`, live?.graph],
    ['the input `manifest`', base?.graph],
  ] as const;
  for (const [where, graph] of graphs) {
    if ((graph?.children ?? []).length === 0) continue;
    throw new UserError('object-not-ours', `${where} has a graph of several nodes`, {
      hint: 'this action deploys one MLflow model as a graph of one node; choose another `name`',
    });
  }
}
