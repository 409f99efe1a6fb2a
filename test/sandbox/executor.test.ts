import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Executor, startExecutor } from '../../sandbox/executor/executor.ts';
import type { Predictor } from '../../sandbox/operator/seldon-deployment.ts';

interface Asked {
  readonly line: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

interface Reply {
  readonly status?: number;
  readonly body: string;
  readonly type?: string;
  readonly after?: number;
}

const PREDICTOR: Predictor = {
  name: 'main',
  annotations: { version: 'v7' },
  graph: {
    name: 'prediction',
    type: 'MODEL',
    endpoint: { service_host: 'localhost', service_port: 9000, httpPort: 9000, grpcPort: 9500 },
  },
};

let asked: Asked[];
let reply: Reply;
let model: Awaited<ReturnType<typeof listen>>;
let executor: Executor;
let url: string;

/** The model container. */
async function listen() {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ line: `${request.method} ${request.url}`, body, headers: request.headers });
    setTimeout(() => {
      response.writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/json' }).end(reply.body);
    }, reply.after ?? 0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort(): Promise<number> {
  const { port, close } = await listen();
  await close();
  return port;
}

async function start(options: Partial<Parameters<typeof startExecutor>[0]> = {}): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  executor = await startExecutor({
    predictor: PREDICTOR,
    sdep: 'wine',
    namespace: 'seldon',
    port,
    host: '127.0.0.1',
    portOf: () => model.port,
    ...options,
  });
}

beforeEach(async () => {
  asked = [];
  reply = { body: '{"data":{"names":[],"ndarray":[5.79]}}' };
  model = await listen();
});

afterEach(async () => {
  await executor.close();
  await model.close();
});

async function get(path: string) {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

function post(path: string, body: string, headers: Record<string, string> = {}) {
  return fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

test('a prediction goes to the model byte for byte, and so does its answer', async () => {
  await start();
  reply = { body: '{"data": {"ndarray": [12345678901234567890.0]} }' };
  const sent = '{"data": {"ndarray": [[1.0, 1e-7]]}}';
  const response = await post('/api/v1.0/predictions', sent, { 'seldon-puid': 'p-1' });
  expect(await response.text()).toBe(reply.body);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/json',
    'seldon-puid': 'p-1',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  });
  expect(asked).toMatchObject([{ line: 'POST /predict', body: sent, headers: { 'seldon-puid': 'p-1' } }]);
});

test('HTML characters of the answer are escaped, and a missing id is generated', async () => {
  await start();
  reply = { body: '{"strData":"<b> & more"}' };
  const response = await post('/api/v0.1/predictions', '{}');
  expect(await response.text()).toBe('{"strData":"\\u003cb\\u003e \\u0026 more"}');
  expect(response.headers.get('seldon-puid')).toMatch(/^[0-9a-f-]{36}$/);
});

test('there is no ping: that is 404, and it never reaches the model', async () => {
  await start();
  expect(await get('/health/ping')).toEqual({
    status: 404,
    type: 'text/plain; charset=utf-8',
    body: '404 page not found\n',
  });
  expect((await get('/api/v1.0/health/ping')).status).toBe(404);
  expect((await get('/v2/health/ready')).status).toBe(404);
  expect((await get('/api/v1.0/predictions')).status).toBe(405);
  expect(asked).toEqual([]);
});

test('readiness is a connection test: a model that cannot answer is ready, a missing one is 503 with an empty body', async () => {
  await start();
  const paths = ['/ready', '/api/v1.0/health/status', '/api/v1.0/status'];
  reply = { status: 500, body: 'broken' };
  for (const path of paths) expect(await get(path)).toEqual({ status: 200, type: null, body: '' });
  await model.close();
  for (const path of paths) expect(await get(path)).toEqual({ status: 503, type: null, body: '' });
  expect((await get('/live')).status).toBe(200);
  expect(asked).toEqual([]);
});

