import type { ModelFolder, ObjectStore, RegisteredModel, RegisteredVersion } from '../models.ts';
import { list } from './answer.ts';

/** The data of the server. */
export interface Library {
  readonly models: readonly RegisteredModel[];
  readonly store: ObjectStore;
}

/** All runs belong to one experiment. */
export const EXPERIMENT = '1';

/** The object store's URI for `mlflow-artifacts:/p`: the server's --artifacts-destination is s3://mlflow. */
export function folderAt({ store }: Library, artifactUri: string): ModelFolder | undefined {
  return store.get(artifactUri.replace('mlflow-artifacts:/', 's3://mlflow/'));
}

export function findModel(models: readonly RegisteredModel[], query: URLSearchParams): RegisteredModel | undefined {
  return models.find(({ name }) => name === query.get('name'));
}

export function findVersion(
  models: readonly RegisteredModel[],
  query: URLSearchParams,
): [string, RegisteredVersion | undefined] {
  const model = findModel(models, query);
  return [model?.name ?? '', model?.versions.find(({ version }) => version === query.get('version'))];
}

export function loggedVersions(models: readonly RegisteredModel[]): readonly RegisteredVersion[] {
  return models.flatMap(({ versions }) => versions).filter(({ modelId }) => modelId !== undefined);
}

export function hasRun({ models }: Library, runId: string | null): boolean {
  return models.some(({ versions }) => versions.some((version) => version.runId === runId));
}

export function runRoot(runId: string | null): string {
  return `mlflow-artifacts:/${EXPERIMENT}/${runId}/artifacts`;
}

/** `source` is as registered; there is no `model_id`. */
export function versionJson(
  name: string,
  { version, status, stage, runId, modelId, artifactUri, aliases = [], ...told }: RegisteredVersion,
) {
  return {
    name,
    version,
    current_stage: stage ?? 'None',
    description: told.description ?? '',
    ...list(
      'tags',
      Object.entries(told.tags ?? {}).map(([key, value]) => ({ key, value })),
    ),
    source: modelId === undefined ? artifactUri : `models:/${modelId}`,
    run_id: runId,
    status: status ?? 'READY',
    ...(status !== undefined && status !== 'READY' && { status_message: `sandbox: ${status}` }),
    run_link: '',
    ...list('aliases', aliases),
  };
}

export function loggedModelJson({ modelId, runId, artifactUri }: RegisteredVersion) {
  const info = { model_id: modelId, experiment_id: EXPERIMENT, name: 'model', creation_timestamp_ms: 0 };
  return { info: { ...info, artifact_uri: artifactUri, status: 'LOGGED_MODEL_READY', source_run_id: runId }, data: {} };
}

export function fileJson(path: string, content: string) {
  return { path, is_dir: false, file_size: Buffer.byteLength(content) };
}

/** The files and folders right in one folder of a model; `sub` is empty for the model's own. */
export function entriesOf(folder: ModelFolder | undefined, sub: string, prefix = '') {
  const start = sub === '' ? '' : `${sub}/`;
  const inside = Object.entries(folder ?? {}).filter(([path]) => path.startsWith(start));
  const folders = new Set(inside.flatMap(([path]) => /^([^/]+)\/./.exec(path.slice(start.length))?.[1] ?? []));
  const files = inside.filter(([path]) => !path.slice(start.length).includes('/'));
  return [
    ...files.map(([path, content]) => fileJson(`${prefix}${path}`, content)),
    ...[...folders].map((name) => ({ path: `${prefix}${start}${name}`, is_dir: true })),
  ];
}

/** The model whose folder a path of the store is in, and what is left of the path. */
export function modelAt(library: Library, place: string): readonly [ModelFolder, string] | undefined {
  const parts = place.split('/');
  for (let length = parts.length; length > 0; length--) {
    const folder = folderAt(library, parts.slice(0, length).join('/'));
    if (folder !== undefined) return [folder, parts.slice(length).join('/')];
  }
  return undefined;
}
