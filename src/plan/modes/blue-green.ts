import { UserError } from '../../base/errors.ts';
import { modelUriOf } from '../../seldon/graph.ts';
import { routesAtOnce } from '../../seldon/ingress.ts';
import type { Predictor } from '../../seldon/seldon-deployment.ts';
import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { arrivalStages, checkOtherPredictors, layoutWith, liveOf, renderCandidate } from './candidate.ts';
import { planForSameModel, StandingCandidate } from './standing.ts';

/** The new model starts without requests, is proven, and then takes all requests at once. The old one keeps its pods. */
export function blueGreen(request: ModelPlanRequest): Plan {
  checkOtherPredictors(request, { name: 'green', shadow: false });
  const live = liveOf(request);
  const same = planForSameModel(request, live, 'green');
  if (same !== undefined) return same;
  const { main, spec } = live;
  refuseSecondFlip(request, spec.predictors);
  refuseImmediateRouting(request);
  const { predictor, ...made } = renderCandidate(request, { name: 'green', shadow: false, traffic: 100 });
  const flip = {
    title: `green answers all requests, ${main.name} keeps its pods`,
    layout: layoutWith(request, predictor, { [main.name]: 0 }),
    prove: ['green'],
    throughEndpoint: true,
  };
  return planOf(request, { stages: [...arrivalStages(request, predictor), flip], subject: 'green', ...made });
}

function refuseImmediateRouting({ ingress, namespace, name }: ModelPlanRequest): void {
  if (!routesAtOnce(ingress)) return;
  const where = `SeldonDeployment ${namespace}/${name}`;
  throw new UserError('routing-not-honoured', `the ingress of ${where} sends requests to pods that are not ready yet`, {
    hint: 'Ambassador reads annotations of Services in this cluster (AMBASSADOR_VERSION=v1): use mode `canary`, or set AMBASSADOR_VERSION to v2',
  });
}

function refuseSecondFlip({ namespace, name, model }: ModelPlanRequest, predictors: readonly Predictor[]): void {
  const green = predictors.find((one) => one.name === 'green');
  if ((green?.traffic ?? 0) === 0 || (green && modelUriOf(green)) === model.storageUri) return;
  throw new StandingCandidate(
    'rollout-under-way',
    `in SeldonDeployment ${namespace}/${name} \`green\` already answers`,
    {
      hint: 'promote `green` or roll it back first',
    },
  );
}
