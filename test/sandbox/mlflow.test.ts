import { afterEach, describe, expect, it } from 'vitest';
import { type MlflowOptions, type SandboxMlflow, startMlflow } from '../../sandbox/mlflow/server.ts';
import type { ObjectStore, RegisteredModel } from '../../sandbox/models.ts';
import { MlflowRegistry } from '../../src/adapters/mlflow/registry.ts';
import type { RegistryConfig } from '../../src/settings/config.ts';
import { FakeClock } from '../support/fake-clock.ts';

const [RUN, CLASSIC_RUN] = ['a'.repeat(32), 'b'.repeat(32)];
const MODEL = `m-${'c'.repeat(32)}`;
const LOGGED = `mlflow-artifacts:/1/models/${MODEL}/artifacts`;
const NAME = '100% wine 🍷 & more?#';

const FILES = {
  MLmodel:
    'flavors: {python_function: {env: conda.yaml}}\nsaved_input_example_info: {artifact_path: e.json, type: ndarray}\n',
  'e.json': '[[5.0, 1e2]]',
};
const STORE: ObjectStore = new Map([
  [`s3://mlflow/1/models/${MODEL}/artifacts`, FILES],
  [`s3://mlflow/1/${CLASSIC_RUN}/artifacts/wine_model`, FILES],
]);
const MODELS: readonly RegisteredModel[] = [
  {
    name: NAME,
    versions: [
      { version: '9', runId: RUN, modelId: MODEL, artifactUri: LOGGED, aliases: ['champion'] },
      { version: '10', runId: RUN, modelId: MODEL, artifactUri: LOGGED, stage: 'Production' },
      { version: '11', runId: RUN, modelId: MODEL, artifactUri: LOGGED, status: 'PENDING_REGISTRATION' },
      {
        version: '8',
        runId: CLASSIC_RUN,
        modelId: undefined,
        artifactUri: `mlflow-artifacts:/1/${CLASSIC_RUN}/artifacts/wine_model`,
      },
      {
        version: '7',
        runId: 'd'.repeat(32),
        modelId: 'm-gone',
        artifactUri: 'mlflow-artifacts:/1/models/m-gone/artifacts',
      },
    ],
  },
];

const running: SandboxMlflow[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

/** A model whose code lies in folders, one of them in another. */
const NESTED = { ...FILES, 'code/a.py': 'a', 'code/deep/b.py': 'bb' };

async function digestWith(folder: Readonly<Record<string, string>>, uri: string) {
  const store = new Map([...STORE.keys()].map((key) => [key, folder]));
  return (await resolve(uri, { store })).digest;
}

describe('the digest of a model that has folders', () => {
  it.each([`models:/${MODEL}`, `runs:/${CLASSIC_RUN}/wine_model`])(
    'of %s tells of a file in a folder that was replaced, added or removed',
    async (uri) => {
      const digest = await digestWith(NESTED, uri);
      expect(digest).toMatch(/^[0-9a-f]{16}-[0-9a-f]{16}$/);
      expect(await digestWith(NESTED, uri)).toBe(digest);
      const { 'code/deep/b.py': gone, ...fewer } = NESTED;
      for (const other of [{ ...NESTED, 'code/deep/b.py': `${gone}!` }, { ...NESTED, 'code/deep/c.py': '' }, fewer])
        expect(await digestWith(other, uri)).not.toBe(digest);
    },
  );

  it.each(['9', '8'])('of registered version %s tells the same, where a plan asks', async (version) => {
    const ask = async (folder: Readonly<Record<string, string>>) => {
      const store = new Map([...STORE.keys()].map((key) => [key, folder]));
      const model = await resolve(`models:/${NAME}/${version}`, { store });
      const none = { token: undefined, username: undefined, password: undefined, storageUriMap: [] };
      const config = { trackingUri: running.at(-1)?.url, artifactsDestination: 's3://mlflow', ...none };
      return new MlflowRegistry({ config, clock: new FakeClock(), warn: () => {} }).filesDigest(model);
    };
    const digest = await ask(NESTED);
    expect(digest).toBeDefined();
    expect(await ask(NESTED)).toBe(digest);
    expect(await ask({ ...NESTED, 'code/deep/b.py': 'other' })).not.toBe(digest);
  });

  it('is made of a bounded number of questions, however many folders there are', async () => {
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`folder-${at}/x`, '']));
    const deep = { [`${'d/'.repeat(40)}x`]: '' };
    for (const folder of [
      { ...FILES, ...wide },
      { ...FILES, ...deep },
    ]) {
      expect(await digestWith(folder, `models:/${MODEL}`)).toBeDefined();
      const lists = running.at(-1)?.requests.filter((one) => one.includes('/artifacts/directories')) ?? [];
      expect(lists.length).toBeGreaterThan(3);
      expect(lists.length).toBeLessThanOrEqual(51);
    }
  });
});

