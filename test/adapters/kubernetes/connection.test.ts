import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ApiConnection, type ConnectionOptions } from '../../../src/adapters/kubernetes/connection/connection.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import {
  answer,
  connectionTo,
  type KubeApi,
  kubeconfigFor,
  type Reply,
  refusal,
  startKubeApi,
} from '../../support/kube-api.ts';

async function start(reply: Reply, options: { tls?: boolean; port?: number } = {}): Promise<KubeApi> {
  const api = await startKubeApi(reply, options);
  onTestFinished(() => api.close());
  return api;
}

async function connectTo(api: KubeApi, options: Partial<ConnectionOptions> = {}, kubeconfig = kubeconfigFor(api)) {
  const connection = await connectionTo(kubeconfig, options);
  onTestFinished(() => connection.close());
  return connection;
}

const get = (connection: ApiConnection, path = '/version') => connection.request({ method: 'GET', path });

/** Its waits end at once, and are noted. */
function impatientClock() {
  const waits: number[] = [];
  let passed = 0;
  const sleep = async (milliseconds: number) => {
    waits.push(milliseconds);
    passed += milliseconds;
  };
  return { waits, now: () => Date.now() + passed, sleep };
}

test('fifty requests, ten at a time, take one TLS connection that trusts the cluster’s own CA', async () => {
  const api = await start((_, response) => answer(response, 200, {}), { tls: true });
  const connection = await connectTo(api);
  for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 10 }, () => get(connection)));
  expect(api.asked).toHaveLength(50);
  expect(api.connections()).toBe(1);
  expect(api.asked[49]?.headers).toMatchObject({ authorization: 'Bearer t0ken', accept: 'application/json' });
});

test('a server with another CA is refused at once', async () => {
  const api = await start((_, response) => answer(response, 200, {}), { tls: true });
  const connection = await connectTo(api, {}, kubeconfigFor({ url: api.url, ca: undefined }));
  await expect(get(connection)).rejects.toMatchObject({
    code: 'cluster-unreachable',
    message: expect.stringContaining('certificate is self-signed'),
    hint: expect.stringContaining('certificate-authority-data'),
  });
});

test('a server that does not answer in time is left', async () => {
  const api = await start(() => {});
  const connection = await connectTo(api, { timeout: 50, patience: 1 });
  await expect(get(connection)).rejects.toMatchObject({
    code: 'cluster-unreachable',
    message: `the API server ${api.url} cannot be reached: no answer in time`,
  });
});

test('a write that a slow webhook delays has more time, and the webhook is named, not the network', async () => {
  const api = await start(({ method }, response) => {
    if (method === 'GET') return answer(response, 200, {});
    setTimeout(() => answer(response, 200, {}), 1_500);
  });
  const write = { method: 'PATCH', path: '/apis/x/wine', body: '{}', passesWebhooks: true } as const;
  const patient = await connectTo(api, { timeout: 1_000, webhookTimeout: 20_000, patience: 1 });
  await get(patient);
  expect((await patient.request(write)).status).toBe(200);
  const short = await connectTo(api, { timeout: 1_000, webhookTimeout: 60, patience: 1 });
  await get(short);
  await expect(short.request(write)).rejects.toMatchObject({
    code: 'cluster-failed',
    message: expect.stringContaining('it answers other requests: an admission webhook is slow'),
    hint: expect.stringContaining("Seldon's controller-manager"),
  });
});

test('429 is asked again when the server says, 503 after a growing while', async () => {
  const clock = impatientClock();
  const api = await start((_, response) => {
    if (api.asked.length === 1) answer(response, 429, refusal(429, 'too many requests'), { 'retry-after': '3' });
    else if (api.asked.length < 4) answer(response, 503, refusal(503, 'starting'));
    else answer(response, 200, {});
  });
  const told: string[] = [];
  const connection = await connectTo(api, { clock, onRetry: (message) => told.push(message) });
  expect((await get(connection)).status).toBe(200);
  expect(clock.waits).toEqual([3000, 500, 1000]);
  expect(told[0]).toBe('API server: HTTP 429; retry in 3 s');
});

test('a typo in a manifest answers like a broken server, and is not asked again', async () => {
  const message = 'failed to create typed patch object (a/b; c, Kind=d): .spec.x: field not declared in schema';
  const api = await start((_, response) => answer(response, 500, refusal(500, message)));
  const connection = await connectTo(api);
  expect((await get(connection)).status).toBe(500);
  expect(api.asked).toHaveLength(1);
});

