import type { RegisteredVersion } from '../models.ts';
import { type Answer, json, list, noLoggedModel, noModel, noRoute, noRun, noVersion, refused, text } from './answer.ts';
import {
  EXPERIMENT,
  entriesOf,
  findModel,
  findVersion,
  folderAt,
  hasRun,
  type Library,
  loggedModelJson,
  loggedVersions,
  modelAt,
  runRoot,
  versionJson,
} from './library.ts';

export interface Question {
  readonly method: string;
  /** Without the static prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

type Route = (library: Library, question: Question, id: string) => Answer;

const API = '/api/2.0/mlflow';

/** Those of an MLflow 3.17 server with proxied artifacts, as far as the action asks. */
const ROUTES: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['GET', /^\/health$/, () => text('OK')],
  ['GET', /^\/version$/, () => text('3.17.1')],
  ['GET', at(`${API}/model-versions/get`), (library, { query }) => getVersion(library, query)],
  ['GET', at(`${API}/model-versions/get-download-uri`), (library, { query }) => getDownloadUri(library, query)],
  ['GET', at(`${API}/registered-models/search`), ({ models }) => listModels(models)],
  ['GET', at(`${API}/registered-models/get`), (library, { query }) => getModel(library, query)],
  ['GET', at(`${API}/registered-models/alias`), (library, { query }) => getAlias(library, query)],
  ['POST', at(`${API}/registered-models/alias`), (library, { body }) => setAlias(library, body)],
  ['POST', at(`${API}/model-versions/set-tag`), (library, { body }) => setTag(library, body)],
  ['GET', at(`${API}/registered-models/get-latest-versions`), (library, { query }) => getLatest(library, query)],
  ['GET', at(`${API}/runs/get`), (library, { query }) => getRun(library, query.get('run_id'))],
  ['GET', at(`${API}/artifacts/list`), (library, { query }) => listRun(library, query)],
  ['POST', at(`${API}/logged-models/search`), (library, { body }) => searchLoggedModels(library, body)],
  ['GET', at(`${API}/logged-models/([^/]+)`), (library, _, id) => getLoggedModel(library, id)],
  [
    'GET',
    at(`${API}/logged-models/([^/]+)/artifacts/directories`),
    (library, { query }, id) => listLoggedModel(library, id, query),
  ],
  ['GET', at('/ajax-api/2.0/mlflow/logged-models/([^/]+)/artifacts/files'), readLoggedModelFile],
  ['GET', at('/get-artifact'), (library, { query }) => readRunFile(library, query)],
  ['GET', at('/model-versions/get-artifact'), (library, { query }) => readVersionFile(library, query)],
];

export function answerOf(library: Library, question: Question): Answer {
  for (const [method, path, route] of ROUTES) {
    const match = path.exec(question.path);
    if (match && method === question.method) return route(library, question, decodeURIComponent(match[1] ?? ''));
  }
  return noRoute();
}

/** An alias points to one version at a time. */
function setAlias({ models }: Library, { name, version, alias }: Question['body']): Answer {
  const model = models.find((one) => one.name === name);
  const target = model?.versions.find((one) => one.version === version);
  if (model === undefined || target === undefined)
    return noVersion(new URLSearchParams(`name=${name}&version=${version}`));
  for (const one of model.versions) {
    const aliases = (one.aliases ?? []).filter((other) => other !== alias);
    Object.assign(one, { aliases: one === target ? [...aliases, String(alias)] : aliases });
  }
  return json({});
}

function setTag({ models }: Library, { name, version, key, value }: Question['body']): Answer {
  const target = models.find((one) => one.name === name)?.versions.find((one) => one.version === version);
  if (target === undefined) return noVersion(new URLSearchParams(`name=${name}&version=${version}`));
  Object.assign(target, { tags: { ...target.tags, [String(key)]: String(value) } });
  return json({});
}

function getVersion({ models }: Library, query: URLSearchParams): Answer {
  const [name, found] = findVersion(models, query);
  return found === undefined ? noVersion(query) : json({ model_version: versionJson(name, found) });
}

/** Answers also for versions that are not ready, and for files that no longer exist. */
function getDownloadUri({ models }: Library, query: URLSearchParams): Answer {
  const [, found] = findVersion(models, query);
  return found === undefined ? noVersion(query) : json({ artifact_uri: found.artifactUri });
}

function getModel({ models }: Library, query: URLSearchParams): Answer {
  const model = findModel(models, query);
  if (model === undefined) return noModel(query);
  const aliases = model.versions.flatMap(({ version, aliases = [] }) => aliases.map((alias) => ({ alias, version })));
  return json({ registered_model: { name: model.name, ...(aliases.length > 0 && { aliases }) } });
}