async function resolve(uri: string, options: Partial<MlflowOptions> = {}, config: Partial<RegistryConfig> = {}) {
  const server = await startMlflow({ models: MODELS, store: STORE, ...options });
  running.push(server);
  const none = { token: undefined, username: undefined, password: undefined, storageUriMap: [] };
  const registry = new MlflowRegistry({
    config: { trackingUri: server.url, artifactsDestination: 's3://mlflow', ...none, ...config },
    clock: new FakeClock(),
    warn: () => {},
  });
  return registry.resolve(uri);
}

describe('the MLflow server of the sandbox', () => {
  it.each([
    [`models:/${NAME}/9`, `s3://mlflow/1/models/${MODEL}/artifacts`],
    [`models:/${NAME}@champion`, `s3://mlflow/1/models/${MODEL}/artifacts`],
    [`models:/${NAME}/Production`, `s3://mlflow/1/models/${MODEL}/artifacts`],
    [`models:/${NAME}/8`, `s3://mlflow/1/${CLASSIC_RUN}/artifacts/wine_model`],
    [`models:/${MODEL}`, `s3://mlflow/1/models/${MODEL}/artifacts`],
    [`runs:/${RUN}/model`, `s3://mlflow/1/models/${MODEL}/artifacts`],
    [`runs:/${CLASSIC_RUN}/wine_model`, `s3://mlflow/1/${CLASSIC_RUN}/artifacts/wine_model`],
    [`s3://mlflow/1/models/${MODEL}/artifacts`, `s3://mlflow/1/models/${MODEL}/artifacts`],
  ])('tells where %s is, and its example to the letter', async (uri, storageUri) => {
    const model = await resolve(uri);
    expect(model.storageUri).toBe(storageUri);
    expect(model.example?.text).toBe('[[5.0, 1e2]]');
  });

  it.each([
    ['models:/nope/1', 'model-not-found'],
    ['models:/nope/latest', 'model-not-found'],
    [`models:/${NAME}@nope`, 'model-not-found'],
    [`models:/${NAME}/Staging`, 'model-not-found'],
    [`models:/${NAME}/latest`, 'model-not-ready'],
    [`models:/${NAME}/7`, 'model-unusable'],
    ['models:/m-0', 'model-not-found'],
    [`runs:/${'e'.repeat(32)}/model`, 'model-not-found'],
    [`runs:/${RUN}/nope`, 'model-not-found'],
  ])('has for %s no model: %s', async (uri, code) => {
    await expect(resolve(uri)).rejects.toMatchObject({ code });
  });

  it('can require a password', async () => {
    const auth = { username: 'ci', password: 'pass' };
    await expect(resolve(`models:/${NAME}/9`, { auth })).rejects.toMatchObject({ code: 'registry-unauthorized' });
    expect((await resolve(`models:/${NAME}/9`, { auth }, auth)).version).toBe('9');
  });

  it('may be under a prefix, and may refuse host names', async () => {
    expect((await resolve(`models:/${NAME}/9`, { staticPrefix: '/mlflow' })).version).toBe('9');
    await expect(resolve(`models:/${NAME}/9`, { allowedHosts: ['mlflow'] })).rejects.toMatchObject({
      code: 'registry-forbidden',
      hint: expect.stringContaining('--allowed-hosts'),
    });
  });
});
