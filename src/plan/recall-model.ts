import { messageOf } from '../base/errors.ts';
import type { Runner } from '../base/ports.ts';
import type { Model } from '../model/model.ts';
import type { ModelRegistry } from '../model/registry.ts';
import type { ModelNote } from './model-note.ts';

/**
 * The model of a live predictor, for its name and a matching request. Values that the registry does not have
 * are left out: decisions about live models must not depend on the registry.
 */
export async function recallModel(
  { registry, runner }: { readonly registry: ModelRegistry; readonly runner: Pick<Runner, 'info'> },
  note: ModelNote,
): Promise<Model> {
  const { uri, name, version } = note;
  const asked = name !== undefined && version !== undefined ? `models:/${name}/${version}` : uri;
  try {
    const model = await registry.resolve(asked);
    // A version that was re-created with other files is another model.
    if (model.storageUri === uri) return { ...model, alias: note.alias, warnings: [] };
    runner.info(
      `${asked} is now stored in ${model.storageUri}, but ${uri} is live: no details of the live model are known`,
    );
  } catch (error) {
    runner.info(`no details of ${uri} are known: ${messageOf(error)}`);
  }
  return {
    requestedUri: asked,
    storageUri: uri,
    origin: 'storage',
    name,
    version,
    alias: note.alias,
    runId: note.run,
    modelId: undefined,
    isDescribed: false,
    signature: undefined,
    example: undefined,
    link: undefined,
    warnings: [],
  };
}