/** The newest first, one page of any size. */
function listModels(models: Library['models']): Answer {
  const all = models.map(({ name }) => ({ name }));
  return json(list('registered_models', all));
}

function getAlias({ models }: Library, query: URLSearchParams): Answer {
  const model = findModel(models, query);
  if (model === undefined) return noModel(query);
  const alias = query.get('alias') ?? '';
  const found = model.versions.find(({ aliases = [] }) => aliases.includes(alias));
  if (found !== undefined) return json({ model_version: versionJson(model.name, found) });
  return refused(400, 'INVALID_PARAMETER_VALUE', `Registered model alias ${alias} not found.`);
}

/** The newest version of each stage. */
function getLatest({ models }: Library, query: URLSearchParams): Answer {
  const model = findModel(models, query);
  if (model === undefined) return noModel(query);
  const wanted = query.getAll('stages');
  const newest = new Map<string, RegisteredVersion>();
  for (const version of [...model.versions].sort((a, b) => Number(a.version) - Number(b.version))) {
    newest.set(version.stage ?? 'None', version);
  }
  const found = [...newest].filter(([stage]) => wanted.length === 0 || wanted.includes(stage));
  return json(
    list(
      'model_versions',
      found.map(([, version]) => versionJson(model.name, version)),
    ),
  );
}

function getRun(library: Library, runId: string | null): Answer {
  if (!hasRun(library, runId)) return noRun(runId);
  const info = {
    run_id: runId,
    run_uuid: runId,
    experiment_id: EXPERIMENT,
    status: 'FINISHED',
    lifecycle_stage: 'active',
  };
  return json({
    run: { info: { ...info, artifact_uri: runRoot(runId) }, data: { metrics: metricsOf(library, runId) } },
  });
}

function metricsOf({ models }: Library, runId: string | null): readonly unknown[] {
  const found = models.flatMap((model) => model.versions).find((version) => version.runId === runId);
  return Object.entries(found?.metrics ?? {}).map(([key, value]) => ({ key, value, timestamp: 0, step: 0 }));
}

/** Empty in MLflow 3 for a run that logged a model. */
function listRun(library: Library, query: URLSearchParams): Answer {
  const runId = query.get('run_id');
  if (!hasRun(library, runId)) return noRun(runId);
  const path = query.get('path');
  const [folder, sub = ''] = modelAt(library, path === null ? runRoot(runId) : `${runRoot(runId)}/${path}`) ?? [];
  const root = path === null || sub === '' ? path : path.slice(0, -sub.length - 1);
  const files = entriesOf(folder, sub, root === null ? '' : `${root}/`);
  return json({ root_uri: runRoot(runId), ...list('files', files) });
}

function searchLoggedModels({ models }: Library, { filter }: Question['body']): Answer {
  const runId = /source_run_id\s*=\s*'([^']*)'/.exec(String(filter))?.[1];
  const found = loggedVersions(models).filter((version) => version.runId === runId);
  return json(list('models', found.map(loggedModelJson)));
}

function getLoggedModel({ models }: Library, id: string): Answer {
  const found = loggedVersions(models).find(({ modelId }) => modelId === id);
  return found === undefined ? noLoggedModel(id) : json({ model: loggedModelJson(found) });
}

function listLoggedModel(library: Library, id: string, query: URLSearchParams): Answer {
  const found = loggedVersions(library.models).find(({ modelId }) => modelId === id);
  if (found === undefined) return noLoggedModel(id);
  const files = entriesOf(folderAt(library, found.artifactUri), query.get('artifact_directory_path') ?? '');
  return json({ root_uri: found.artifactUri, ...list('files', files) });
}

function readLoggedModelFile(library: Library, { query }: Question, id: string): Answer {
  const found = loggedVersions(library.models).find(({ modelId }) => modelId === id);
  return found === undefined ? noLoggedModel(id) : file(library, found.artifactUri, query.get('artifact_file_path'));
}

function readRunFile(library: Library, query: URLSearchParams): Answer {
  const runId = query.get('run_id');
  return hasRun(library, runId) ? file(library, runRoot(runId), query.get('path')) : noRun(runId);
}

function readVersionFile(library: Library, query: URLSearchParams): Answer {
  const [, found] = findVersion(library.models, query);
  return found === undefined ? noVersion(query) : file(library, found.artifactUri, query.get('path'));
}

function file(library: Library, root: string, path: string | null): Answer {
  const [folder, name = ''] = modelAt(library, `${root}/${path}`) ?? [];
  const content = folder?.[name];
  if (content !== undefined) return { status: 200, type: 'text/plain', body: content };
  const place = `${root}/${path}`.replace('mlflow-artifacts:/', '');
  return refused(404, 'RESOURCE_DOES_NOT_EXIST', `No such artifact: '${place}'`);
}

function at(path: string): RegExp {
  return new RegExp(`^${path}$`);
}
