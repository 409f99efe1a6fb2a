import { UserError } from '../../base/errors.ts';
import type { WriteBack } from '../../model/registry.ts';
import type { MlflowConnection } from './connection.ts';

/** Sets aliases and tags of one registered version. */
export async function writeBack(
  server: MlflowConnection,
  { name, version }: { readonly name: string; readonly version: string },
  { aliases, tags }: WriteBack,
): Promise<void> {
  for (const [key, value] of Object.entries(tags)) {
    const body = { name, version, key, value };
    await post(server, {
      path: '/api/2.0/mlflow/model-versions/set-tag',
      body,
      what: `tag ${key} of ${name} v${version}`,
    });
  }
  // Last, because other systems react to an alias.
  for (const alias of aliases) {
    const body = { name, version, alias };
    await post(server, { path: '/api/2.0/mlflow/registered-models/alias', body, what: `alias ${alias} of ${name}` });
  }
}

async function post(
  server: MlflowConnection,
  request: { readonly path: string; readonly body: Record<string, unknown>; readonly what: string },
): Promise<void> {
  const answer = await server.json(request);
  if (answer?.status === 200) return;
  const said =
    answer === undefined ? 'HTTP 404' : `HTTP ${answer.status}: ${JSON.stringify(answer.body).slice(0, 200)}`;
  throw new UserError('registry-failed', `the MLflow server ${server.url} did not write the ${request.what}: ${said}`, {
    hint: 'check that the user of this token has permission to edit the registered model',
  });
}
