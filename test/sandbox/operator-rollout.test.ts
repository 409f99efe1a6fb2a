import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import type { ContainerContext, ContainerExit } from '../../sandbox/container.ts';
import { executorImage } from '../../sandbox/executor/executor.ts';
import { type Operator, startOperator } from '../../sandbox/operator/operator.ts';
import type { SeldonStatus } from '../../sandbox/operator/seldon-deployment.ts';
import { ask, idle, until } from '../support/cluster-client.ts';

interface Seen {
  readonly generation: number;
  readonly state: string | null;
  readonly conditions: readonly string[];
  readonly services: readonly string[];
}

/** Every state of the SeldonDeployment that the reference operator showed, per situation. */
const RECORDED = JSON.parse(
  readFileSync(new URL('../fixtures/seldon/states.json', import.meta.url), 'utf8'),
) as Readonly<Record<'first' | 'update' | 'canary', readonly Seen[]>>;

const COLLECTION = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments';
const WINE = { namespace: 'seldon', name: 'wine' };

let cluster: SandboxCluster;
let operator: Operator;
let seen: Seen[];

/** A model server that is up at once; a `s3://broken` one ends. */
async function model(context: ContainerContext): Promise<ContainerExit> {
  if (context.models.has('broken')) return { exitCode: 1 };
  const server = createServer((_, response) => response.end('pong'));
  server.listen(context.portOf(9000), '127.0.0.1');
  const exit = await idle(context);
  server.closeAllConnections();
  server.close();
  return exit;
}

async function initializer({ args, models }: ContainerContext): Promise<ContainerExit> {
  if (args[0] === 's3://broken') models.set('broken', '');
  return { exitCode: 0 };
}

/**
 * Does the operator show what the reference showed, in that order, and nothing else? Some of it more often: that it is
 * Available once more before the Deployment's controller has woken up is a race that the reference has too.
 */
function isLike(story: readonly string[], recorded: readonly string[]): boolean {
  let next = 0;
  for (const state of story) if (state === recorded[next]) next++;
  return (
    next === recorded.length && story.every((state) => recorded.includes(state)) && story.at(-1) === recorded.at(-1)
  );
}

beforeEach(async () => {
  seen = [];
  cluster = await startCluster({
    second: 10,
    images: [
      { match: /mlflowserver/, image: model },
      { match: /storage-initializer/, image: initializer },
      { match: /seldon-core-executor/, image: executorImage() },
    ],
  });
  operator = await start({ ambassador: true, istio: false });
  void ask(cluster, {
    path: `${COLLECTION}?watch=true&resourceVersion=1`,
    onLine: (line) => note(JSON.parse(line)),
  }).catch(() => undefined);
  await until('the watch', () => cluster.requests.some(({ path }) => path.includes('watch=true&resourceVersion=1')));
});

afterEach(async () => {
  await operator.close();
  await cluster.close();
});

function start(ingress: { readonly ambassador: boolean; readonly istio: boolean }): Promise<Operator> {
  return startOperator({ kubeconfig: cluster.kubeconfig(), webhook: false, lag: 5, ...ingress });
}

function note({ object }: { object: { metadata: { generation: number }; status?: SeldonStatus } }): void {
  const { conditions = [], state = null, serviceStatus = {} } = object.status ?? {};
  seen.push({
    generation: object.metadata.generation,
    state,
    conditions: conditions.map(({ type, status, reason }) => [type, status, reason].filter(Boolean).join(' ')),
    services: Object.keys(serviceStatus).sort(),
  });
}

/** `2 Available ready`: what a person sees who waits for the state or for the condition; repeats count once. */
function storyOf(states: readonly Seen[]): readonly string[] {
  const lines = states.map(({ generation, state, conditions }) =>
    [generation, state ?? 'nothing', conditions.includes('Ready True') ? 'ready' : 'not ready'].join(' '),
  );
  return lines.filter((line, index) => line !== lines[index - 1]);
}

function predictor(name: string, modelUri: string, traffic: number) {
  const probe = { httpGet: { path: '/health/ping', port: 'http' }, periodSeconds: 1 };
  const container = { name: 'prediction', readinessProbe: probe, ports: [{ name: 'metrics', containerPort: 6000 }] };
  return {
    name,
    traffic,
    replicas: 1,
    graph: { name: 'prediction', implementation: 'MLFLOW_SERVER', modelUri, envSecretRefName: '' },
    componentSpecs: [{ spec: { containers: [container], terminationGracePeriodSeconds: 1 } }],
  };
}

