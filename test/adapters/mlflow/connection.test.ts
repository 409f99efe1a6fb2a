import { mkdtempSync, writeFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConnectionOptions, MlflowConnection } from '../../../src/adapters/mlflow/connection.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  type Asked,
  exchanges,
  type Reply,
  replay,
  replyOf,
  startWire,
  type Wire,
} from '../../support/mlflow-replay.ts';

const RUN = { path: '/api/2.0/mlflow/runs/get', query: { run_id: '1' }, what: 'run 1' };
const FOUND = { body: { run: {} } };

const open: { close(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function wire(answer: (asked: Asked) => Reply, tls?: ServerOptions): Promise<Wire> {
  const started = await startWire(answer, tls);
  open.push(started);
  return started;
}

function connect(
  url: string,
  config: Partial<ConnectionOptions['config']> = {},
  options: Partial<ConnectionOptions> = {},
) {
  const none = { trackingUri: url, token: undefined, username: undefined, password: undefined };
  const all = { ...none, artifactsDestination: undefined, storageUriMap: [], ...config };
  const made = new MlflowConnection(url, { config: all, clock: new FakeClock(), warn: () => {}, ...options });
  open.push(made);
  return made;
}

function recorded(name: string): Reply {
  const found = exchanges('refusals').find((one) => one.case === name);
  if (found === undefined) throw new Error(`no recording ${name}`);
  return replyOf(found);
}

describe('credentials', () => {
  it.each([
    ['basic', { username: 'ci', password: 'pass' }, 'Basic Y2k6cGFzcw=='],
    ['bearer', { token: 'secret' }, 'Bearer secret'],
    [
      'basic before bearer, as in the client of MLflow',
      { username: 'ci', password: 'pass', token: 'x' },
      'Basic Y2k6cGFzcw==',
    ],
    ['a username alone is none', { username: 'ci', token: 'secret' }, 'Bearer secret'],
    ['none', {}, undefined],
  ])('%s', async (_, config, expected) => {
    const server = await wire(() => FOUND);
    await connect(server.url, config).json(RUN);
    expect(server.asked[0]?.headers.authorization).toBe(expected);
  });

  it('in the URL are used and not told', async () => {
    const server = await wire(() => ({ status: 401 }));
    const connection = connect(server.url.replace('//', '//ci:pass%25%@'));
    const error = await connection.json(RUN).catch((one: unknown) => one);
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ci:pass%%').toString('base64')}`);
    expect(`${connection.url} ${error}`).not.toContain('pass');
  });

  it('go with the workspace', async () => {
    const server = await wire(() => FOUND);
    await connect(server.url, {}, { workspace: 'team-a' }).json(RUN);
    expect(server.asked[0]?.headers['x-mlflow-workspace']).toBe('team-a');
  });
});

describe('a refusal', () => {
  it.each([
    ['auth-none', 'registry-unauthorized', /mlflow-username/],
    ['auth-wrong-password', 'registry-unauthorized', /mlflow-username/],
    ['auth-denied-alias', 'registry-forbidden', /READ permission/],
    ['host-k8s-service', 'registry-forbidden', /--allowed-hosts 127\.0\.0\.1:\d+/],
  ])('recorded as %s is %s', async (name, code, hint) => {
    const server = await wire(() => recorded(name));
    await expect(connect(server.url).json(RUN)).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) });
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['a login page', { body: '<html>Sign in</html>' }, /not JSON/],
    [
      'a feature that is off',
      { status: 500, body: { error_code: 'FEATURE_DISABLED', message: 'no workspaces' } },
      /no workspaces/,
    ],
    ['a missing method', { status: 501, body: 'no' }, /HTTP 501/],
  ])('by %s is told at once', async (_, reply, message) => {
    const server = await wire(() => reply);
    await expect(connect(server.url).json(RUN)).rejects.toMatchObject({
      code: 'registry-failed',
      message: expect.stringMatching(message),
    });
    expect(server.asked).toHaveLength(1);
  });

  it('for an unknown route is no answer', async () => {
    const server = await wire(replay(exchanges('proxied')));
    expect(await connect(server.url).json({ path: '/api/2.0/mlflow/nothing-here', what: 'x' })).toBeUndefined();
  });
});

