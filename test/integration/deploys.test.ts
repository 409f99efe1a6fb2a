import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

let world: Surroundings;

beforeAll(async () => {
  world = await openSurroundings();
});

afterAll(() => world?.close());

/** Without the orchestrator a pod is ready as soon as its model is: what most stories need. */
const QUICK = { orchestrator: 'false' };

function expectEnding(end: ActionEnd, outcome: string, reason: string): void {
  const told = { outcome: end.outputs['outcome'], reason: end.outputs['reason'] };
  expect(told, end.shown).toEqual({ outcome, reason });
  expect(end.exitCode).toBe(['deployed', 'unchanged', 'planned'].includes(outcome) ? 0 : 1);
}

/** Never blocks: the operator's webhook answers in this process. */
async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('kubectl', ['-n', 'seldon', ...args]);
  return stdout;
}

async function podUids(name: string): Promise<readonly string[]> {
  const path = 'jsonpath={.items[*].metadata.uid}';
  return (await kubectl('get', 'pods', '-l', `seldon-deployment-id=${name}`, '-o', path)).split(' ').filter(Boolean);
}

/** What the model itself says to its example, from the manifest that was written when it was logged. */
function rightAnswer(uri: string): unknown {
  return world.models.find((model) => model.uris.includes(uri))?.prediction;
}

function answered(end: ActionEnd): unknown {
  const body = JSON.parse(end.outputs['prediction'] || 'null');
  return body?.data?.ndarray ?? body?.data?.tensor?.values ?? body?.jsonData ?? body?.outputs?.[0]?.data;
}

describe('one SeldonDeployment, from its first model on', () => {
  it('the first model goes live behind the orchestrator, and answers what MLflow says it must', async () => {
    const ingress = world.gatewayUrl === undefined ? {} : { 'ingress-url': world.gatewayUrl };
    const end = await world.deploy({
      with: { 'model-uri': 'models:/wine-quality@champion', name: 'story', ...ingress },
    });
    expectEnding(end, 'deployed', 'ok');
    expect(answered(end)).toEqual(
      (rightAnswer('models:/wine-quality/1') as number[]).map((value) => expect.closeTo(value, 6)),
    );
    const inside = 'http://story-main.seldon.svc.cluster.local:8000/api/v0.1/predictions';
    const outside = `${world.gatewayUrl}/seldon/seldon/story/api/v0.1/predictions`;
    expect(world.comments(7).join()).toContain(world.gatewayUrl === undefined ? inside : outside);
  });

  it('the same again changes nothing and restarts nothing', async () => {
    const before = await podUids('story');
    const end = await world.deploy({ with: { 'model-uri': 'models:/wine-quality@champion', name: 'story' } });
    expectEnding(end, 'unchanged', 'already-live');
    expect(await podUids('story')).toEqual(before);
  });

  it('what people wrote on the live object survives the next model', async () => {
    const patch = [
      {
        op: 'add',
        path: '/spec/predictors/0/componentSpecs/0/spec/tolerations',
        value: [{ key: 'gpu', operator: 'Exists' }],
      },
    ];
    await kubectl('patch', 'seldondeployment', 'story', '--type=json', '-p', JSON.stringify(patch));
    const end = await world.deploy({ with: { 'model-uri': 'models:/wine-quality@challenger', name: 'story' } });
    expectEnding(end, 'deployed', 'ok');
    expect(answered(end)).toEqual(
      (rightAnswer('models:/wine-quality/2') as number[]).map((value) => expect.closeTo(value, 6)),
    );
    expect(
      await kubectl(
        'get',
        'seldondeployment',
        'story',
        '-o',
        'jsonpath={.spec.predictors[0].componentSpecs[0].spec.tolerations[0].key}',
      ),
    ).toBe('gpu');
  });

  it('a model that the server cannot load is rolled back to exactly what was there', async () => {
    const before = JSON.parse(await kubectl('get', 'seldondeployment', 'story', '-o', 'json')).spec;
    const end = await world.deploy({ with: { 'model-uri': 'models:/wine-quality/3', name: 'story' } });
    expectEnding(end, 'rolled-back', 'crash-loop');
    expect(end.summary).toMatch(/serialization format|skops/);
    expect(JSON.parse(await kubectl('get', 'seldondeployment', 'story', '-o', 'json')).spec).toEqual(before);
    expect(await kubectl('get', 'seldondeployment', 'story', '-o', 'jsonpath={.status.state}')).toBe('Available');
  });
});