describe('failures of the model server:', () => {
  test("the model's status and body pass, its content type does not", async () => {
    await start();
    const body = '{"status":{"code":-1,"info":"bad","reason":"MICROSERVICE_BAD_DATA","status":1}}';
    reply = { status: 400, body };
    const response = await post('/api/v1.0/predictions', '{}');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      400,
      'text/plain; charset=utf-8',
      body,
    ]);
  });

  test('a missing model is a 500 with Go’s message', async () => {
    await start();
    await model.close();
    const response = await post('/api/v1.0/predictions', '{}');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      status: {
        code: 500,
        info: 'Post "http://localhost:9000/predict": dial tcp 127.0.0.1:9000: connect: connection refused',
        status: 'FAILURE',
      },
    });
  });

  test('a model that is too slow for seldon.io/rest-timeout is a 500 too', async () => {
    await start({ restTimeout: 30 });
    reply = { ...reply, after: 1000 };
    const response = await post('/api/v1.0/predictions', '{}');
    expect(await response.json()).toMatchObject({
      status: { code: 500, info: expect.stringMatching(/context deadline exceeded/) },
    });
  });
});

test("a node's status is the model's own word; an unknown node is a failure", async () => {
  await start();
  reply = { body: '{"meta":{},"strData":"not implemented - assuming healthy"}' };
  expect(await get('/api/v1.0/status/prediction')).toMatchObject({ status: 200, body: reply.body });
  expect(asked.map(({ line }) => line)).toEqual(['GET /health/status']);
  expect(await get('/api/v1.0/status/nope')).toEqual({
    status: 500,
    type: 'text/plain; charset=utf-8',
    body: '{"status":{"code":500,"info":"Failed to find model nope","status":"FAILURE"}}',
  });
});

test('the metadata of the graph names the predictor that answered', async () => {
  await start();
  reply = { body: '{"name":"m","inputs":[],"outputs":[]}' };
  const { body } = await get('/api/v1.0/metadata');
  expect(JSON.parse(body)).toEqual({
    name: 'main',
    models: { prediction: { name: 'm', inputs: [], outputs: [] } },
    graphinputs: [],
    graphoutputs: [],
  });
});

test('protocol v2 has its own routes, and forwards the model name', async () => {
  await start({ protocol: 'v2' });
  reply = { status: 404, body: '{"error":"Model nope not found"}' };
  expect((await post('/v2/models/nope/infer', '{}')).status).toBe(404);
  reply = { body: '{"outputs":[]}' };
  expect(await (await post('/v2/models/prediction/infer', '{}')).text()).toBe(reply.body);
  expect((await get('/v2/models/prediction/ready')).status).toBe(200);
  expect((await get('/v2/health/ready')).status).toBe(200);
  expect((await post('/api/v1.0/predictions', '{}')).status).toBe(404);
  expect(asked.map(({ line }) => line)).toEqual([
    'POST /v2/models/nope/infer',
    'POST /v2/models/prediction/infer',
    'GET /v2/models/prediction/ready',
  ]);
});

test('its metrics count what it answered, not the probes', async () => {
  await start();
  await post('/api/v1.0/predictions', '{}');
  await get('/ready');
  const { body } = await get('/prometheus');
  const labels = 'code="200",deployment_name="wine",method="post",predictor_name="main",predictor_version="v7"';
  expect(body).toContain(`seldon_api_executor_server_requests_seconds_count{${labels},service="predictions"} 1`);
  expect(body).toContain(
    `seldon_api_executor_server_requests_seconds_bucket{${labels},service="predictions",le="+Inf"} 1`,
  );
  expect(body).not.toContain('service="status"');
});

test('as a program it reads its arguments and ENGINE_PREDICTOR', async () => {
  const endpoint = { service_host: 'localhost', service_port: model.port, httpPort: model.port };
  const predictor = { ...PREDICTOR, graph: { ...PREDICTOR.graph, endpoint } };
  const port = await freePort();
  const args = ['--sdep', 'wine', '--namespace', 'seldon', '--predictor', 'main', '--http_port', String(port)];
  const program = fileURLToPath(new URL('../../sandbox/executor/executor.sh', import.meta.url));
  const child = spawn(program, [...args, '--grpc_port', '5001', '--full_health_checks=false'], {
    env: { PATH: '/usr/bin:/bin', ENGINE_PREDICTOR: Buffer.from(JSON.stringify(predictor)).toString('base64') },
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  url = `http://127.0.0.1:${port}`;
  executor = { close: async () => undefined };
  expect(await (await post('/api/v1.0/predictions', '{}')).text()).toBe(reply.body);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
