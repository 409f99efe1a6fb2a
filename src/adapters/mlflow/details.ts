import { isJsonObject } from '../../base/json-value.ts';
import type { Model, ModelDetails } from '../../model/model.ts';
import type { MlflowConnection, Tree } from './connection.ts';

/** Maximum number of entries: a run may have logged thousands. */
const MOST = 200;

/** Description and tags of a registered version, and the last metrics of its run. */
export async function readDetails(
  server: MlflowConnection,
  { name, version, runId }: Pick<Model, 'name' | 'version' | 'runId'>,
): Promise<ModelDetails> {
  const [registered, run] = await Promise.all([
    name === undefined || version === undefined
      ? undefined
      : server.json({
          path: '/api/2.0/mlflow/model-versions/get',
          query: { name, version },
          what: `version ${version} of model "${name}"`,
        }),
    runId === undefined
      ? undefined
      : server.json({ path: '/api/2.0/mlflow/runs/get', query: { run_id: runId }, what: `run ${runId}` }),
  ]);
  const told = treeAt(registered?.body, 'model_version');
  const description = told['description'];
  return {
    description: typeof description === 'string' && description !== '' ? description : undefined,
    tags: new Map(
      entries(told['tags']).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
    ),
    metrics: new Map(
      entries(treeAt(treeAt(run?.body, 'run'), 'data')['metrics']).flatMap(([key, value]) =>
        typeof value === 'number' ? [[key, value] as const] : [],
      ),
    ),
  };
}

/** `[{key, value}]`, as MLflow lists tags and metrics. */
function entries(list: unknown): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, MOST)
    .flatMap((one) => (isJsonObject(one) && typeof one['key'] === 'string' ? [[one['key'], one['value']]] : []));
}

function treeAt(tree: Tree | undefined, key: string): Tree {
  const value = tree?.[key];
  return isJsonObject(value) ? value : {};
}
