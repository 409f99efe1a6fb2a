import { isJsonObject } from '../../base/json-value.ts';
import type { ListedFile } from '../../model/model-digest.ts';
import type { ApiRequest, MlflowConnection } from './connection.ts';

/** The API source of a model's files. The server reads the storage itself, so it works for any artifact URI. */
export type FileSource =
  | { readonly kind: 'version'; readonly name: string; readonly version: string; readonly listing: Listing | undefined }
  | Listing;

/** Sources that can also list their files. */
export type Listing =
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'logged-model'; readonly modelId: string };

export type FileAnswer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  /** The server, or a proxy in front of it, does not serve files. */
  | { readonly kind: 'withheld' };

/** @throws UserError registry-* */
export async function readModelFile(server: MlflowConnection, source: FileSource, file: string): Promise<FileAnswer> {
  const request = fileRequest(source, file);
  const { status, body } = await server.text({ ...request, mayFail: true });
  if (status === 200) return { kind: 'text', text: body };
  if (status === 404 && body.includes('RESOURCE_DOES_NOT_EXIST')) return { kind: 'missing' };
  // Before 3.12, and for S3, Azure and GCS still, a missing file is a 500 (mlflow#24535): list the files before a retry.
  const files = await listFiles(server, source.kind === 'version' ? source.listing : source);
  if (files !== undefined && !files.some(({ path }) => path === file)) return { kind: 'missing' };
  // One odd answer is no proof that the server does not serve files: a model would go live without a prediction.
  const again = await server.text(request);
  if (again.status === 200) return { kind: 'text', text: again.body };
  return { kind: status < 500 ? 'withheld' : 'missing' };
}

/** Folders and files of one model that are listed, and how deep. */
const MOST_FOLDERS = 50;
const MOST_FILES = 2_000;
const DEEPEST = 6;

/**
 * The files of a model with those in its folders, as far as these limits; undefined if they cannot be listed.
 * @throws UserError registry-*
 */
export async function listAllFiles(
  server: MlflowConnection,
  source: Listing | undefined,
): Promise<readonly ListedFile[] | undefined> {
  const first = await listFiles(server, source);
  if (source === undefined || first === undefined) return first;
  const found: ListedFile[] = [];
  const waiting = [{ files: first, depth: 1 }];
  let folders = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { files, depth } = next;
    for (const file of files.slice(0, MOST_FILES - found.length)) found.push(file);
    // The order of a list is not promised, and the limit must leave the same out each time.
    const inside = files.filter(({ isFolder }) => isFolder === true).map(({ path }) => path);
    for (const folder of depth === DEEPEST ? [] : inside.toSorted()) {
      if (folders++ >= MOST_FOLDERS || !isInside(folder)) break;
      const listed = await listFiles(server, source, folder);
      waiting.push({ files: (listed ?? []).filter(({ path }) => path.startsWith(`${folder}/`)), depth: depth + 1 });
    }
  }
  return found;
}

/** A folder that a store names may lead anywhere. */
function isInside(folder: string): boolean {
  return folder !== '' && !folder.split('/').some((part) => part === '..' || part === '.' || part === '');
}

/** Paths relative to the source; undefined if the files cannot be listed. @throws UserError registry-* */
export async function listFiles(
  server: MlflowConnection,
  source: Listing | undefined,
  folder?: string,
): Promise<readonly ListedFile[] | undefined> {
  if (source === undefined) return undefined;
  const answer = await server.json(listRequest(source, folder));
  if (answer?.status !== 200) return undefined;
  const { files } = answer.body;
  const prefix = source.kind === 'run' && source.path !== '' ? `${source.path}/` : '';
  return (Array.isArray(files) ? files : [])
    .filter(isJsonObject)
    .map(({ path: whole, file_size: size, is_dir: isFolder }) => {
      const path = String(whole);
      const inside = path.startsWith(prefix) ? path.slice(prefix.length) : path;
      // Servers before 1.22 write 64-bit numbers as texts.
      return {
        path: inside,
        size: size === undefined ? undefined : Number(size),
        ...(isFolder === true && { isFolder }),
      };
    });
}

function fileRequest(source: FileSource, file: string): ApiRequest {
  switch (source.kind) {
    case 'version': {
      const { name, version } = source;
      const what = `${file} of version ${version} of model "${name}"`;
      return { path: '/model-versions/get-artifact', query: { name, version, path: file }, what };
    }
    case 'run': {
      const { runId, path } = source;
      const what = `${file} of run ${runId}`;
      return { path: '/get-artifact', query: { run_id: runId, path: path === '' ? file : `${path}/${file}` }, what };
    }
    case 'logged-model': {
      // Exists under /ajax-api only.
      const path = `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(source.modelId)}/artifacts/files`;
      return { path, query: { artifact_file_path: file }, what: `${file} of logged model ${source.modelId}` };
    }
  }
}

function listRequest(source: Listing, folder: string | undefined): ApiRequest {
  if (source.kind === 'run') {
    const path = [source.path, folder ?? ''].filter((one) => one !== '').join('/');
    const query = { run_id: source.runId, ...(path !== '' && { path }) };
    return { path: '/api/2.0/mlflow/artifacts/list', query, what: `the artifacts of run ${source.runId}` };
  }
  const path = `/api/2.0/mlflow/logged-models/${encodeURIComponent(source.modelId)}/artifacts/directories`;
  const query = folder === undefined ? {} : { artifact_directory_path: folder };
  return { path, query, what: `the files of logged model ${source.modelId}` };
}
