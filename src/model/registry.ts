import type { Model, ModelDetails } from './model.ts';

/** The model registry (MLflow). */
export interface ModelRegistry {
  /**
   * Turns any model URI into one immutable storage URI with the known facts about the model.
   * @throws UserError model-*, registry-*, artifacts-unreachable
   */
  resolve(uri: string): Promise<Model>;
  /** Writes aliases and tags of a registered version. @throws UserError registry-*, model-* */
  note(model: { readonly name: string; readonly version: string }, notes: WriteBack): Promise<void>;
  /** Description, tags and metrics of a model; undefined if the registry does not have them. Never throws. */
  details(model: Pick<Model, 'name' | 'version' | 'runId'>): Promise<ModelDetails | undefined>;
  /** Of the paths and sizes of a model's files, with those in folders; undefined if they cannot be listed. Never throws. */
  filesDigest(model: Pick<Model, 'modelId' | 'storageUri'>): Promise<string | undefined>;
}

/** A registry that can be asked without a model. */
export interface ReachableRegistry extends ModelRegistry {
  /** @returns the server's URL once it accepted the credentials; undefined if none is named @throws UserError registry-* */
  reach(): Promise<string | undefined>;
}

/** Aliases and tags to write to the registry after a model is live. */
export interface WriteBack {
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}
