import { UserError } from '../../base/errors.ts';
import { checkedNodeName, checkedPredictorName } from '../../seldon/naming.ts';
import { defaultReplicas, replicasOf } from '../../seldon/replicas.ts';
import { MAIN_PREDICTOR, MODEL_NODE, type Predictor } from '../../seldon/seldon-deployment.ts';
import { podsOf } from '../../seldon/sizing.ts';
import { type Budget, budgetOf } from '../budget.ts';
import type { PredictorLayout } from '../manifest.ts';
import { noteOf } from '../model-note.ts';
import { otherSpecFields } from '../other-spec-fields.ts';
import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { renderPredictor } from '../predictor.ts';
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
  refuseGraph(request, liveMain, baseMain);
  refuseForeignServer(request, liveMain, baseMain);

  const name = checkedPredictorName(baseMain?.name ?? liveMain?.name ?? MAIN_PREDICTOR);
  const node = checkedNodeName(baseMain?.graph.name ?? liveMain?.graph.name ?? MODEL_NODE);
  const fallbackReplicas = defaultReplicas(base?.spec, liveMain);
  const spec = { ...live?.spec, ...base?.spec };
  const known = { ...liveMain, ...baseMain, name, graph: { name: node } };
  const running = live === undefined || liveMain === undefined ? 1 : podsOf(live, liveMain);
  const budget = budgetOf(request.timeout, options.replicas ?? Math.max(replicasOf(spec, known), running));
  const predictors = { base: baseMain, live: liveMain };
  const main = renderPredictor({ name, node, traffic: 100, model, options, budget, fallbackReplicas, ...predictors });
  const shadows = company.filter((one) => one.name !== name);
  return {
    name,
    budget,
    entries: [{ predictor: main, rendered: true }, ...shadows.map((predictor) => ({ predictor, rendered: false }))],
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
