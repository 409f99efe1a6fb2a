import { SELDON, type SeldonDeploymentSpec } from '../seldon/seldon-deployment.ts';
import type { PlanRequest } from './plan-request.ts';

/** Milliseconds a request may take at the ingress. Not less: the Python server gives its worker as long to load the model. */
const REST_TIMEOUT = '300000';

/** The fields of `spec` beside the predictors, as a mode writes them that renders the whole object. */
export function otherSpecFields({ base, live, options }: PlanRequest): Omit<SeldonDeploymentSpec, 'predictors'> {
  const { predictors: _, ...around } = base?.spec ?? { predictors: [] };
  const given = around.annotations?.[SELDON.restTimeout] ?? live?.spec.annotations?.[SELDON.restTimeout];
  const speaksOther = live?.spec.protocol !== undefined && live.spec.protocol !== options.protocol;
  return {
    ...around,
    ...((options.protocol === 'v2' || speaksOther) && { protocol: options.protocol }),
    annotations: { ...around.annotations, [SELDON.restTimeout]: given ?? REST_TIMEOUT },
  };
}
