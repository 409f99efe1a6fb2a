import { UserError, unreachable } from '../../base/errors.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import type { Model } from '../../model/model.ts';
import { type ModelUri, storageOriginOf } from '../../model/model-uri.ts';
import {
  type LoggedModel,
  type ModelVersion,
  type Run,
  readDownloadUri,
  readLoggedModel,
  readLoggedModelsOf,
  readNewestVersion,
  readRun,
  readVersion,
  readVersionByAlias,
} from './api.ts';
import type { MlflowConnection } from './connection.ts';
import { type FileSource, type Listing, readModelFile } from './files.ts';

/** A model in the registry, before its files are read. */
export interface Located extends Pick<Model, 'name' | 'version' | 'alias' | 'runId' | 'modelId' | 'link' | 'warnings'> {
  readonly origin: Model['origin'];
  readonly artifactUri: string;
  readonly files: FileSource;
}

export type ServerUri = Exclude<ModelUri, { readonly kind: 'storage' }>;

/** @throws UserError model-not-found, model-not-ready, registry-* */
export async function locate(server: MlflowConnection, uri: ServerUri): Promise<Located> {
  switch (uri.kind) {
    case 'version':
      return ofVersion(server, await readVersion(server, uri.name, uri.version), undefined);
    case 'alias':
      return ofVersion(server, await readVersionByAlias(server, uri.name, uri.alias), uri.alias);
    case 'stage':
      return ofVersion(server, await readNewestVersion(server, uri.name, uri.stage), uri.stage);
    case 'latest':
      return ofVersion(server, await readNewestVersion(server, uri.name, undefined), 'latest');
    case 'logged-model':
      return ofLoggedModel(server, await readLoggedModel(server, uri.modelId));
    case 'run':
      return ofRun(server, uri.runId, uri.path);
    default:
      return unreachable(uri);
  }
}

/** The folder in a run, in the layout of MLflow 1 and 2. It may not contain a model. */
export async function locateInRun(server: MlflowConnection, runId: string, path: string): Promise<Located> {
  return inRun(server, await readRun(server, runId), path);
}

async function ofVersion(server: MlflowConnection, found: ModelVersion, alias: string | undefined): Promise<Located> {
  const { name, version, status, statusMessage, runId } = found;
  // `get-download-uri` answers for these too.
  if (status !== undefined && status !== 'READY') {
    const why = statusMessage === undefined ? '' : `: ${statusMessage}`;
    throw new UserError('model-not-ready', `version ${version} of model "${name}" is ${status}${why}`, {
      hint: status.startsWith('PENDING') ? 'start the workflow again when it is READY' : 'register the model again',
    });
  }
  const told = await readDownloadUri(server, name, version);
  // File-based registries, and rows from before MLflow 3.0, may still point to a logged model.
  const loggedModel = /^models:\/(m-[\w-]+)$/.exec(told)?.[1];
  const artifactUri = loggedModel === undefined ? told : (await readLoggedModel(server, loggedModel)).artifactUri;
  const origin = storageOriginOf(artifactUri);
  const modelId = found.modelId ?? (origin.kind === 'logged-model' ? origin.modelId : undefined);
  return {
    origin: 'registry',
    name,
    version,
    alias,
    runId,
    modelId,
    artifactUri,
    files: { kind: 'version', name, version, listing: listingOf(modelId, origin) },
    link: `${server.url}/#/models/${encodeURIComponent(name)}/versions/${version}`,
    warnings: [],
  };
}

/** Where the files of a model can be listed; undefined if its place does not say. */
export function listingOf(
  modelId: string | undefined,
  origin: ReturnType<typeof storageOriginOf>,
): Listing | undefined {
  if (modelId !== undefined) return { kind: 'logged-model', modelId };
  if (origin.kind === 'logged-model') return origin;
  return origin.kind === 'run' ? origin : undefined;
}

export function ofLoggedModel(server: MlflowConnection, model: LoggedModel): Located {
  const { modelId, name, experimentId, artifactUri, status, runId } = model;
  if (status !== undefined && status !== 'LOGGED_MODEL_READY') {
    throw new UserError('model-not-ready', `logged model ${modelId} is ${status}`, {
      hint: 'wait until its MLflow run has ended, or log the model again',
    });
  }
  return {
    origin: 'logged-model',
    name: nameFrom(name),
    version: undefined,
    alias: undefined,
    runId,
    modelId,
    artifactUri,
    files: { kind: 'logged-model', modelId },
    link: `${server.url}/#/experiments/${experimentId}/models/${modelId}`,
    warnings: [],
  };
}

/** In MLflow 2 a model is stored in its run's folder. In MLflow 3 the run only has a logged model of that name. */
async function ofRun(server: MlflowConnection, runId: string, path: string): Promise<Located> {
  const run = await readRun(server, runId);
  const classic = inRun(server, run, path);
  if ((await readModelFile(server, classic.files, 'MLmodel')).kind === 'text') return classic;
  const logged = await readLoggedModelsOf(server, run);
  const [newest, ...older] = logged.filter(({ name }) => name === path).sort((a, b) => b.created - a.created);
  if (newest === undefined) {
    const names = [...new Set(logged.map(({ name }) => `\`${name}\``))].join(', ');
    throw new UserError('model-not-found', `run ${runId} has no model at \`${path}\``, {
      hint: names === '' ? "find the model's path in the run's artifacts" : `the run logged: ${names}`,
    });
  }
  const located = { ...ofLoggedModel(server, newest), origin: 'run' as const, runId };
  if (older.length === 0) return located;
  const ambiguous = `Run ${runId} logged ${older.length + 1} models named \`${path}\`; this is the newest, ${newest.modelId}: set \`models:/m-…\` to choose another one.`;
  return { ...located, warnings: [ambiguous] };
}

function inRun(server: MlflowConnection, { runId, experimentId, artifactUri }: Run, path: string): Located {
  return {
    origin: 'run',
    name: nameFrom(path),
    version: undefined,
    alias: undefined,
    runId,
    modelId: undefined,
    artifactUri: path === '' ? artifactUri : `${withoutTrailing(artifactUri, '/')}/${path}`,
    files: { kind: 'run', runId, path },
    link: `${server.url}/#/experiments/${experimentId}/runs/${runId}`,
    warnings: [],
  };
}

/** The last part of a path. Many models are logged as `model`: two of them would overwrite each other's deployment. */
export function nameFrom(path: string | undefined): string | undefined {
  const name = path?.split('/').at(-1);
  return name === '' || name === 'model' ? undefined : name;
}
