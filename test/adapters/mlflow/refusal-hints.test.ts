import { afterEach, describe, expect, it } from 'vitest';
import {
  readDownloadUri,
  readLoggedModel,
  readRun,
  readVersion,
  readVersionByAlias,
} from '../../../src/adapters/mlflow/api.ts';
import { MlflowConnection } from '../../../src/adapters/mlflow/connection.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Reply, startWire } from '../../support/mlflow-replay.ts';

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function connected(reply: Reply): Promise<MlflowConnection> {
  const server = await startWire(() => reply);
  const config = {
    trackingUri: server.url,
    token: undefined,
    username: undefined,
    password: undefined,
    artifactsDestination: undefined,
    storageUriMap: [],
  };
  const made = new MlflowConnection(server.url, { config, clock: new FakeClock(), warn: () => {} });
  open.push(server, made);
  return made;
}

const error = (code: string, message: string) => JSON.stringify({ error_code: code, message });

describe('a refusal is told with the cure that it names itself', () => {
  it.each([
    [
      'a workspace is required',
      400,
      error('INVALID_PARAMETER_VALUE', 'Active workspace is required. Set X-MLFLOW-WORKSPACE'),
      'MLFLOW_WORKSPACE to the workspace',
    ],
    [
      'a workspace is missing',
      404,
      error('RESOURCE_DOES_NOT_EXIST', "Workspace 'x' not found"),
      'MLFLOW_WORKSPACE to the workspace',
    ],
    [
      'there are no workspaces',
      500,
      error('FEATURE_DISABLED', 'Workspace APIs are not available: workspaces are not enabled'),
      'unset the environment variable MLFLOW_WORKSPACE',
    ],
    [
      'Unity Catalog has no stages',
      400,
      error('INVALID_PARAMETER_VALUE', "Method 'get_latest_versions' is unsupported for models in the Unity Catalog."),
      'name a version or an alias',
    ],
    [
      'the old registry is disabled',
      403,
      error('PERMISSION_DENIED', 'Legacy workspace model registry is disabled. Please use models in Unity Catalog.'),
      'copy the model to a storage',
    ],
    [
      'the old registry is disabled, as a feature',
      400,
      error('FEATURE_DISABLED', 'Legacy workspace model registry is disabled.'),
      'copy the model to a storage',
    ],
    ['a token is invalid', 403, error('403', 'Invalid access token.'), 'a token that is valid'],
    ['a page of a proxy', 403, '<html><head><title>403 Forbidden</title></head></html>', 'the proxy before the server'],
    [
      'HTTP on a port of HTTPS',
      400,
      '<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>',
      'https://',
    ],
    ['a limit of requests', 429, 'Too Many Requests', 'limits requests'],
    ['nothing behind the proxy', 502, '<html>502 Bad Gateway</html>', 'does not answer behind its proxy'],
    [
      'only artifacts',
      503,
      'disabled due to the mlflow server running in `--artifacts-only` mode.',
      'has only artifacts',
    ],
    ['a proxy on the way out', 407, 'Proxy Authentication Required', 'NO_PROXY'],
    ['a circle', 302, '', 'login proxy that wants a cookie'],
  ])('%s', async (_what, status, body, hint) => {
    const server = await connected({ status, body, ...(status === 302 && { headers: { location: '/login' } }) });
    await expect(readVersion(server, 'm', '1')).rejects.toMatchObject({ hint: expect.stringContaining(hint) });
  });

  it('with the words of MLflow, where it denies access', async () => {
    const server = await connected({ status: 403, body: error('PERMISSION_DENIED', 'User has no READ') });
    await expect(readVersion(server, 'm', '1')).rejects.toMatchObject({
      code: 'registry-forbidden',
      message: expect.stringContaining('User has no READ'),
      hint: expect.stringContaining('give the user READ permission'),
    });
  });
});

describe('an answer of something else than MLflow', () => {
  it.each([
    ['a version', (server: MlflowConnection) => readVersion(server, 'm', '1')],
    ['an alias', (server: MlflowConnection) => readVersionByAlias(server, 'm', 'a')],
    ['a download URI', (server: MlflowConnection) => readDownloadUri(server, 'm', '1')],
    ['a run', (server: MlflowConnection) => readRun(server, 'r')],
    ['a logged model', (server: MlflowConnection) => readLoggedModel(server, 'm-1')],
  ])('with HTTP 200 in JSON is no %s', async (_what, read) => {
    const server = await connected({ status: 200, body: '{"error":"unauthorized"}' });
    await expect(read(server)).rejects.toMatchObject({
      code: 'registry-failed',
      hint: expect.stringContaining('login proxy'),
    });
  });

  it('that does not know the route is no missing model', async () => {
    const server = await connected({ status: 404, body: error('ENDPOINT_NOT_FOUND', 'No API found') });
    await expect(readVersion(server, 'm', '1')).rejects.toMatchObject({
      code: 'registry-failed',
      hint: expect.stringContaining('is an MLflow server'),
    });
  });

  it('to which it redirects, and which cannot be reached, is named', async () => {
    const server = await connected({ status: 302, body: '', headers: { location: 'http://127.0.0.1:1/auth?rd=x' } });
    await expect(readVersion(server, 'm', '1')).rejects.toMatchObject({
      code: 'registry-failed',
      message: expect.stringContaining('redirects to http://127.0.0.1:1'),
      hint: expect.stringContaining('login page'),
    });
  });

  it.each([
    '<!-- x --><html></html>',
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    '<head></head>',
  ])('in place of a file is a page: %s', async (body) => {
    const server = await connected({ status: 200, body });
    await expect(server.text({ path: '/get-artifact', what: 'MLmodel' })).rejects.toMatchObject({
      message: expect.stringContaining('HTML page'),
    });
  });
});
