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

/** Paths relative to the source; undefined if the files cannot be listed. @throws UserError registry-* */
export async function listFiles(
  server: MlflowConnection,
  source: Listing | undefined,
): Promise<readonly ListedFile[] | undefined> {
  if (source === undefined) return undefined;
  const answer = await server.json(listRequest(source));
  if (answer?.status !== 200) return undefined;
  const { files } = answer.body;
  const prefix = source.kind === 'run' && source.path !== '' ? `${source.path}/` : '';
  return (Array.isArray(files) ? files : []).filter(isJsonObject).map(({ path: whole, file_size: size }) => {
    const path = String(whole);
    const inside = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    // Servers before 1.22 write 64-bit numbers as texts.
    return { path: inside, size: size === undefined ? undefined : Number(size) };
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

function listRequest(source: Listing): ApiRequest {
  if (source.kind === 'run') {
    const query = { run_id: source.runId, ...(source.path !== '' && { path: source.path }) };
    return { path: '/api/2.0/mlflow/artifacts/list', query, what: `the artifacts of run ${source.runId}` };
  }
  const path = `/api/2.0/mlflow/logged-models/${encodeURIComponent(source.modelId)}/artifacts/directories`;
  return { path, what: `the files of logged model ${source.modelId}` };
}
