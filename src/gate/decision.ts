import type { Config } from '../settings/config.ts';
import type { InputName } from '../settings/inputs.ts';
import type { Verb } from './command.ts';
import { argumentsOf } from './commands/next-command.ts';
import { policyOf } from './pull-request-gate.ts';

/** The commands that decide about a candidate beside main. */
export interface Decision {
  /** What stands beside main, in words. */
  readonly standing: string;
  /** A plan of the promotion where changes need a plan; undefined if the workflow does not allow the command. */
  readonly promote: string | undefined;
  /** The plan of the promotion, which the workflow that reads comments may require. Undefined where it has these inputs, too. */
  readonly planned: string | undefined;
  readonly rollback: string | undefined;
  /** Stops the run in progress. */
  readonly abort: string | undefined;
  /** Must it be decided before the mode of this run can do anything? */
  readonly isFirst: boolean;
  /** The event of this run is no comment: another workflow must read comments. */
  readonly needsWorkflow: boolean;
}

export interface DecisionSetting {
  readonly standing: string;
  /** Name of the candidate, where there are several predictors beside main. */
  readonly predictor: string | undefined;
  readonly prefix: string;
  readonly target: string | undefined;
  /** The inputs before the event changed some. */
  readonly given: (name: InputName) => string;
  readonly isFirst: boolean;
  readonly needsWorkflow: boolean;
}

/** Only commands that this workflow's policy allows are offered. */
export function decisionOf(
  { render }: Pick<Config, 'render'>,
  { prefix, target, given, predictor, ...said }: DecisionSetting,
): Decision {
  const { commands, requirePlan } = policyOf({ env: {}, input: given });
  const words = argumentsOf({ name: render.name, namespace: render.namespace, predictor }, given);
  const place = target === undefined ? [] : [target];
  const command = (verb: Verb, first: readonly string[]) =>
    commands.includes(verb) ? [prefix, ...first, ...place, ...words].join(' ') : undefined;
  const planned = planOf(command('plan', ['plan']), commands);
  const promote = requirePlan ? planned : command('promote', ['promote']);
  return {
    ...said,
    promote,
    planned: target === undefined ? planned : undefined,
    rollback: command('rollback', ['rollback']),
    abort: command('abort', ['abort']),
  };
}

/** The command of the promotion itself is in the plan's comment. */
function planOf(plan: string | undefined, commands: readonly Verb[]): string | undefined {
  return plan !== undefined && commands.includes('promote') ? `${plan} mode=promote` : undefined;
}
