import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import type { Stage } from '../../model/model-uri.ts';
import type { ApiRequest, MlflowConnection, Tree } from './connection.ts';
import { foreignAnswerOf, quoteOf } from './refusal.ts';
import { hintIn } from './refusal-hints.ts';

export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly status: string | undefined;
  readonly statusMessage: string | undefined;
  readonly runId: string | undefined;
  /** MLflow 3.17 does not return it here; `source` contains it. */
  readonly modelId: string | undefined;
}

export interface Run {
  readonly runId: string;
  readonly experimentId: string;
  readonly artifactUri: string;
}

export interface LoggedModel {
  readonly modelId: string;
  readonly name: string | undefined;
  readonly experimentId: string;
  readonly artifactUri: string;
  readonly status: string | undefined;
  readonly runId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

const REGISTRY = '/api/2.0/mlflow/registered-models';
const VERSIONS = '/api/2.0/mlflow/model-versions';
const LOGGED_MODELS = '/api/2.0/mlflow/logged-models';
const MOST_PAGES = 20;

/** Asks for one registered model, to see whether the server accepts us. */
export async function searchModels(server: MlflowConnection): Promise<void> {
  await ask(server, { path: `${REGISTRY}/search`, query: { max_results: '1' }, what: 'the registered models' });
}

export async function readVersion(server: MlflowConnection, name: string, version: string): Promise<ModelVersion> {
  const what = `version ${version} of model "${name}"`;
  const answer = await ask(server, { path: `${VERSIONS}/get`, query: { name, version }, what });
  return versionOf(partOf(server, what, answer.model_version));
}

/** The location of the files. `source` in the version is only the value that the client registered. */
export async function readDownloadUri(server: MlflowConnection, name: string, version: string): Promise<string> {
  const what = `the download URI of version ${version} of model "${name}"`;
  const answer = await ask(server, { path: `${VERSIONS}/get-download-uri`, query: { name, version }, what });
  const uri = textOf(answer, 'artifact_uri');
  if (uri === undefined) throw foreignAnswerOf(server.url, what);
  return uri;
}

export async function readVersionByAlias(server: MlflowConnection, name: string, alias: string): Promise<ModelVersion> {
  const what = `alias "${alias}" of model "${name}"`;
  const answer = await server.json({ path: `${REGISTRY}/alias`, query: { name, alias }, what });
  // A missing alias is 400 INVALID_PARAMETER_VALUE, a missing model 404 (recorded on 3.17).
  if (answer?.status === 400) {
    throw new UserError('model-not-found', `model "${name}" has no alias "${alias}"`, {
      hint: `aliases are case-sensitive; it has: ${await aliasesOf(server, name)}`,
    });
  }
  return versionOf(partOf(server, what, accepted(server, what, answer).model_version));
}

/** The highest version in a stage, or of all. */
export async function readNewestVersion(
  server: MlflowConnection,
  name: string,
  stage: Stage | undefined,
): Promise<ModelVersion> {
  const what = stage === undefined ? `the versions of model "${name}"` : `stage ${stage} of model "${name}"`;
  const query = { name, ...(stage !== undefined && { stages: stage }) };
  const answer = await ask(server, { path: `${REGISTRY}/get-latest-versions`, query, what });
  // Without a stage the server answers the newest of each stage.
  const [newest] = listOf(answer, 'model_versions')
    .map(versionOf)
    .sort((a, b) => Number(b.version) - Number(a.version));
  if (newest !== undefined) return newest;
  const where = stage === undefined ? '' : ` in stage ${stage}`;
  throw new UserError('model-not-found', `model "${name}" has no version${where}`, {
    hint: 'register one, or set a version or an alias in `model-uri`',
  });
}

export async function readRun(server: MlflowConnection, runId: string): Promise<Run> {
  const answer = await ask(server, {
    path: '/api/2.0/mlflow/runs/get',
    query: { run_id: runId },
    what: `run ${runId}`,
  });
  const info = treeOf(partOf(server, `run ${runId}`, answer.run).info);
  return { runId, experimentId: String(info.experiment_id), artifactUri: textOf(info, 'artifact_uri') ?? '' };
}

export async function readLoggedModel(server: MlflowConnection, modelId: string): Promise<LoggedModel> {
  const path = `${LOGGED_MODELS}/${encodeURIComponent(modelId)}`;
  const answer = await ask(server, { path, what: `logged model ${modelId}` });
  return loggedModelOf(partOf(server, `logged model ${modelId}`, answer.model));
}

/** The models that a run logged, in MLflow 3; none on older servers. */
export async function readLoggedModelsOf(server: MlflowConnection, run: Run): Promise<readonly LoggedModel[]> {
  const found: LoggedModel[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await server.json({
      path: `${LOGGED_MODELS}/search`,
      body: {
        experiment_ids: [run.experimentId],
        filter: `source_run_id='${run.runId}'`,
        ...(token !== undefined && { page_token: token }),
      },
      what: `the logged models of run ${run.runId}`,
    });
    if (answer?.status !== 200) return found;
    for (const one of listOf(answer.body, 'models')) found.push(loggedModelOf(one));
    token = textOf(answer.body, 'next_page_token');
    if (token === undefined || token === '') return found;
  }
  return found;
}

async function aliasesOf(server: MlflowConnection, name: string): Promise<string> {
  const answer = await server.json({ path: `${REGISTRY}/get`, query: { name }, what: `model "${name}"` });
  const aliases = listOf(treeOf(answer?.body.registered_model), 'aliases');
  return aliases.map((one) => `\`${one.alias}\` (version ${one.version})`).join(', ') || 'none';
}

async function ask(server: MlflowConnection, request: ApiRequest): Promise<Tree> {
  return accepted(server, request.what, await server.json(request));
}

function accepted(server: MlflowConnection, what: string, answer: Awaited<ReturnType<MlflowConnection['json']>>): Tree {
  if (answer === undefined) {
    throw new UserError('registry-failed', `the server ${server.url} has no answer for ${what} (HTTP 404)`, {
      hint: 'check that `mlflow-tracking-uri` is an MLflow server; aliases need MLflow 2.3, `models:/m-…` MLflow 3.0',
    });
  }
  if (answer.status === 200) return answer.body;
  const said = quoteOf(JSON.stringify(answer.body));
  if (answer.status === 404) {
    throw new UserError(
      'model-not-found',
      `the MLflow server ${server.url} has no ${what.replace(/^the /, '')}: ${said}`,
      {
        hint:
          hintIn(404, said) ??
          'check `model-uri` (names and ids are case-sensitive), and that it is the correct server',
      },
    );
  }
  const hint = hintIn(answer.status, said);
  const message = `the MLflow server ${server.url} refuses to return ${what}: ${said}`;
  throw new UserError('registry-failed', message, hint === undefined ? {} : { hint });
}

/** The object that was asked for. @throws UserError registry-failed if the answer is of another server */
function partOf(server: MlflowConnection, what: string, value: unknown): Tree {
  if (!isJsonObject(value)) throw foreignAnswerOf(server.url, what);
  return value;
}

function versionOf(value: unknown): ModelVersion {
  const version = treeOf(value);
  return {
    name: String(version.name),
    version: String(version.version),
    status: textOf(version, 'status'),
    statusMessage: textOf(version, 'status_message'),
    runId: textOf(version, 'run_id'),
    modelId: textOf(version, 'model_id') ?? /^models:\/(m-[\w-]+)$/.exec(String(version.source))?.[1],
  };
}

function loggedModelOf(value: unknown): LoggedModel {
  const info = treeOf(treeOf(value).info);
  return {
    modelId: String(info.model_id),
    name: textOf(info, 'name'),
    experimentId: String(info.experiment_id),
    artifactUri: textOf(info, 'artifact_uri') ?? '',
    status: textOf(info, 'status'),
    runId: textOf(info, 'source_run_id'),
    created: Number(info.creation_timestamp_ms),
  };
}

/** The server omits empty fields, or sends them as an empty text. */
function textOf(tree: Tree, key: string): string | undefined {
  const value = tree[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listOf(tree: Tree, key: string): readonly Tree[] {
  const value = tree[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function treeOf(value: unknown): Tree {
  return isJsonObject(value) ? value : {};
}
