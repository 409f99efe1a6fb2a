import { messageOf } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Model } from '../model/model.ts';
import type { ModelRegistry, WriteBack } from '../model/registry.ts';

/**
 * Writes to the registry that a model is live. Called only after the model was proven.
 * @returns a warning if the registry could not be updated; the rollout is still a success
 */
export async function writeBack(
  registry: ModelRegistry,
  { name, version }: Pick<Model, 'name' | 'version'>,
  { notes, conclude }: { readonly notes: WriteBack; readonly conclude: Conclude },
): Promise<string | undefined> {
  const all = [...notes.aliases.map((one) => `alias ${one}`), ...Object.keys(notes.tags).map((one) => `tag ${one}`)];
  if (name === undefined || version === undefined) {
    conclude('the model is not a registered model version', 'failed');
    return '`write-back` was skipped: the model is not a registered model version.';
  }
  try {
    await registry.note({ name, version }, notes);
    conclude(`${all.join(', ')} of ${name} v${version}`);
    return undefined;
  } catch (error) {
    const why = messageOf(error);
    conclude(why, 'failed');
    return `The registry was not updated: ${why}`;
  }
}