describe('a server with transient errors', () => {
  it('is asked again, and the waiting is told', async () => {
    const replies: Reply[] = [{ status: 503 }, { status: 429, headers: { 'retry-after': '7' } }, FOUND];
    const server = await wire(() => replies.shift() ?? FOUND);
    const clock = new FakeClock();
    const warnings: string[] = [];
    const answer = await connect(server.url, {}, { clock, warn: (message) => warnings.push(message) }).json(RUN);
    expect(answer?.status).toBe(200);
    expect(clock.time).toBe(7500);
    expect(warnings).toEqual(['MLflow: HTTP 503; retry in 1 s', 'MLflow: HTTP 429; retry in 7 s']);
  });

  it('permanently is reported with its own message', async () => {
    const server = await wire(() => ({
      status: 500,
      body: { error_code: 'INTERNAL_ERROR', message: 'database is locked' },
    }));
    await expect(connect(server.url).json(RUN)).rejects.toThrow(/HTTP 500: database is locked/);
    expect(server.asked).toHaveLength(4);
  });

  it('that is not there is unreachable', async () => {
    const down = await startWire(() => ({}));
    await down.close();
    await expect(connect(down.url).json(RUN)).rejects.toMatchObject({
      code: 'registry-unreachable',
      message: expect.stringContaining('connection refused'),
    });
  });
});

describe('a redirect', () => {
  it('to another host is followed without credentials', async () => {
    const other = await wire(() => FOUND);
    const server = await wire(({ url }) => ({ status: 302, headers: { location: `${other.url}${url.pathname}` } }));
    const config = { username: 'ci', password: 'pass' };
    expect((await connect(server.url, config, { workspace: 'a' }).json(RUN))?.status).toBe(200);
    expect(server.asked[0]?.headers.authorization).toBeDefined();
    expect(other.asked[0]?.headers).not.toHaveProperty('authorization');
    expect(other.asked[0]?.headers).not.toHaveProperty('x-mlflow-workspace');
  });

  it('on the same host keeps them', async () => {
    const server = await wire(({ url }) =>
      url.pathname === '/there' ? FOUND : { status: 308, headers: { location: '/there' } },
    );
    await connect(server.url, { token: 'secret' }).json(RUN);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
  });

  it('without end, or of a POST, is an error that says where to', async () => {
    const server = await wire(() => ({ status: 302, headers: { location: '/round?token=x' } }));
    for (const request of [RUN, { ...RUN, body: {} }]) {
      const error = await connect(server.url)
        .json(request)
        .catch((one: Error) => one);
      expect(error).toMatchObject({
        code: 'registry-failed',
        message: expect.stringMatching(/redirects to .*\/round$/),
      });
    }
    expect(server.asked).toHaveLength(7);
  });
});

describe('a static prefix', () => {
  const file = { path: '/get-artifact', what: 'MLmodel' };

  it.each([
    ['before 3.12: the API stays at the root', '/api/'],
    ['from 3.12: the API is under it', '/mlflow/api/'],
  ])('%s', async (_, root) => {
    const server = await wire(({ url }) => {
      if (url.pathname.startsWith(root)) return FOUND;
      return url.pathname === '/mlflow/get-artifact' ? { body: 'text' } : { status: 404, body: '<title>404</title>' };
    });
    const connection = connect(`${server.url}/mlflow/`);
    expect((await connection.json(RUN))?.status).toBe(200);
    expect((await connection.text(file)).body).toBe('text');
    const before = server.asked.length;
    await connection.json(RUN);
    expect(server.asked).toHaveLength(before + 1);
  });
});

