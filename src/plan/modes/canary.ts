import { mostOf } from '../../base/numbers/extremes.ts';
import { type Plan, planOf, type StageDraft } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { arrivalStages, checkOtherPredictors, layoutWith, liveOf, renderCandidate } from './candidate.ts';
import { planForSameModel } from './standing.ts';

const DEFAULT_SHARE = 10;

/** The new model beside main with a small percentage of the requests, in one or several steps. */
export function canary(request: ModelPlanRequest): Plan {
  checkOtherPredictors(request, { name: 'canary', shadow: false });
  const live = liveOf(request);
  const same = planForSameModel(request, live, 'canary');
  if (same !== undefined) return same;
  const { main, spec } = live;
  const { steps, traffic = DEFAULT_SHARE } = request.share;
  const shares = steps.length > 0 ? steps : [traffic];
  const most = mostOf(shares);
  const { predictor, ...made } = renderCandidate(request, {
    name: 'canary',
    shadow: false,
    traffic: most,
    ratio: most / 100,
  });
  const arriving = arrivalStages(request, predictor);
  const before = spec.predictors.find((one) => one.name === 'canary')?.traffic ?? 0;
  const ahead = arriving.length > 0 ? shares : shares.filter((share) => share >= before);
  // An interrupted rollout continues at its last step.
  const wanted = ahead.length > 0 ? ahead : shares;
  const raising = wanted.map(
    (share, at): StageDraft => ({
      title: `${main.name} ${100 - share} %, canary ${share} %`,
      layout: layoutWith(request, { ...predictor, traffic: share }, { [main.name]: 100 - share }),
      prove: ['canary'],
      throughEndpoint: at === wanted.length - 1,
      ...(arriving.length === 0 && at === 0 && { compare: [main.name, 'canary'] as const }),
      ...(steps.length > 0 && { observed: true as const }),
    }),
  );
  return planOf(request, { stages: [...arriving, ...raising], subject: 'canary', ...made });
}
