import type { Config } from '../../settings/config.ts';
import type { InputName } from '../../settings/inputs.ts';
import type { Mode } from '../../settings/modes.ts';
import { takes, type Verb } from '../command.ts';
import type { CommandOffer } from './command-offer.ts';

export interface CommandSetting {
  readonly offer: Pick<CommandOffer, 'prefix' | 'target' | 'verbs'>;
  readonly plan: string;
  /** The inputs before the event changed some. The command does not need to repeat them. */
  readonly given: (name: InputName) => string;
  /** Another workflow reads the comments, and its step may have another model and another mode. */
  readonly isForOther?: boolean;
}

/** Inputs that differ between the workflows of one object. In a file of targets they are the same. */
const OF_STEP: ReadonlySet<InputName> = new Set(['model-uri', 'mode', 'traffic', 'steps', 'predictor', 'to']);

/** The command that runs the plan with these settings; undefined if there is none that is allowed. */
export function nextCommand(
  { mode, modelUri, render, share }: Config,
  { offer: { prefix, target, verbs }, plan, given: ofStep, isForOther = false }: CommandSetting,
): string | undefined {
  const isRepeated = (name: InputName) => isForOther && target === undefined && OF_STEP.has(name);
  const given = (name: InputName) => (isRepeated(name) ? '' : ofStep(name));
  // Modes that delete something have no command.
  if (mode === 'remove' || mode === 'sweep' || mode === 'check') return undefined;
  const args: Arguments = {
    name: render.name,
    namespace: render.namespace,
    replicas: render.replicas?.toString(),
    traffic: share.traffic?.toString(),
    steps: share.steps.length > 0 ? share.steps.join(',') : undefined,
    predictor: share.predictor,
    to: share.to,
    plan,
  };
  const chosen = differing(args, given);
  const verb = verbOf(
    mode,
    given('mode').trim(),
    chosen.map(([name]) => name),
  );
  if (verb === undefined || !verbs.includes(verb)) return undefined;
  const words = chosen.map(written);
  const model = modelUri === undefined || modelUri === given('model-uri').trim() ? [] : [quoted(modelUri)];
  return [prefix, verb, ...(target === undefined ? [] : [target]), ...model, ...words].join(' ');
}

type Arguments = Readonly<Partial<Record<InputName, string | undefined>>>;

/** Arguments of a command, as far as they differ from the inputs. */
export function argumentsOf(args: Arguments, given: (name: InputName) => string): readonly string[] {
  return differing(args, given).map(written);
}

function differing(args: Arguments, given: (name: InputName) => string): readonly (readonly [string, string])[] {
  return Object.entries(args).flatMap(([name, value]) =>
    value === undefined || value === listed(given(name as InputName)) ? [] : [[name, value] as const],
  );
}

function written([name, value]: readonly [string, string]): string {
  return `${name}=${quoted(value)}`;
}

/** `deploy` uses the mode of the inputs. For another mode, or an argument that `deploy` does not have, the verb of the mode. */
function verbOf(
  mode: Exclude<Mode, 'remove' | 'sweep' | 'check'>,
  given: string,
  chosen: readonly string[],
): Verb | undefined {
  const isAsGiven = mode === (given === '' ? 'direct' : given);
  if (isAsGiven && chosen.every((name) => takes('deploy', name))) return 'deploy';
  return mode === 'direct' ? undefined : mode;
}

/** A list in a file of targets has one entry per line. */
function listed(value: string): string {
  return value
    .trim()
    .split(/\s*[\n,]\s*/)
    .join(',');
}

/** A value with both kinds of quotation marks cannot be written. Model names do not contain both. */
function quoted(value: string): string {
  if (!/[\s"']/.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
