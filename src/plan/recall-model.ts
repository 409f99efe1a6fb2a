import { messageOf } from '../base/errors.ts';
import type { Runner } from '../base/ports.ts';
import type { Model } from '../model/model.ts';
import type { ModelRegistry } from '../model/registry.ts';
import type { ModelNote } from './model-note.ts';

/**
 * The model behind a predictor that is live, for its name and a request that fits it. What the registry does not know
 * (any more) is done without: what decides about live models must not depend on it.
 */
export async function recallModel(
  { registry, runner }: { readonly registry: ModelRegistry; readonly runner: Pick<Runner, 'info'> },
  note: ModelNote,
): Promise<Model> {
  const { uri, name, version } = note;
  const asked = name !== undefined && version !== undefined ? `models:/${name}/${version}` : uri;
  try {
    const model = await registry.resolve(asked);
    // A version that was made anew with other files is another model.
    if (model.storageUri === uri) return { ...model, alias: note.alias, warnings: [] };
    runner.info(`${asked} now lies in ${model.storageUri}, and ${uri} is live: nothing more is known about it`);
  } catch (error) {
    runner.info(`nothing more is known about ${uri}: ${messageOf(error)}`);
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
