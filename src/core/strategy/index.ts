import type { Mode } from '../config.ts';
import type { Plan, PlanRequest } from '../plan.ts';
import { direct } from './direct.ts';

/** Rollout modes: each a pure transform of the live object, the model and the options to a manifest. */
export const strategies: Readonly<Record<Mode, (request: PlanRequest) => Plan>> = { direct };
