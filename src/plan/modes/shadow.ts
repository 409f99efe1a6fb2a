import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { checkOtherPredictors, layoutWith, liveOf, otherServingPredictors, renderCandidate } from './candidate.ts';

/** The new model gets copies of main's requests, and its answers are discarded. */
export function shadow(request: ModelPlanRequest): Plan {
  checkOtherPredictors(request, { name: 'shadow', shadow: true });
  const live = liveOf(request);
  // Ambassador mirrors nothing to a shadow without `traffic` (emissary weight 0).
  const { traffic = 100 } = request.share;
  const { predictor, ...made } = renderCandidate(request, { name: 'shadow', shadow: true, traffic });
  const shares = otherServingPredictors(live).length === 0 ? { [live.main.name]: 100 } : {};
  return planOf(request, {
    stages: [
      {
        title: `${live.main.name} answers, shadow gets copies of ${traffic} %`,
        layout: layoutWith(request, predictor, shares),
        prove: ['shadow'],
        throughEndpoint: true,
        compare: [live.main.name, 'shadow'],
        mirror: 'shadow',
      },
    ],
    subject: 'shadow',
    ...made,
  });
}
