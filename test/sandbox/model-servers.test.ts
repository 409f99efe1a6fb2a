import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ContainerContext, ContainerExit, ContainerImage } from '../../sandbox/container.ts';
import { mlserverImage } from '../../sandbox/model-server/mlserver.ts';
import { mlflowServerImage } from '../../sandbox/model-server/seldon.ts';
import { storageInitializerImage } from '../../sandbox/model-server/storage-initializer.ts';
import { type ModelFolder, REGISTERED_MODELS, sandboxStore } from '../../sandbox/models.ts';
import type { Signature } from '../../src/model/model.ts';
import { judgeAnswer } from '../../src/proof/smoke-answer.ts';
import { smokeRequestsOf } from '../../src/proof/smoke-request.ts';
import { healthPath, predictPath } from '../../src/seldon/protocol.ts';
import { wantsDataFrame } from '../../src/seldon/xtype.ts';

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly request?: string;
  readonly status: number;
  readonly answer: string;
}

const STORE = sandboxStore();
const running: AbortController[] = [];

afterEach(() => {
  for (const one of running.splice(0)) one.abort();
});

function filesOf(name: string, version = '1'): ModelFolder {
  const found = REGISTERED_MODELS.find((model) => model.name === name)?.versions.find((one) => one.version === version);
  return STORE.get(`s3://mlflow${found?.artifactUri.slice('mlflow-artifacts:'.length)}`) ?? {};
}

interface Running {
  readonly url: string;
  readonly exit: Promise<ContainerExit>;
  readonly log: readonly string[];
  readonly models: ReadonlyMap<string, string>;
  stop(): void;
}

