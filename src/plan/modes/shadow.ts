import { replicasOf } from '../../seldon/replicas.ts';
import { type Plan, planOf } from '../plan.ts';
import type { ShipmentRequest } from '../plan-request.ts';
import { checkCompany, companyOf, lineupWith, liveOf, renderNewcomer } from './beside-main.ts';

/** The new model gets copies of main's requests, and nobody hears its answers. */
export function shadow(request: ShipmentRequest): Plan {
  checkCompany(request, { name: 'shadow', shadow: true });
  const live = liveOf(request);
  // Ambassador mirrors nothing to a shadow without `traffic` (emissary weight 0).
  const { traffic = 100 } = request.share;
  const replicas = replicasOf(live.spec, live.main);
  const { predictor, budget } = renderNewcomer(request, { name: 'shadow', shadow: true, traffic, replicas });
  const shares = companyOf(live).length === 0 ? { [live.main.name]: 100 } : {};
  return planOf(request, {
    stages: [
      {
        title: `${live.main.name} answers, shadow gets copies of ${traffic} %`,
        lineup: lineupWith(request, predictor, shares),
        prove: ['shadow'],
        throughEndpoint: true,
        compare: [live.main.name, 'shadow'],
        mirror: 'shadow',
      },
    ],
    subject: 'shadow',
    budget,
  });
}
