/** Modes that deploy a new model. All others take their model from the cluster, or need none. */
export const DEPLOY_MODES = ['direct', 'canary', 'shadow', 'ab', 'blue-green'] as const;
/** Modes that change live predictors. They read all values from the cluster. */
export const DECISION_MODES = ['promote', 'rollback'] as const;
/** Modes about runs and people, which render nothing. */
export const TURN_MODES = ['abort', 'lock', 'unlock'] as const;
export const MODES = [...DEPLOY_MODES, ...DECISION_MODES, 'status', 'remove', 'sweep', ...TURN_MODES, 'check'] as const;

export type DeployMode = (typeof DEPLOY_MODES)[number];
export type DecisionMode = (typeof DECISION_MODES)[number];
export type TurnMode = (typeof TURN_MODES)[number];
export type Mode = (typeof MODES)[number];

/** Whether the mode needs a model from the registry or a storage. */
export function bringsModel(mode: Mode): mode is DeployMode {
  return DEPLOY_MODES.some((one) => one === mode);
}