async function run(
  image: ContainerImage,
  more: Partial<ContainerContext> & { files?: ModelFolder } = {},
): Promise<Running> {
  const { files = {}, ...context } = more;
  const port = await freePort();
  const stop = new AbortController();
  running.push(stop);
  const log: string[] = [];
  const models = new Map(Object.entries(files));
  const exit = image({
    image: 'seldonio/image:1.17.1',
    args: [],
    env: {},
    annotations: {},
    portOf: () => port,
    portBehind: () => undefined,
    models,
    log: (line) => log.push(line),
    signal: stop.signal,
    second: 10,
    ...context,
  });
  return { url: `http://127.0.0.1:${port}`, exit, log, models, stop: () => stop.abort() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function started({ url }: Running, path: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(url + path).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${url} does not listen`);
}

function recordings(file: string): [string, Recorded][] {
  return Object.entries(
    JSON.parse(readFileSync(new URL(`../fixtures/model-servers/${file}.json`, import.meta.url), 'utf8')),
  );
}

/** What a refusal comes down to: MLflow's or Python's last sentence. */
function words(text: string): string {
  const message: string = /^\s*\{/.test(text) ? infoOf(JSON.parse(text.replaceAll('NaN', 'null'))) : text;
  const reason = message.lastIndexOf('. Error: ');
  const sentence = reason < 0 ? message.slice(message.lastIndexOf('Error: ') + 1) : message.slice(reason);
  return sentence.replace(/(extra inputs|data type): [[{].*|\narray=[\s\S]*/, '$1').slice(0, 90);
}

function infoOf(body: {
  status?: { info: string };
  error?: string;
  detail?: { loc: string[]; msg: string }[];
}): string {
  return body.status?.info ?? body.error ?? body.detail?.map(({ loc, msg }) => `${loc} ${msg}`).join() ?? '';
}

/** An answer without its numbers: keys, shapes and kinds. */
function shapeOf(text: string): unknown {
  return JSON.parse(text, (key, value) => (key === 'id' ? '' : typeof value === 'number' ? 0 : value));
}

const SELDON: readonly [file: string, model: string, xtype: string][] = [
  ['seldon-wine-dataframe', 'wine-quality', 'DataFrame'],
  ['seldon-wine-ndarray', 'wine-quality', 'ndarray'],
  ['seldon-segment-dataframe', 'customer-segment', 'DataFrame'],
  ['seldon-segment-ndarray', 'customer-segment', 'ndarray'],
  ['seldon-tensor-dataframe', 'tensor-iris', 'DataFrame'],
  ['seldon-tensor-ndarray', 'tensor-iris', 'ndarray'],
  ['seldon-bare-ndarray', 'bare', 'ndarray'],
];

/** Sends what was recorded; names every exchange whose status, refusal or form of answer is another one here. */
async function replay(server: Running, file: string): Promise<readonly string[]> {
  const disagreements: string[] = [];
  for (const [what, { method, path, request, status, answer }] of recordings(file)) {
    const headers = { 'content-type': 'application/json' };
    const got = await fetch(server.url + path, { method, ...(request !== undefined && { body: request, headers }) });
    const text = await got.text();
    const [mine, theirs] =
      status !== 200 || method === 'GET' ? [words(text), words(answer)] : [shapeOf(text), shapeOf(answer)];
    if (got.status !== status) disagreements.push(`${what}: HTTP ${got.status} for ${status}`);
    else if (method === 'POST' && JSON.stringify(mine) !== JSON.stringify(theirs)) {
      disagreements.push(`${what}: ${JSON.stringify(mine)} for ${JSON.stringify(theirs)}`);
    }
  }
  return disagreements;
}

describe('the Seldon wrapper answers what the real one answered', () => {
  it.each(SELDON)('%s', async (file, name, xtype) => {
    const parameters = JSON.stringify([{ name: 'xtype', type: 'STRING', value: xtype }]);
    const server = await run(mlflowServerImage(), {
      files: filesOf(name),
      env: { PREDICTIVE_UNIT_PARAMETERS: parameters },
    });
    await started(server, '/health/ping');
    expect(await replay(server, file)).toEqual([]);
  });
});

describe('MLServer answers what the real one answered', () => {
  it.each([
    ['mlserver-wine', 'wine-quality'],
    ['mlserver-segment', 'customer-segment'],
    ['mlserver-tensor', 'tensor-iris'],
  ])('%s', async (file, name) => {
    const server = await run(mlserverImage(), { files: filesOf(name), env: { MLSERVER_MODEL_NAME: 'model' } });
    await started(server, '/v2/models/model/ready');
    expect(await replay(server, file)).toEqual([]);
  });
});

describe('the sandbox’s own models', () => {
  it.each([
    ['wine-quality', '5.507, 5.669'],
    ['customer-segment', '"junior", "senior"'],
    ['tensor-iris', '1, 0'],
  ])('answer the request that is made for them: %s', async (name, summary) => {
    const files = filesOf(name);
    const example = {
      text: files['input_example.json'] ?? '',
      type: name.startsWith('tensor') ? 'ndarray' : 'dataframe',
    };
    const fixture = name.startsWith('wine') ? 'wine' : name.startsWith('tensor') ? 'tensor' : 'segment';
    const { signature }: { signature: Signature } = fixtureModels()[fixture];
    for (const protocol of ['seldon', 'v2'] as const) {
      const model = { signature, example: { ...example, orient: undefined, hasParams: false } };
      const made = smokeRequestsOf({ model, protocol });
      const request = 'skipped' in made ? undefined : made[0];
      if (request === undefined) throw new Error(JSON.stringify(made));
      const xtype = wantsDataFrame(model) ? 'DataFrame' : 'ndarray';
      const parameters = JSON.stringify([{ name: 'xtype', type: 'STRING', value: xtype }]);
      const image = protocol === 'seldon' ? mlflowServerImage() : mlserverImage();
      const server = await run(image, {
        files,
        env: { PREDICTIVE_UNIT_PARAMETERS: parameters, MLSERVER_MODEL_NAME: 'prediction' },
      });
      await started(server, healthPath(protocol, 'prediction'));
      const headers = { 'content-type': 'application/json' };
      const path = predictPath(protocol, 'prediction');
      const got = await fetch(server.url + path, { method: 'POST', headers, body: request.body });
      const answer = { status: got.status, body: await got.text() };
      const verdict = judgeAnswer({ answer, protocol, signature, rows: request.rows, expect: undefined });
      expect(verdict).toEqual({ ok: true, summary: expect.stringContaining(summary) });
    }
  });
});

function fixtureModels() {
  return JSON.parse(readFileSync(new URL('../fixtures/model-servers/models.json', import.meta.url), 'utf8'));
}

describe('the start of a model server', () => {
  it('ends with code 3 when the model does not load, and says why', async () => {
    const crash = await run(mlflowServerImage(), { files: filesOf('wine-quality', '5') });
    expect(await crash.exit).toEqual({ exitCode: 3 });
    expect(crash.log).toContain("ModuleNotFoundError: No module named 'wine_features'");
    expect(crash.log.at(-1)).toContain('Reason: Worker failed to boot.');
    const empty = await run(mlflowServerImage());
    expect(await empty.exit).toEqual({ exitCode: 3 });
    expect(empty.log.join('\n')).toContain('MlflowException: Could not find an "MLmodel" configuration file');
  });

  it('is ready for a moment without a model in MLServer, which then exits with code 0', async () => {
    const server = await run(mlserverImage(), { second: 500 });
    await started(server, '/v2/health/ready');
    expect((await fetch(`${server.url}/v2/models/model/ready`)).status).toBe(404);
    expect(await server.exit).toEqual({ exitCode: 0 });
  });

  it('can be slow to predict, but not to answer probes', async () => {
    const slow = await run(mlflowServerImage(), { files: { ...filesOf('bare'), SLOW_ANSWER: '10' } });
    await started(slow, '/health/ping');
    const time = async (path: string, body?: string) => {
      const began = performance.now();
      const headers = { 'content-type': 'application/json' };
      await fetch(`${slow.url}${path}`, body === undefined ? {} : { method: 'POST', body, headers });
      return performance.now() - began;
    };
    expect(await time('/health/ping')).toBeLessThan(90);
    expect(await time('/predict', '{"data":{"ndarray":[[1,2,3,4]]}}')).toBeGreaterThan(90);
  });

  it('can be slow, and can be killed', async () => {
    const slow = await run(mlflowServerImage(), { files: { ...filesOf('bare'), SLOW_START: '20' } });
    await expect(fetch(`${slow.url}/health/ping`)).rejects.toThrow();
    await started(slow, '/health/ping');
    slow.stop();
    expect(await slow.exit).toEqual({ exitCode: 0 });
    const killed = await run(mlflowServerImage(), { files: filesOf('wine-quality', '6') });
    expect(await killed.exit).toEqual({ exitCode: 137, reason: 'OOMKilled' });
  });

  it('answers as the model folder tells it to', async () => {
    const answers = await Promise.all(
      ['nan', 'error', 'wrong-shape'].map(async (ANSWER) => {
        const server = await run(mlflowServerImage(), { files: { ...filesOf('bare'), ANSWER } });
        await started(server, '/health/ping');
        const headers = { 'content-type': 'application/json' };
        const body = '{"data":{"ndarray":[[1.0,2.0,3.0,4.0]]}}';
        const answer = await fetch(`${server.url}/predict`, { method: 'POST', headers, body });
        return `${answer.status} ${await answer.text()}`;
      }),
    );
    expect(answers[0]).toBe('200 {"data": {"names": [], "ndarray": [NaN]}, "meta": {}}');
    expect(answers[1]).toMatch(/^500 .*MICROSERVICE_INTERNAL_ERROR/);
    expect(answers[2]).toBe('200 {"data": {"names": [], "ndarray": [0.6, 0.6]}, "meta": {}}');
  });
});

describe('the storage initializer', () => {
  const env = { RCLONE_CONFIG_S3_TYPE: 's3', RCLONE_CONFIG_S3_ACCESS_KEY_ID: 'key' };
  const copy = async (source: string, more: Readonly<Record<string, string>> = env) => {
    const container = await run(storageInitializerImage(STORE), { args: [source, '/mnt/models'], env: more });
    return { ...(await container.exit), files: [...container.models.keys()].sort(), log: container.log.join('\n') };
  };
  const [source = ''] = STORE.keys();

  it('copies the folder that holds MLmodel', async () => {
    const { exitCode, files } = await copy(`${source}/`);
    expect({ exitCode, files }).toEqual({ exitCode: 0, files: Object.keys(STORE.get(source) ?? {}).sort() });
    expect(files).toEqual(expect.arrayContaining(['MLmodel', 'conda.yaml', 'input_example.json', 'model.json']));
    expect((await copy(source.replace('://', ':'))).files).toEqual(files);
  });

  it('copies below a prefix with the folders in between', async () => {
    expect((await copy(source.replace('/artifacts', ''))).files).toContain('artifacts/MLmodel');
  });

  it('accepts a prefix that does not exist', async () => {
    const { exitCode, files, log } = await copy('s3://mlflow/1/models/m-none/artifacts');
    expect({ exitCode, files }).toEqual({ exitCode: 0, files: [] });
    expect(log).toContain('INFO  : There was nothing to transfer');
  });

  it.each([
    ['s3://elsewhere/model', env, 3, 'Failed to copy: directory not found'],
    ['/nowhere', env, 3, 'Local file system at /nowhere: error reading source root directory: directory not found'],
    ['s3://mlflow/1', {}, 1, 'Failed to create file system for "s3://mlflow/1": didn\'t find section in config file'],
    [
      'models:/wine-quality/1',
      env,
      1,
      'Failed to create file system for "models:/wine-quality/1": didn\'t find section',
    ],
    ['gs://elsewhere/model', {}, 3, 'Failed to copy: directory not found'],
    [
      's3://mlflow/1',
      { ...env, RCLONE_CONFIG_S3_ACCESS_KEY_ID: 'wrong' },
      1,
      'Failed to copy: InvalidAccessKeyId: The AWS',
    ],
  ])('%s ends as rclone ends', async (from, more, exitCode, words) => {
    const ended = await copy(from, more);
    expect([ended.exitCode, ended.files]).toEqual([exitCode, []]);
    expect(ended.log).toContain(words);
  });
});
