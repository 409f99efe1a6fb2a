import type { Model } from '../model/model.ts';
import type { Run } from './run-state.ts';

/** Identity of the model's files, where a plan is shown or checked. An urgent change does not wait for their list. */
export async function filesOf(
  { config, peers }: Pick<Run, 'config' | 'peers'>,
  model: Model,
): Promise<string | undefined> {
  if (!config.dryRun && config.plan === undefined) return undefined;
  const listed = model.version === undefined ? undefined : await peers.registry.filesDigest(model);
  const parts = [model.digest, listed].filter((one) => one !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}
