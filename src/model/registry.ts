import type { Model, ModelDetails } from './model.ts';

/** Where models are registered and described (MLflow). */
export interface ModelRegistry {
  /**
   * Turns any model URI into one immutable storage URI with what is known about the model.
   * @throws UserError model-*, registry-*, artifacts-unreachable
   */
  resolve(uri: string): Promise<Model>;
  /** Writes aliases and tags of a registered version. @throws UserError registry-*, model-* */
  note(model: { readonly name: string; readonly version: string }, notes: WriteBack): Promise<void>;
  /** What people wrote about a model; undefined where the registry does not say. Never throws. */
  details(model: Pick<Model, 'name' | 'version' | 'runId'>): Promise<ModelDetails | undefined>;
}

/** What is noted in the registry once a model is live. */
export interface WriteBack {
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}
