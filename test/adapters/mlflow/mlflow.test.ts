import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../../src/adapters/mlflow/connection.ts';
import { MlflowRegistry } from '../../../src/adapters/mlflow/registry.ts';
import type { RegistryConfig } from '../../../src/settings/config.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Asked, exchanges, type Reply, replay, startWire, type Wire } from '../../support/mlflow-replay.ts';

const MODEL = 'm-3de7a22da2014ace9572de8a8c63c313';
const RUN = '900926ee5dc548f3950ea366e7fe69a3';
const CLASSIC_RUN = '7188c7e24fa1496a9c038c063f09b692';
const FOLDER = `s3://mlflow/1/models/${MODEL}/artifacts`;

const open: { close(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function wire(answer: (asked: Asked) => Reply): Promise<Wire> {
  const started = await startWire(answer);
  open.push(started);
  return started;
}

function registry(config: Partial<RegistryConfig>, options: Partial<ConnectionOptions> = {}): MlflowRegistry {
  const none = { trackingUri: undefined, token: undefined, username: undefined, password: undefined };
  const all = { ...none, artifactsDestination: 's3://mlflow', storageUriMap: [], ...config };
  const made = new MlflowRegistry({ config: all, clock: new FakeClock(), warn: () => {}, ...options });
  open.push(made);
  return made;
}

/** The recorded server, with other answers for some paths. */
function recordedBut(other: Readonly<Record<string, Reply>>): (asked: Asked) => Reply {
  const recorded = replay(exchanges('proxied'));
  return (asked) => other[asked.url.pathname] ?? recorded(asked);
}

async function resolveRecorded(uri: string, config: Partial<RegistryConfig> = {}) {
  const server = await wire(replay(exchanges('proxied')));
  return { server, model: await registry({ trackingUri: server.url, ...config }).resolve(uri) };
}

describe('a model URI on a recorded MLflow 3.17 server', () => {
  const version1 = { storageUri: FOLDER, name: 'wine-quality', version: '1', runId: RUN, modelId: MODEL };

  it.each([
    ['models:/wine-quality/1', { ...version1, origin: 'registry', alias: undefined }],
    ['models:/wine-quality@champion', { ...version1, origin: 'registry', alias: 'champion' }],
    ['models:/wine-quality/production', { origin: 'registry', version: '3', alias: 'Production' }],
    [`models:/${MODEL}`, { storageUri: FOLDER, origin: 'logged-model', runId: RUN, modelId: MODEL, name: undefined }],
    [`runs:/${RUN}/model`, { storageUri: FOLDER, origin: 'run', runId: RUN, modelId: MODEL, name: undefined }],
    [`runs:/${CLASSIC_RUN}/model`, { storageUri: `s3://mlflow/1/${CLASSIC_RUN}/artifacts/model`, origin: 'run' }],
    [
      'models:/classic-layout/2',
      {
        storageUri: 's3://mlflow/1/c53cfe1e5c5e43e1b700118a46de089b/artifacts/deep/er/nested/wine model',
        version: '2',
      },
    ],
    [FOLDER, { storageUri: FOLDER, origin: 'storage', runId: RUN, modelId: MODEL }],
    [`mlflow-artifacts:/1/models/${MODEL}/artifacts`, { storageUri: FOLDER, origin: 'storage', modelId: MODEL }],
  ])('%s becomes one storage URI with a signature', async (uri, expected) => {
    const { model } = await resolveRecorded(uri);
    expect(model).toMatchObject({ requestedUri: uri, ...expected });
    expect(model.signature?.inputs).toBeDefined();
  });

  it('brings the input example as it is written, and a link to the UI', async () => {
    const { server, model } = await resolveRecorded('models:/wine-quality@champion');
    expect(model.example).toMatchObject({ type: 'dataframe', orient: 'split', hasParams: false });
    expect(JSON.parse(model.example?.text ?? '').columns).toContain('fixed acidity');
    expect(model.link).toBe(`${server.url}/#/models/wine-quality/versions/1`);
  });

  it('warns of what may go wrong later', async () => {
    const { model } = await resolveRecorded('models:/wine-quality/Production');
    expect(model.warnings.join('\n')).toMatch(/skops/);
  });

  it('takes four requests for an alias with signature and example', async () => {
    const { server } = await resolveRecorded('models:/wine-quality@champion');
    expect(server.asked.map(({ url }) => url.pathname.split('/').at(-1))).toEqual([
      'alias',
      'get-download-uri',
      'get-artifact',
      'get-artifact',
    ]);
  });

  it.each([
    ['models:/wine-quality@nope', 'model-not-found', /no alias "nope"/, /`champion` \(version 1\)/],
    ['models:/nope@champion', 'model-not-found', /Registered Model with name=nope not found/, /case-sensitive/],
    ['models:/nope/1', 'model-not-found', /version 1 of model "nope"/, /case-sensitive/],
    ['models:/wine-quality/99', 'model-not-found', /version=99/, /case-sensitive/],
    ['models:/m-00000000000000000000000000000000', 'model-not-found', /not found/, /correct server/],
    ['runs:/00000000000000000000000000000000/model', 'model-not-found', /Run with id/, /correct server/],
    [`runs:/${RUN}/nope`, 'model-not-found', /no model at `nope`/, /`model`/],
    ['models:/not-ready/1', 'model-not-ready', /PENDING_REGISTRATION: rig/, /start the workflow again/],
    ['models:/not-ready/2', 'model-not-ready', /FAILED_REGISTRATION/, /register the model again/],
    ['models:/broken/1', 'model-unusable', /no file `MLmodel`/, /deleted or never uploaded/],
    [`s3://mlflow/1/${RUN}/artifacts/model`, 'model-unusable', /no file `MLmodel`/, new RegExp(`runs:/${RUN}/model`)],
  ])('%s ends early: %s', async (uri, code, message, hint) => {
    await expect(resolveRecorded(uri)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('behind mlflow-artifacts:/ needs the artifacts destination', async () => {
    await expect(resolveRecorded('models:/wine-quality/1', { artifactsDestination: undefined })).rejects.toMatchObject({
      code: 'artifacts-unreachable',
      hint: expect.stringContaining('artifacts-destination'),
    });
  });

  it('is asked for by percent-encoded names', async () => {
    const server = await wire(replay(exchanges('proxied')));
    const asking = registry({ trackingUri: server.url }).resolve('models:/100% & more?#+=@champion/1');
    await expect(asking).rejects.toMatchObject({ message: expect.stringContaining('download URI') });
    expect(server.asked[0]?.url.searchParams.get('name')).toBe('100% & more?#+=@champion');
  });
});

describe('a server that keeps artifacts outside', () => {
  it('needs a rule for its file: URIs', async () => {
    const server = await wire(replay(exchanges('direct')));
    const uri = 'models:/wine-quality@champion';
    await expect(registry({ trackingUri: server.url }).resolve(uri)).rejects.toMatchObject({
      code: 'artifacts-unreachable',
      hint: expect.stringContaining('storage-uri-map'),
    });
    const storageUriMap = [{ from: 'file:///srv/mlflow/direct/artifacts/', to: 'pvc://mlflow/' }];
    const model = await registry({ trackingUri: server.url, storageUriMap }).resolve(uri);
    expect(model.storageUri).toMatch(/^pvc:\/\/mlflow\/1\/models\/m-[0-9a-f]{32}\/artifacts$/);
    expect(model.signature).toBeDefined();
  });
});

describe('versions and logged models', () => {
  it('compare by number: 10 is newer than 9', async () => {
    const versions = ['9', '10'].map((version) => ({ name: 'wine-quality', version, status: 'PENDING_REGISTRATION' }));
    const path = '/api/2.0/mlflow/registered-models/get-latest-versions';
    const server = await wire(recordedBut({ [path]: { body: { model_versions: versions } } }));
    await expect(registry({ trackingUri: server.url }).resolve('models:/wine-quality/latest')).rejects.toThrow(
      /version 10/,
    );
  });

  it('of one name in one run: the newest of all pages, with a warning', async () => {
    const logged = (id: string, created: number) => ({
      info: { model_id: id, name: 'model', artifact_uri: `s3://x/${id}`, creation_timestamp_ms: created },
    });
    const recorded = replay(exchanges('proxied'));
    const server = await wire((asked) => {
      if (asked.url.pathname.endsWith('/files')) return { body: 'flavors: {python_function: {env: conda.yaml}}' };
      if (!asked.url.pathname.endsWith('/search')) return recorded(asked);
      return asked.body.includes('page_token')
        ? { body: { models: [logged('m-new', 2)] } }
        : { body: { models: [logged('m-old', 1)], next_page_token: 'more' } };
    });
    const model = await registry({ trackingUri: server.url }).resolve(`runs:/${RUN}/model`);
    expect(model.modelId).toBe('m-new');
    expect(model.warnings.join()).toMatch(/2 models named `model`/);
  });

  it('of a registry on files are followed to their folder', async () => {
    const download = '/api/2.0/mlflow/model-versions/get-download-uri';
    const server = await wire(recordedBut({ [download]: { body: { artifact_uri: `models:/${MODEL}` } } }));
    expect((await registry({ trackingUri: server.url }).resolve('models:/wine-quality/1')).storageUri).toBe(FOLDER);
  });
});

describe('a file that the server fails to read', () => {
  const failing = { status: 500, body: '<title>500 Internal Server Error</title>' };
  const file = '/model-versions/get-artifact';

  it('is missing when the folder does not list it, and asked for once only', async () => {
    const server = await wire(
      recordedBut({ [file]: failing, [`/api/2.0/mlflow/logged-models/${MODEL}/artifacts/directories`]: { body: {} } }),
    );
    const asking = registry({ trackingUri: server.url }).resolve('models:/wine-quality/1');
    await expect(asking).rejects.toMatchObject({ code: 'model-unusable' });
    expect(server.asked.filter(({ url }) => url.pathname === file)).toHaveLength(1);
  });

  it('is asked for again when the folder lists it', async () => {
    let failures = 2;
    const recorded = replay(exchanges('proxied'));
    const server = await wire((asked) => (asked.url.pathname === file && failures-- > 0 ? failing : recorded(asked)));
    const model = await registry({ trackingUri: server.url }).resolve('models:/wine-quality/1');
    expect(model.signature).toBeDefined();
  });

  it('does not stop the run when it is the example', async () => {
    const recorded = replay(exchanges('proxied'));
    const server = await wire((asked) =>
      asked.url.searchParams.get('path') === 'input_example.json' ? failing : recorded(asked),
    );
    const model = await registry({ trackingUri: server.url }).resolve('models:/wine-quality/1');
    expect(model.signature).toBeDefined();
    expect(model.example).toBeUndefined();
  });

  it('or does not hand out leaves the signature unknown, and says so', async () => {
    const server = await wire(recordedBut({ [file]: { status: 404, body: '<html>nginx</html>' } }));
    const model = await registry({ trackingUri: server.url }).resolve('models:/wine-quality/1');
    expect(model).toMatchObject({ storageUri: FOLDER, signature: undefined });
    expect(model.warnings.join()).toMatch(/does not serve the model's files/);
  });
});

describe('a storage URI', () => {
  it('needs no server', async () => {
    const model = await registry({}).resolve(`s3://bucket/1/${CLASSIC_RUN}/artifacts/wine_model/`);
    expect(model).toMatchObject({
      storageUri: `s3://bucket/1/${CLASSIC_RUN}/artifacts/wine_model`,
      origin: 'storage',
      name: 'wine_model',
      runId: CLASSIC_RUN,
      signature: undefined,
      link: undefined,
    });
  });

  it.each([
    ['a folder elsewhere with the same ids', `s3://copy/1/models/${MODEL}/artifacts`],
    ['an id that the server does not know', 's3://mlflow/1/models/m-00000000000000000000000000000000/artifacts'],
    ['a folder without ids', 'gs://seldon-models/v1.18.0/mlflow/elasticnet_wine'],
  ])('of %s goes without what the server knows', async (_, uri) => {
    const { model } = await resolveRecorded(uri);
    expect(model).toMatchObject({ storageUri: uri, signature: undefined, link: undefined });
  });

  it('is recognised by its ids when the destination is not configured', async () => {
    const { model } = await resolveRecorded(`s3://some/bucket/1/models/${MODEL}/artifacts`, {
      artifactsDestination: undefined,
    });
    expect(model.signature).toBeDefined();
  });

  it('does without a tracking URI that is no server', async () => {
    expect((await registry({ trackingUri: 'databricks' }).resolve(FOLDER)).storageUri).toBe(FOLDER);
    await expect(registry({ trackingUri: 'databricks' }).resolve('models:/wine/1')).rejects.toMatchObject({
      code: 'bad-input',
      hint: expect.stringContaining('storage URI'),
    });
  });

  it('does without a server that is down', async () => {
    const down = await startWire(() => ({}));
    await down.close();
    expect((await registry({ trackingUri: down.url }).resolve(FOLDER)).storageUri).toBe(FOLDER);
  });
});

it.each(['models:/wine/1', `runs:/${RUN}/model`])('%s needs a tracking server', async (uri) => {
  await expect(registry({}).resolve(uri)).rejects.toMatchObject({
    code: 'bad-input',
    hint: expect.stringMatching(/mlflow-tracking-uri.*MLFLOW_TRACKING_URI/),
  });
});
