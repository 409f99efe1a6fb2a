import { type Protocol, protocolNamed } from '../seldon/protocol.ts';
import { SELDON, type SeldonDeploymentSpec } from '../seldon/seldon-deployment.ts';
import type { PlanRequest } from './plan-request.ts';

/** Request timeout at the ingress, in milliseconds. The Python server also uses it as its worker's load timeout. */
const REST_TIMEOUT = '300000';

/** The fields of `spec` beside the predictors, for a mode that renders the whole object. */
export function otherSpecFields({ base, live, options }: PlanRequest): Omit<SeldonDeploymentSpec, 'predictors'> {
  const { predictors: _, ...around } = base?.spec ?? { predictors: [] };
  const given = around.annotations?.[SELDON.restTimeout] ?? live?.spec.annotations?.[SELDON.restTimeout];
  return {
    ...around,
    ...protocolField(options.protocol, [around.protocol, live?.spec.protocol]),
    annotations: { ...around.annotations, [SELDON.restTimeout]: given ?? REST_TIMEOUT },
  };
}

/** The field as it stands where it means the same, so that nothing rolls; none where `seldon` is the default anyway. */
function protocolField(
  wanted: Protocol,
  standing: readonly (string | undefined)[],
): Pick<SeldonDeploymentSpec, 'protocol'> {
  const given = standing.find((field) => field !== undefined);
  if (given !== undefined && protocolNamed(given) === wanted) return { protocol: given };
  return given === undefined && wanted === 'seldon' ? {} : { protocol: wanted };
}
