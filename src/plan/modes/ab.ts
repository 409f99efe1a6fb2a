import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { arrivalStages, checkOtherPredictors, layoutWith, liveOf, renderCandidate } from './candidate.ts';

/** Two predictors with fixed traffic percentages, until one of them is promoted or rolled back by name. */
export function ab(request: ModelPlanRequest): Plan {
  const { predictor: name = 'b', traffic = 50 } = request.share;
  checkOtherPredictors(request, { name, shadow: false });
  const { main } = liveOf(request);
  const { predictor, ...made } = renderCandidate(request, { name, shadow: false, traffic });
  const arriving = arrivalStages(request, predictor);
  const sharing = {
    title: `${main.name} ${100 - traffic} %, ${name} ${traffic} %`,
    layout: layoutWith(request, predictor, { [main.name]: 100 - traffic }),
    prove: [main.name, name],
    throughEndpoint: true,
    ...(arriving.length === 0 && { compare: [main.name, name] as const }),
  };
  return planOf(request, { stages: [...arriving, sharing], subject: name, ...made });
}