async function apply(...predictors: readonly object[]): Promise<void> {
  const head = { apiVersion: 'machinelearning.seldon.io/v1', kind: 'SeldonDeployment' };
  const { code, body } = await ask(cluster, {
    method: 'PATCH',
    path: `${COLLECTION}/wine?fieldManager=test&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: { ...head, metadata: { name: 'wine' }, spec: { predictors } },
  });
  expect(code, JSON.stringify(body)).toBeLessThan(300);
}

interface Counts {
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
}

/** The truth, from the Deployments: predictor → modelUri. Then the operator has said its last word. */
async function rolledOut(wanted: Readonly<Record<string, string>>): Promise<void> {
  const expected = Object.entries(wanted).map(([name, uri]) => `wine-${name}-0-prediction ${uri} is up`);
  await until('the rollout', () => {
    const all = cluster.api.list('Deployment', 'seldon').map((one) => {
      const { replicas, updatedReplicas, availableReplicas, observedGeneration } = (one.status ?? {}) as Counts;
      const isUp = observedGeneration === one.metadata.generation && replicas === 1;
      const uri = (one.spec as Specified).template.spec.initContainers[0]?.args[0];
      return `${one.metadata.name} ${uri} ${isUp && updatedReplicas === 1 && availableReplicas === 1 ? 'is up' : 'rolls'}`;
    });
    return all.sort().join() === expected.sort().join();
  });
  await until('the operator to have its last word', () => {
    const { generation } = cluster.api.get('SeldonDeployment', WINE)?.metadata ?? {};
    return storyOf(seen).at(-1) === `${generation} Available ready`;
  });
  await quiet();
}

interface Specified {
  readonly template: { readonly spec: { readonly initContainers: readonly { readonly args: readonly string[] }[] } };
}

/** Until the SeldonDeployment has not changed for a while. */
async function quiet(): Promise<void> {
  for (let count = -1; count !== seen.length; ) {
    count = seen.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** For what the operator does last: on a busy machine it is quiet for a while before that, too. */
function poll<T>(read: () => T) {
  return expect.poll(read, { timeout: 5_000, interval: 20 });
}

function mappings(): readonly unknown[] {
  return cluster.api
    .list('Mapping', 'seldon')
    .filter(({ metadata }) => metadata.name.endsWith('-rest'))
    .map(({ metadata, spec }) => [metadata.name, (spec as { weight?: number }).weight]);
}

test('a first rollout shows the states that the reference showed', async () => {
  await apply(predictor('main', 's3://one', 100));
  await rolledOut({ main: 's3://one' });
  await poll(() => storyOf(seen)).toEqual(storyOf(RECORDED.first));
  expect(seen.at(-1)).toMatchObject({
    conditions: RECORDED.first.at(-1)?.conditions,
    services: RECORDED.first.at(-1)?.services,
  });
  expect(seen[1]?.conditions).toEqual(RECORDED.first[1]?.conditions);
});

test('an update reports Available and Ready for the old pods first, as the reference does', async () => {
  await apply(predictor('main', 's3://one', 100));
  await rolledOut({ main: 's3://one' });
  await apply(predictor('main', 's3://two', 100));
  await rolledOut({ main: 's3://two' });
  expect(storyOf(RECORDED.update)).toContain('2 Available ready');
  await poll(() => isLike(storyOf(seen), storyOf(RECORDED.update))).toBe(true);
  const status = cluster.api.get('SeldonDeployment', WINE)?.status;
  expect(status).not.toHaveProperty('observedGeneration');
});

test('a canary gets its Mapping when it is ready, a new weight at once, and is removed completely', async () => {
  await apply(predictor('main', 's3://one', 100));
  await rolledOut({ main: 's3://one' });
  const main = cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine-main-0-prediction' })?.metadata;
  await apply(predictor('main', 's3://one', 80), predictor('canary', 's3://two', 20));
  await until('the canary', () => cluster.api.list('Deployment', 'seldon').length === 2);
  expect(mappings()).toEqual([['seldon-seldon-wine-main-rest', undefined]]);
  await rolledOut({ main: 's3://one', canary: 's3://two' });
  await poll(mappings).toEqual([
    ['seldon-seldon-wine-canary-rest', 20],
    ['seldon-seldon-wine-main-rest', undefined],
  ]);
  await apply(predictor('main', 's3://one', 50), predictor('canary', 's3://two', 50));
  await until('the weight', () => JSON.stringify(mappings()).includes('50'));
  await rolledOut({ main: 's3://one', canary: 's3://two' });
  const recorded = storyOf(RECORDED.canary.filter(({ generation }) => generation <= 3));
  await poll(() => isLike(storyOf(seen), recorded)).toBe(true);

  await apply(predictor('main', 's3://one', 100));
  await rolledOut({ main: 's3://one' });
  await poll(mappings).toEqual([['seldon-seldon-wine-main-rest', undefined]]);
  await poll(() => cluster.api.list('Service', 'seldon').map(({ metadata }) => metadata.name)).toEqual([
    'wine-main',
    'wine-main-prediction',
  ]);
  const after = cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine-main-0-prediction' })?.metadata;
  expect(after?.generation).toBe(main?.generation);
});

test('an update that never becomes ready stays Creating, and the old pods continue to serve', async () => {
  await apply(predictor('main', 's3://one', 100));
  await rolledOut({ main: 's3://one' });
  await apply({ ...predictor('main', 's3://broken', 100), progressDeadlineSeconds: 5 });
  await until('the deadline', () =>
    JSON.stringify(cluster.api.list('Deployment', 'seldon')).includes('ProgressDeadlineExceeded'),
  );
  await quiet();
  expect(cluster.api.get('SeldonDeployment', WINE)?.status).toMatchObject({ state: 'Creating' });
});

test('a first rollout that never becomes ready is Failed at its deadline', async () => {
  await apply({ ...predictor('main', 's3://broken', 100), progressDeadlineSeconds: 5 });
  await until('Failed', () => seen.at(-1)?.state === 'Failed');
  expect(cluster.api.get('SeldonDeployment', WINE)?.status).toMatchObject({
    description: 'Deployment is no longer progressing and not available.',
  });
});

test('an object that Kubernetes refuses is Failed with its message, and recovers after a repair', async () => {
  const wrong = predictor('main', 's3://one', 100);
  await apply({ ...wrong, graph: { ...wrong.graph, name: 'Prediction_1' } });
  await until('Failed', () => seen.at(-1)?.state === 'Failed');
  expect(cluster.api.get('SeldonDeployment', WINE)?.status).toMatchObject({
    description: expect.stringMatching(/^Service "wine-main-Prediction_1" is invalid: metadata.name: Invalid value: /),
  });
  await apply(wrong);
  await rolledOut({ main: 's3://one' });
});

test('its events name its actions', async () => {
  await apply(predictor('main', 's3://one', 100));
  await rolledOut({ main: 's3://one' });
  await operator.close();
  const events = cluster.api
    .list('Event', 'seldon')
    .filter((event) => (event['involvedObject'] as { kind: string }).kind === 'SeldonDeployment')
    .map((event) => `${event['reason']}: ${event['message']}`);
  expect(events).toEqual(
    expect.arrayContaining([
      'CreateService: Created Service "wine-main-prediction"',
      'CreateService: Created Service "wine-main"',
      'CreateDeployment: Created Deployment "wine-main-0-prediction"',
      'CreateAmbassadorMapping: Created AmbassadorMapping "seldon-seldon-wine-main-rest"',
      'Updated: Updated SeldonDeployment "wine"',
    ]),
  );
});

test('with Istio there is a VirtualService instead of Mappings, and the status misspells that they are missing', async () => {
  await operator.close();
  operator = await start({ ambassador: false, istio: true });
  await apply(predictor('main', 's3://one', 100));
  await rolledOut({ main: 's3://one' });
  expect(cluster.api.list('Mapping')).toEqual([]);
  expect(cluster.api.list('VirtualService').map(({ metadata }) => metadata.name)).toEqual(['wine']);
  expect(cluster.api.list('DestinationRule').map(({ metadata }) => metadata.name)).toEqual(['wine-main']);
  await poll(() => seen.at(-1)?.conditions).toEqual(
    expect.arrayContaining([
      'AmbassadorMappingsReady True No Ambassador Mappaings defined',
      'istioVirtualServicesReady True All VirtualServices created',
      'Ready True',
    ]),
  );
});

test('a Deployment without a number of replicas is written for ever, once it was updated', async () => {
  const generation = () =>
    cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine-main-0-prediction' })?.metadata.generation ?? 0;
  const { replicas: _, ...main } = predictor('main', 's3://one', 100);
  await apply(main);
  await until('the first model', () => seen.at(-1)?.state === 'Available');
  expect(generation()).toBe(1);
  await apply({ ...main, graph: { ...main.graph, modelUri: 's3://two' } });
  await until('some writes more', () => generation() > 5);
  await apply(predictor('main', 's3://two', 100));
  await until('the number', () => {
    const { spec } = cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine-main-0-prediction' }) ?? {};
    return (spec as { readonly replicas?: number } | undefined)?.replicas === 1 && seen.at(-1)?.state === 'Available';
  });
});
