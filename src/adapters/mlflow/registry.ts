import { UserError } from '../../base/errors.ts';
import type { InputExample, Model, ModelDetails, ModelDocument } from '../../model/model.ts';
import { readModelDocument } from '../../model/model-document.ts';
import { type ModelUri, parseModelUri, storageOriginOf } from '../../model/model-uri.ts';
import type { ReachableRegistry, WriteBack } from '../../model/registry.ts';
import { proxiedPathOf, storageUriOf } from '../../model/storage-uri.ts';
import type { RegistryConfig } from '../../settings/config.ts';
import { readLoggedModel, searchModels } from './api.ts';
import { type ConnectionOptions, MlflowConnection } from './connection.ts';
import { readDetails } from './details.ts';
import { digestOf } from './digest.ts';
import { listAllFiles, readModelFile } from './files.ts';
import { type Located, listingOf, locate, locateInRun, nameFrom, ofLoggedModel } from './locate.ts';
import { writeBack } from './write-back.ts';

type StorageModelUri = Extract<ModelUri, { readonly kind: 'storage' }>;

/** Facts from the model's files. */
interface Described {
  readonly document: ModelDocument | undefined;
  readonly example: InputExample | undefined;
  readonly digest: string | undefined;
  readonly warnings: readonly string[];
}

/** MLflow's registry, runs and logged models over its REST API, from 2.9 to 3.17. */
export class MlflowRegistry implements ReachableRegistry {
  readonly #config: RegistryConfig;
  readonly #options: ConnectionOptions;
  #server: MlflowConnection | undefined;

  constructor(options: ConnectionOptions) {
    this.#config = options.config;
    this.#options = options;
  }

