import type { Config, Mode } from '../settings/config.ts';
import type { InputName } from '../settings/inputs.ts';
import { takes, type Verb } from './command.ts';

export interface CommandSetting {
  readonly prefix: string;
  readonly plan: string;
  readonly target: string | undefined;
  /** What the inputs say by themselves: it need not be repeated. */
  readonly given: (name: InputName) => string;
}

/** The command that carries out what was planned with these settings. */
export function nextCommand(
  { mode, modelUri, render, share }: Config,
  { prefix, plan, target, given }: CommandSetting,
): string | undefined {
  // What removes something is no command.
  if (mode === 'remove' || mode === 'sweep') return undefined;
  const args: Readonly<Partial<Record<InputName, string | undefined>>> = {
    name: render.name,
    namespace: render.namespace,
    replicas: render.replicas?.toString(),
    traffic: share.traffic?.toString(),
    steps: share.steps.length > 0 ? share.steps.join(',') : undefined,
    predictor: share.predictor,
    to: share.to,
    plan,
  };
  const chosen = Object.entries(args).flatMap(([name, value]) =>
    value === undefined || value === listed(given(name as InputName)) ? [] : [[name, value] as const],
  );
  const verb = verbOf(
    mode,
    given('mode').trim(),
    chosen.map(([name]) => name),
  );
  if (verb === undefined) return undefined;
  const words = chosen.map(([name, value]) => `${name}=${quoted(value)}`);
  const model = modelUri === undefined || modelUri === given('model-uri').trim() ? [] : [quoted(modelUri)];
  return [prefix, verb, ...(target === undefined ? [] : [target]), ...model, ...words].join(' ');
}

/** `deploy` does what the inputs say; where that is something else, or an argument is not its own, the mode's own word. */
function verbOf(mode: Exclude<Mode, 'remove' | 'sweep'>, given: string, chosen: readonly string[]): Verb | undefined {
  const isAsGiven = mode === (given === '' ? 'direct' : given);
  if (isAsGiven && chosen.every((name) => takes('deploy', name))) return 'deploy';
  return mode === 'direct' ? undefined : mode;
}

/** A list in a file of targets has one entry a line. */
function listed(value: string): string {
  return value
    .trim()
    .split(/\s*[\n,]\s*/)
    .join(',');
}

/** A value with both kinds of quotation marks cannot be written; no model is called so. */
function quoted(value: string): string {
  if (!/[\s"']/.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
