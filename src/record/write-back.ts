import { messageOf } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Model } from '../model/model.ts';
import type { ModelRegistry, WriteBack } from '../model/registry.ts';

/**
 * Notes in the registry that a model is live. Only called once it was proven.
 * @returns a warning where it could not be written: what is live is live
 */
export async function writeBack(
  registry: ModelRegistry,
  { name, version }: Pick<Model, 'name' | 'version'>,
  { notes, conclude }: { readonly notes: WriteBack; readonly conclude: Conclude },
): Promise<string | undefined> {
  const all = [...notes.aliases.map((one) => `alias ${one}`), ...Object.keys(notes.tags).map((one) => `tag ${one}`)];
  if (name === undefined || version === undefined) {
    conclude('the model is no version of the registry', 'failed');
    return '`write-back` had nothing to write to: the model is no version of the registry.';
  }
  try {
    await registry.note({ name, version }, notes);
    conclude(`${all.join(', ')} of ${name} v${version}`);
    return undefined;
  } catch (error) {
    const why = messageOf(error);
    conclude(why, 'failed');
    return `The registry was not written to: ${why}`;
  }
}