  async resolve(requestedUri: string): Promise<Model> {
    const uri = parseModelUri(requestedUri);
    if (uri.kind === 'storage') return this.#resolveStorage(requestedUri, uri);
    const server = this.#connect();
    if (server === undefined) {
      throw new UserError('bad-input', `an MLflow server is needed to resolve ${requestedUri}`, {
        hint: 'set the input `mlflow-tracking-uri`, in a file of targets under `defaults`, or the environment variable MLFLOW_TRACKING_URI; `${{ vars.… }}` is empty where the repository has no such variable',
      });
    }
    const located = await locate(server, uri);
    // First, because a missing setting is easier to fix than a missing file.
    const storageUri = storageUriOf(located.artifactUri, this.#config);
    return modelOf({ requestedUri, storageUri, located, described: await describe(server, located) });
  }

  async note(model: { readonly name: string; readonly version: string }, notes: WriteBack): Promise<void> {
    const server = this.#connect();
    if (server !== undefined) await writeBack(server, model, notes);
  }

  async details(model: Pick<Model, 'name' | 'version' | 'runId'>): Promise<ModelDetails | undefined> {
    try {
      const server = this.#connect();
      return server && (await readDetails(server, model));
    } catch {
      return undefined;
    }
  }

  async filesDigest({ modelId, storageUri }: Pick<Model, 'modelId' | 'storageUri'>): Promise<string | undefined> {
    const server = await quietly(async () => this.#connect());
    const listing = listingOf(modelId, storageOriginOf(storageUri));
    const listed = server && (await quietly(() => listAllFiles(server, listing)));
    return listed === undefined || listed.length === 0 ? undefined : digestOf('', listed);
  }

  async reach(): Promise<string | undefined> {
    const server = this.#connect();
    if (server !== undefined) await searchModels(server);
    return server?.url;
  }

  close(): void {
    this.#server?.close();
  }

  /** Connects only if needed: a storage URI does not need a valid tracking URI. */
  #connect(): MlflowConnection | undefined {
    const { trackingUri } = this.#config;
    if (trackingUri !== undefined) this.#server ??= new MlflowConnection(trackingUri, this.#options);
    return this.#server;
  }

  /** A storage URI is enough to deploy. If a server knows the folder, it also provides the signature. */
  async #resolveStorage(requestedUri: string, uri: StorageModelUri): Promise<Model> {
    const storageUri = storageUriOf(uri.uri, this.#config);
    const server = await quietly(async () => this.#connect());
    const located = server && (await quietly(() => recognize(server, uri)));
    if (!server || !located || !this.#isSameFolder(storageUri, located))
      return bareModel(requestedUri, storageUri, uri);
    const described = await quietly(() => describe(server, located));
    return modelOf({
      requestedUri,
      storageUri,
      located: { ...located, origin: 'storage' },
      described: described ?? { document: undefined, example: undefined, digest: undefined, warnings: [] },
    });
  }

  #isSameFolder(storageUri: string, { artifactUri }: Located): boolean {
    const path = proxiedPathOf(artifactUri);
    // The storage behind the artifact proxy may not be configured here. Then the ids in the path are sufficient proof.
    if (path !== undefined && this.#config.artifactsDestination === undefined) return storageUri.endsWith(`/${path}`);
    try {
      return storageUriOf(artifactUri, this.#config) === storageUri;
    } catch {
      return false;
    }
  }
}

async function recognize(server: MlflowConnection, { origin }: StorageModelUri): Promise<Located | undefined> {
  if (origin.kind === 'unknown') return undefined;
  return origin.kind === 'run'
    ? locateInRun(server, origin.runId, origin.path)
    : ofLoggedModel(server, await readLoggedModel(server, origin.modelId));
}

/** Reads `MLmodel` and the input example. @throws UserError model-unusable, registry-* */
async function describe(server: MlflowConnection, { files, artifactUri }: Located): Promise<Described> {
  const answer = await readModelFile(server, files, 'MLmodel');
  if (answer.kind === 'missing') {
    throw new UserError('model-unusable', `there is no file \`MLmodel\` in ${artifactUri}`, {
      hint:
        files.kind === 'run'
          ? `MLflow 3 keeps models outside of their run's folder: use \`runs:/${files.runId}/${files.path}\` or \`models:/…\``
          : "the model's files were deleted or never uploaded: log and register it again",
    });
  }
  if (answer.kind === 'withheld') {
    const why = `The MLflow server does not serve the model's files, so its signature and input example are unknown: set \`smoke-request\` for a prediction.`;
    return { document: undefined, example: undefined, digest: undefined, warnings: [why] };
  }
  const document = readModelDocument(answer.text);
  const example = await quietly(() => fetchExample(server, files, document.example));
  // Those of a registered version are listed where a plan is made or checked: they are not meant to be written again.
  const listed = files.kind === 'version' ? undefined : await quietly(() => listAllFiles(server, files));
  return { document, example, digest: digestOf(answer.text, listed), warnings: document.warnings };
}

async function fetchExample(
  server: MlflowConnection,
  files: Located['files'],
  saved: ModelDocument['example'],
): Promise<InputExample | undefined> {
  if (saved === undefined) return undefined;
  const { path, ...form } = saved;
  const answer = await readModelFile(server, files, path);
  return answer.kind === 'text' ? { ...form, text: answer.text } : undefined;
}

/** For optional facts: undefined if the registry does not have them, or does not answer. */
async function quietly<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const isHarmless = error instanceof UserError && /^registry-|^model-not-|^bad-input/.test(error.code);
    if (isHarmless) return undefined;
    throw error;
  }
}

function modelOf(parts: { requestedUri: string; storageUri: string; located: Located; described: Described }): Model {
  const { artifactUri: _, files: __, ...known } = parts.located;
  const { document, example, digest, warnings } = parts.described;
  return {
    ...known,
    requestedUri: parts.requestedUri,
    storageUri: parts.storageUri,
    isDescribed: document !== undefined,
    signature: document?.signature,
    example,
    digest,
    warnings: [...known.warnings, ...warnings],
  };
}

function bareModel(requestedUri: string, storageUri: string, { origin }: StorageModelUri): Model {
  return {
    requestedUri,
    storageUri,
    origin: 'storage',
    name: origin.kind === 'run' ? nameFrom(origin.path) : undefined,
    version: undefined,
    alias: undefined,
    runId: origin.kind === 'run' ? origin.runId : undefined,
    modelId: origin.kind === 'logged-model' ? origin.modelId : undefined,
    isDescribed: false,
    signature: undefined,
    example: undefined,
    link: undefined,
    warnings: [],
  };
}
