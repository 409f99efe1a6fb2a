import type { DecisionMode, DeployMode } from '../../settings/modes.ts';
import type { Plan } from '../plan.ts';
import type { ModelPlanRequest, PlanRequest } from '../plan-request.ts';
import { ab } from './ab.ts';
import { blueGreen } from './blue-green.ts';
import { canary } from './canary.ts';
import { direct } from './direct.ts';
import { promote } from './promote.ts';
import { proveFirst } from './prove-first.ts';
import { rollback } from './rollback.ts';
import { secondObject } from './second-object.ts';
import { shadow } from './shadow.ts';

/** Rollout modes that deploy a model. Each is a pure function of the live object, the model and the options. */
export const deployModes: Readonly<Record<DeployMode, (request: ModelPlanRequest) => Plan>> = {
  direct: (request) => direct(request),
  canary,
  shadow,
  ab,
  'blue-green': blueGreen,
};

/** The same for `routing: ambassador-annotations`. */
export const secondObjectModes: Readonly<Partial<Record<DeployMode, (request: ModelPlanRequest) => Plan>>> = {
  canary: secondObject,
  shadow: secondObject,
};

/** The same for `prove-first`. */
export const provingModes: Readonly<Partial<Record<DeployMode, (request: ModelPlanRequest) => Plan>>> = {
  direct: proveFirst,
};

/** Rollout modes that change live predictors. Each is a pure function of the live object and the options. */
export const decisionModes: Readonly<Record<DecisionMode, (request: PlanRequest) => Plan>> = { promote, rollback };
