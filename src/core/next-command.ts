import type { Verb } from './command.ts';
import type { Config } from './config.ts';
import type { InputName } from './inputs.ts';

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
  // `deploy` does what the inputs say, which here is something else.
  if (mode === 'direct' && !['', 'direct'].includes(given('mode').trim())) return undefined;
  const verb: Verb = mode === 'direct' ? 'deploy' : mode;
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
    value === undefined || value === given(name as InputName).trim() ? [] : [`${name}=${quoted(value)}`],
  );
  const model = modelUri === undefined || modelUri === given('model-uri').trim() ? [] : [quoted(modelUri)];
  return [prefix, verb, ...(target === undefined ? [] : [target]), ...model, ...chosen].join(' ');
}

/** A value with both kinds of quotation marks cannot be written; no model is called so. */
function quoted(value: string): string {
  if (!/[\s"']/.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