test('a server that restarts is waited for', async () => {
  const api = await start((_, response) => answer(response, 200, {}));
  const connection = await connectTo(api);
  await get(connection);
  const port = Number(new URL(api.url).port);
  await api.close();
  const pending = get(connection);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await start((_, response) => answer(response, 200, { back: true }), { port });
  expect((await pending).body).toContain('back');
});

test('a server that stays away is given up, and one that never answered soon', async () => {
  const api = await start((_, response) => answer(response, 200, {}));
  const clock = impatientClock();
  const connection = await connectTo(api, { clock });
  await get(connection);
  await api.close();
  await expect(get(connection)).rejects.toMatchObject({ code: 'cluster-unreachable' });
  const waited = (waits: readonly number[]) => waits.reduce((sum, one) => sum + one, 0);
  expect(waited(clock.waits)).toBeGreaterThan(40_000);
  const other = impatientClock();
  await expect(get(await connectTo(api, { clock: other }))).rejects.toMatchObject({ code: 'cluster-unreachable' });
  // Half a minute: it may be starting, or its address may be wrong. A name that nobody knows is wrong.
  expect(waited(other.waits)).toBeGreaterThan(20_000);
  expect(waited(other.waits)).toBeLessThan(30_000);
  const third = impatientClock();
  const unknown = kubeconfigFor({ url: 'http://no-such-host.invalid', ca: undefined });
  await expect(get(await connectTo(api, { clock: third }, unknown))).rejects.toMatchObject({
    code: 'cluster-unreachable',
  });
  expect(waited(third.waits)).toBeLessThan(10_000);
});

test('credentials are renewed once on 401, for all who met it, over the same connection', async () => {
  const tokens = ['old', 'new', 'never'];
  const credentials = {
    server: new URL('http://unset'),
    namespace: undefined,
    proxy: undefined,
    authenticate: async () => ({ headers: { authorization: `Bearer ${tokens.shift()}` }, tls: {} }),
  };
  const api = await start(({ headers }, response) => {
    const known = headers.authorization === 'Bearer new';
    answer(response, known ? 200 : 401, known ? {} : refusal(401, 'Unauthorized'));
  });
  const connection = new ApiConnection({ ...credentials, server: new URL(api.url) }, { clock: systemClock });
  onTestFinished(() => connection.close());
  const statuses = await Promise.all([get(connection), get(connection), get(connection)]);
  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(tokens).toEqual(['never']);
  expect(api.connections()).toBe(1);
});

test('a 401 that stays is the answer', async () => {
  const api = await start((_, response) => answer(response, 401, refusal(401, 'Unauthorized')));
  expect((await get(await connectTo(api))).status).toBe(401);
  expect(api.asked).toHaveLength(2);
});

/** A proxy that tunnels, and notes where to. */
async function startProxy() {
  const tunnels: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return { tunnels, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

async function withEnvironment<T>(env: Record<string, string>, work: () => Promise<T>): Promise<T> {
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
}

test('HTTPS_PROXY is used, NO_PROXY spares it, and the kubeconfig’s proxy-url goes before both', async () => {
  const api = await start((_, response) => answer(response, 200, {}), { tls: true });
  const target = new URL(api.url).host;
  const proxy = await startProxy();
  await withEnvironment({ HTTPS_PROXY: proxy.url }, async () => {
    const connection = await connectTo(api);
    await get(connection);
    await get(connection);
  });
  expect(proxy.tunnels).toEqual([target]);
  await withEnvironment({ HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' }, async () => get(await connectTo(api)));
  expect(proxy.tunnels).toEqual([target]);
  const kubeconfig = kubeconfigFor(api, { token: 'a' }, { 'proxy-url': proxy.url });
  await withEnvironment({ NO_PROXY: '127.0.0.1' }, async () => get(await connectTo(api, {}, kubeconfig)));
  expect(proxy.tunnels).toEqual([target, target]);
});

test('a server behind a path, as of a cluster gateway, keeps it', async () => {
  const api = await start((_, response) => answer(response, 200, {}));
  const connection = await connectTo(api, {}, kubeconfigFor({ url: `${api.url}/k8s/clusters/c-1/`, ca: undefined }));
  await get(connection);
  expect(connection.server).toBe(`${api.url}/k8s/clusters/c-1`);
  expect(api.asked[0]?.path).toBe('/k8s/clusters/c-1/version');
});