describe('TLS', () => {
  it('trusts the given CA, or any certificate if told so, or only known CAs', async () => {
    const names = [{ type: 7 as const, ip: '127.0.0.1' }];
    const pem = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: names }],
    });
    const server = await wire(() => FOUND, { key: pem.private, cert: pem.cert });
    const authoritiesPath = join(mkdtempSync(join(tmpdir(), 'authorities-')), 'ca.pem');
    writeFileSync(authoritiesPath, pem.cert);
    await expect(connect(server.url, {}, { authoritiesPath: '/no/such.pem' }).json(RUN)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('/no/such.pem'),
    });
    expect((await connect(server.url, {}, { authoritiesPath }).json(RUN))?.status).toBe(200);
    expect((await connect(server.url, {}, { insecureTls: true }).json(RUN))?.status).toBe(200);
    await expect(connect(server.url).json(RUN)).rejects.toMatchObject({
      code: 'registry-unreachable',
      hint: expect.stringContaining('MLFLOW_TRACKING_SERVER_CERT_PATH'),
    });
  });

  it('names the host names of a certificate that has other ones', async () => {
    const pem = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2 as const, value: 'localhost' }] }],
    });
    const server = await wire(() => FOUND, { key: pem.private, cert: pem.cert });
    const authoritiesPath = join(mkdtempSync(join(tmpdir(), 'authorities-')), 'ca.pem');
    writeFileSync(authoritiesPath, pem.cert);
    await expect(connect(server.url, {}, { authoritiesPath }).json(RUN)).rejects.toMatchObject({
      code: 'registry-unreachable',
      hint: 'write a host name into `mlflow-tracking-uri` that the certificate has: DNS:localhost',
    });
  });
});

it.each([
  ['databricks', /Databricks/],
  ['databricks://profile', /Databricks/],
  ['sqlite:///mlflow.db', /not the http\(s\) URL/],
  ['./mlruns', /not the http\(s\) URL/],
])('the tracking URI %s is refused', (url, message) => {
  expect(() => connect(url)).toThrow(
    expect.objectContaining({ code: 'bad-input', message: expect.stringMatching(message) }),
  );
});

const MLMODEL = { path: '/model-versions/get-artifact', query: { path: 'MLmodel' }, what: 'MLmodel', mayFail: true };

describe('a file', () => {
  const page = '<!DOCTYPE html><html><head><title>Login</title></head><body></body></html>';

  it('is not a login page that comes in its place', async () => {
    const server = await wire(() => ({ status: 200, headers: { 'content-type': 'text/html' }, body: page }));
    await expect(connect(server.url).text(MLMODEL)).rejects.toMatchObject({
      code: 'registry-failed',
      message: expect.stringContaining('answers with an HTML page'),
      hint: expect.stringContaining('login page'),
    });
  });

  it('is not fetched from another server', async () => {
    const other = await wire(() => ({ body: 'flavors: {}' }));
    const server = await wire(() => ({ status: 302, headers: { location: `${other.url}/secret?token=x` } }));
    await expect(connect(server.url).text(MLMODEL)).rejects.toMatchObject({
      code: 'registry-failed',
      message: expect.not.stringContaining('token'),
      hint: expect.stringMatching(/login page.*`--serve-artifacts`.*`model-uri`/),
    });
    expect(other.asked).toEqual([]);
  });

  it('is followed on its own server, and withheld where only a presigned URL leads to it', async () => {
    const server = await wire(({ url }) =>
      url.pathname === '/there' ? { body: 'flavors: {}' } : { status: 307, headers: { location: '/there' } },
    );
    expect(await connect(server.url).text(MLMODEL)).toMatchObject({ status: 200, body: 'flavors: {}' });
    const presigned = await wire(() => ({ status: 409, body: { error_code: 'RESOURCE_CONFLICT' } }));
    expect(await connect(presigned.url).text(MLMODEL)).toMatchObject({ status: 409 });
  });
});

describe('a hint that names the variable', () => {
  it('to unset, where the server has no workspaces', async () => {
    const body = {
      error_code: 'FEATURE_DISABLED',
      message: 'Workspace APIs are not available: workspaces are not enabled on this server',
    };
    const server = await wire(() => ({ status: 500, body }));
    await expect(connect(server.url, {}, { workspace: 'team' }).text(RUN)).rejects.toMatchObject({
      hint: expect.stringContaining('unset the environment variable MLFLOW_WORKSPACE'),
    });
  });

  it.each([
    ['azureml://westeurope.api.azureml.ms/mlflow/v1.0/x', 'Azure Machine Learning'],
    ['arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/x', 'SageMaker'],
  ])('or the input to use in place of %s', (uri, vendor) => {
    expect(() => connect(uri)).toThrow(
      expect.objectContaining({
        code: 'bad-input',
        message: expect.stringContaining(vendor),
        hint: expect.stringContaining('storage URI'),
      }),
    );
  });
});
