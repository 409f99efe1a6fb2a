import { UserError } from '../../base/errors.ts';
import { legacyObjection } from '../../seldon/ingress.ts';
import { SELDON, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { Plan } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { direct } from './direct.ts';

const DEFAULT_WEIGHT = 10;

/**
 * Canary and shadow as in Seldon 0.2: a second SeldonDeployment whose annotations request a percentage, or copies, of
 * the requests of the first. Only if the operator supports them: other operators would send it half of the real requests.
 */
export function secondObject(request: ModelPlanRequest): Plan {
  const { front, mode, namespace, ingress, options, share } = request;
  if (front === undefined) throw new Error('a second object needs the name of the first');
  const first = `SeldonDeployment ${namespace}/${front.name}`;
  if (front.live === undefined) {
    throw new UserError('nothing-live', `there is no ${first}, and mode \`${mode}\` needs one that is live`, {
      hint: 'deploy a first model with mode `direct`, or correct the inputs `name` and `namespace`',
    });
  }
  const objection = legacyObjection(mode === 'shadow' ? 'shadow' : 'canary', ingress);
  if (objection !== undefined) {
    throw new UserError(
      'routing-not-honoured',
      `\`routing: ambassador-annotations\` does not work here: ${objection}`,
      {
        hint: `remove \`routing\`: mode \`${mode}\` then adds a predictor to ${first}`,
      },
    );
  }
  const asked =
    mode === 'shadow'
      ? { [SELDON.ambassadorShadow]: 'true' }
      : { [SELDON.ambassadorWeight]: String(share.traffic ?? DEFAULT_WEIGHT) };
  const base: SeldonDeployment = {
    apiVersion: '',
    kind: 'SeldonDeployment',
    metadata: { name: request.name },
    spec: { annotations: { ...asked, [SELDON.ambassadorServiceName]: front.name }, predictors: [] },
  };
  const plan = direct({ ...request, base, options: { ...options, apiVersion: 'v1alpha2' } });
  return mode === 'shadow' ? { ...plan, stages: [{ ...plan.stages[0], mirror: plan.predictor.name }] } : plan;
}