describe('models of every kind', () => {
  const KINDS: readonly [uri: string, inputs: Record<string, string>][] = [
    ['models:/customer-segment/1', QUICK],
    ['models:/tensor-iris/1', QUICK],
    ['models:/classic-layout/1', QUICK],
    ['models:/wine-quality/1', { protocol: 'v2' }],
    ['models:/tensor-iris/1', { protocol: 'v2', ...QUICK }],
  ];

  it.concurrent.each(KINDS)('%s with %j answers what MLflow says it must', async (uri, inputs) => {
    const name = `kind-${uri.replace(/[^a-z]/g, '').slice(6, 20)}-${inputs['protocol'] ?? 'seldon'}`;
    const end = await world.deploy({ with: { 'model-uri': uri, name, ...inputs } });
    expectEnding(end, 'deployed', 'ok');
    const right = rightAnswer(uri);
    const close = Array.isArray(right)
      ? right.map((value) => (typeof value === 'number' ? expect.closeTo(value, 6) : value))
      : right;
    expect(answered(end)).toEqual(close);
  });

  it('every URI of the registry becomes the storage folder that MLflow itself names', async () => {
    const named = world.models.filter((model) => model.artifact_uri && !['g-broken', 'h-status'].includes(model.case));
    expect(named.length).toBeGreaterThan(5);
    for (const model of named) {
      for (const uri of model.uris) {
        const end = await world.deploy({ with: { 'model-uri': uri, name: 'dry', 'dry-run': 'true' } });
        expectEnding(end, 'planned', 'dry-run');
        expect(end.outputs['model-storage-uri']).toBe(
          model.artifact_uri?.replace('mlflow-artifacts:', world.artifactsDestination),
        );
      }
    }
  });
});

describe('what goes wrong', () => {
  it.concurrent('a folder that is not there is told in the words of rclone, and the first creation withdrawn', async () => {
    const uri = `${world.artifactsDestination}/1/no-such-run/artifacts/model`;
    const end = await world.deploy({
      with: { 'model-uri': uri, name: 'nowhere', 'mlflow-tracking-uri': '', ...QUICK },
    });
    expectEnding(end, 'withdrawn', 'storage-failed');
    expect(end.summary).toContain('directory not found');
    expect(await kubectl('get', 'seldondeployments', '-o', 'name')).not.toContain('/nowhere');
  });

  it.concurrent('an image that is not there', async () => {
    const manifest = `apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: { name: image }
spec:
  predictors:
  - name: main
    graph: { name: prediction }
    componentSpecs: [{ spec: { containers: [{ name: prediction, image: 'seldonio/mlflowserver:missing' }] } }]
`;
    const files = { 'seldon.yaml': manifest };
    const end = await world.deploy({
      files,
      with: { 'model-uri': 'models:/wine-quality/1', name: 'image', manifest: 'seldon.yaml', ...QUICK },
    });
    expectEnding(end, 'withdrawn', 'image-not-found');
    expect(end.summary).toContain('seldonio/mlflowserver:missing');
  });

  it.concurrent('a namespace without room for the new pod gets its old model back, and is told so', async () => {
    const inNamespace = (...args: readonly string[]) => kubectl('-n', 'crowded', ...args);
    await inNamespace('create', 'namespace', 'crowded');
    const secret = JSON.parse(await kubectl('get', 'secret', 'rclone-s3', '-o', 'json'));
    const copy = join(mkdtempSync(join(tmpdir(), 'secret-')), 'secret.json');
    writeFileSync(copy, JSON.stringify({ ...secret, metadata: { name: 'rclone-s3', namespace: 'crowded' } }));
    await inNamespace('apply', '-f', copy);
    const inputs = { name: 'crowded', namespace: 'crowded', ...QUICK };
    expectEnding(await world.deploy({ with: { 'model-uri': 'models:/wine-quality/1', ...inputs } }), 'deployed', 'ok');
    await inNamespace('create', 'quota', 'few', '--hard=pods=1');
    const end = await world.deploy({ with: { 'model-uri': 'models:/wine-quality/2', ...inputs } });
    expectEnding(end, 'rolled-back', 'quota-exceeded');
    expect(await inNamespace('get', 'pods', '-o', 'jsonpath={.items[*].status.containerStatuses[*].ready}')).toBe(
      'true',
    );
  });

  it.concurrent('a typo in the manifest, which the API server answers like a fault of its own', async () => {
    const manifest =
      'kind: SeldonDeployment\nmetadata: { name: typo }\nspec: { predictors: [{ name: main, trafic: 100, graph: { name: prediction } }] }\n';
    const files = { 'seldon.yaml': manifest };
    const end = await world.deploy({
      files,
      with: { 'model-uri': 'models:/wine-quality/1', name: 'typo', manifest: 'seldon.yaml' },
    });
    expectEnding(end, 'failed', 'manifest-refused');
    expect(end.summary).toContain('trafic');
  });

  it.concurrent('a user without rights, and the Role that cures it', async () => {
    const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: '${await kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')}', insecure-skip-tls-verify: true } }]
users: [{ name: u, user: { token: dev-token } }]
contexts: [{ name: x, context: { cluster: c, user: u, namespace: seldon } }]
current-context: x
`;
    const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    writeFileSync(join(folder, 'config'), kubeconfig);
    const end = await world.deploy({
      with: {
        'model-uri': 'models:/wine-quality/1',
        name: 'forbidden',
        kubeconfig: readFileSync(join(folder, 'config'), 'utf8'),
      },
    });
    expectEnding(end, 'failed', 'cluster-forbidden');
    expect(end.summary).toContain('kind: Role');
    expect(end.shown).not.toContain('dev-token');
  });

  it.concurrent.each([
    ['models:/broken/1', 'model-unusable'],
    ['models:/not-ready/1', 'model-not-ready'],
    ['models:/nope/1', 'model-not-found'],
    ['models:/wine-quality@nope', 'model-not-found'],
  ])('%s ends before anything is touched', async (uri, reason) => {
    expectEnding(await world.deploy({ with: { 'model-uri': uri, name: 'refused' } }), 'failed', reason);
  });
});
