import type { Verb } from './command.ts';
import type { Config } from './config.ts';

/** The command that carries out what was planned with these settings. */
export function nextCommand(
  { mode, modelUri, render, share }: Config,
  prefix: string,
  plan: string,
): string | undefined {
  // What removes something is no command.
  if (mode === 'remove') return undefined;
  const verb: Verb = mode === 'direct' ? 'deploy' : mode;
  const args: Readonly<Record<string, string | undefined>> = {
    name: render.name,
    namespace: render.namespace,
    replicas: render.replicas?.toString(),
    traffic: share.traffic?.toString(),
    steps: share.steps.length > 0 ? share.steps.join(',') : undefined,
    predictor: share.predictor,
    to: share.to,
    plan,
  };
  const given = Object.entries(args).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  );
  return [prefix, verb, ...(modelUri === undefined ? [] : [quoted(modelUri)]), ...given].join(' ');
}

/** A value with both kinds of quotation marks cannot be written; no model is called so. */
function quoted(value: string): string {
  if (!/[\s"']/.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
