import { budgetOf } from '../budget.ts';
import { UserError } from '../errors.ts';
import { checkedNodeName, checkedPredictorName } from '../naming.ts';
import { assemble, type Plan, type PlanRequest } from '../plan.ts';
import { renderPredictor } from '../predictor.ts';
import { defaultReplicas, replicasOf } from '../replicas.ts';
import { MAIN_PREDICTOR, MODEL_NODE, type Predictor } from '../seldon-deployment.ts';

/** One predictor with all the traffic. A shadow beside it stays; a second predictor that answers is not ours to drop. */
export function direct(request: PlanRequest): Plan {
  const { live, base, model, options } = request;
  const baseMain = onlyPredictor(base?.spec.predictors ?? []);
  const liveMain = live?.spec.predictors[0];
  refuseCompany(request, live?.spec.predictors ?? []);
  refuseGraph(request, liveMain, baseMain);

  const name = checkedPredictorName(baseMain?.name ?? liveMain?.name ?? MAIN_PREDICTOR);
  const node = checkedNodeName(baseMain?.graph.name ?? liveMain?.graph.name ?? MODEL_NODE);
  const fallbackReplicas = defaultReplicas(base?.spec, live?.spec, liveMain);
  const spec = { ...live?.spec, ...base?.spec };
  const known = { ...liveMain, ...baseMain, name, graph: { name: node } };
  const budget = budgetOf(request.timeout, options.replicas ?? replicasOf(spec, known));
  const main = renderPredictor({
    name,
    node,
    model,
    options,
    budget,
    fallbackReplicas,
    base: baseMain,
    live: liveMain,
  });
  const shadows = (live?.spec.predictors ?? []).slice(1).filter((one) => one.name !== name);
  return assemble(request, { wanted: [main], carried: shadows, budget });
}

function onlyPredictor(predictors: readonly Predictor[]): Predictor | undefined {
  if (predictors.length <= 1) return predictors[0];
  throw new UserError('manifest-invalid', `the input \`manifest\` has ${predictors.length} predictors`, {
    hint: 'leave one in it: mode `direct` ships one model as one predictor',
  });
}

function refuseCompany({ name, namespace }: PlanRequest, predictors: readonly Predictor[]): void {
  const company = predictors.slice(1).filter((one) => one.shadow !== true);
  if (company.length === 0) return;
  const names = company.map((one) => `\`${one.name}\` (traffic ${one.traffic ?? 0})`).join(', ');
  throw new UserError('object-not-ours', `SeldonDeployment ${namespace}/${name} has a second predictor: ${names}`, {
    hint: 'promote or remove it first: mode `direct` gives one predictor all the traffic and would drop it',
  });
}

function refuseGraph({ name, namespace }: PlanRequest, live: Predictor | undefined, base: Predictor | undefined): void {
  const graphs = [
    [`SeldonDeployment ${namespace}/${name}`, live?.graph],
    ['the input `manifest`', base?.graph],
  ] as const;
  for (const [where, graph] of graphs) {
    if ((graph?.children ?? []).length === 0) continue;
    throw new UserError('object-not-ours', `${where} has a graph of several nodes`, {
      hint: 'this action ships one MLflow model as a graph of one node; choose another `name`',
    });
  }
}
