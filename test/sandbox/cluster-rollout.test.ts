import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import type { ContainerContext } from '../../sandbox/container.ts';
import { aDeployment, ask, idle, until } from '../support/cluster-client.ts';

const RECORDED = JSON.parse(
  readFileSync(new URL('../fixtures/kubernetes/deployment-rollout.json', import.meta.url), 'utf8'),
) as { readonly first: unknown[]; readonly update: unknown[] };

const DEPLOYMENTS = '/apis/apps/v1/namespaces/seldon/deployments';
const WEB = { image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] };
const READY = { readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 } };

interface DeploymentEvent {
  readonly object: {
    readonly metadata: { readonly generation: number };
    readonly status: { readonly conditions?: readonly Record<string, string>[]; readonly [count: string]: unknown };
  };
}

let cluster: SandboxCluster;

afterEach(() => cluster.close());

async function web(context: ContainerContext) {
  const server = createServer((request, response) => response.end(`${context.image} ${request.url}`));
  server.listen(context.portOf(8080), '127.0.0.1');
  const exit = await idle(context);
  server.closeAllConnections();
  server.close();
  return exit;
}

async function start(): Promise<string[]> {
  cluster = await startCluster({
    namespaces: ['seldon'],
    images: [
      { match: /^web:\d$/, image: web },
      { match: 'idle', image: idle },
    ],
  });
  const lines: string[] = [];
  const query = 'watch=true&resourceVersion=1';
  void ask(cluster, { path: `${DEPLOYMENTS}?${query}`, onLine: (line) => lines.push(line) }).catch(() => undefined);
  await until('the watch', () => cluster.requests.length > 0);
  return lines;
}

/** What the watch showed, as the fixture writes it; the same twice in a row counts once. */
function storyOf(lines: readonly string[]): unknown[] {
  const seen = lines.map((line) => {
    const { metadata, status } = (JSON.parse(line) as DeploymentEvent).object;
    const { conditions = [], ...counts } = status;
    const words = conditions.map(({ type, status: truth, reason }) => `${type} ${truth} ${reason}`);
    return { generation: metadata.generation, ...counts, conditions: words };
  });
  return seen.filter((one, index) => JSON.stringify(one) !== JSON.stringify(seen[index - 1]));
}

function isRolledOut(name: string, generation: number) {
  return () => {
    const { status } = cluster.api.get('Deployment', { namespace: 'seldon', name }) ?? {};
    const { observedGeneration, replicas, updatedReplicas, availableReplicas } = (status ?? {}) as Record<
      string,
      number
    >;
    return observedGeneration === generation && replicas === 1 && updatedReplicas === 1 && availableReplicas === 1;
  };
}

test('a first rollout and an update pass through the states that Kubernetes showed, in its order', async () => {
  const lines = await start();
  await cluster.api.create(aDeployment('wine', { ...WEB, ...READY }));
  await until('the first rollout', isRolledOut('wine', 1));
  // The watch brings it a moment after it is so.
  await until('its last event', () => lines.at(-1)?.includes('NewReplicaSetAvailable') || undefined);
  const first = lines.length;
  const patch = { spec: { template: { metadata: { annotations: { marker: 'two' } } } } };
  await cluster.api.patch('Deployment', { namespace: 'seldon', name: 'wine' }, patch);
  await until('the update', isRolledOut('wine', 2));
  await until('its last event', () => lines.at(-1)?.includes('"observedGeneration":2,"replicas":1') || undefined);
  expect(storyOf(lines.slice(0, first))).toEqual(RECORDED.first);
  expect(storyOf(lines.slice(first))).toEqual(RECORDED.update);
});

test('the old pod serves until the new one is ready, and is removed then', async () => {
  await start();
  await cluster.api.create(aDeployment('wine', { ...WEB, ...READY }));
  await cluster.api.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'wine', namespace: 'seldon' },
    spec: { selector: { app: 'wine' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
  await until('the first rollout', isRolledOut('wine', 1));
  const path = '/api/v1/namespaces/seldon/services/wine:http/proxy/hello?a=1';
  const answers: unknown[] = [];
  const asking = (async () => {
    while (answers.at(-1) !== 'web:2 /hello?a=1') answers.push((await ask(cluster, { path })).body);
  })();
  const containers = [{ name: 'main', ...WEB, ...READY, image: 'web:2' }];
  const patch = { spec: { template: { spec: { containers } } } };
  await cluster.api.patch('Deployment', { namespace: 'seldon', name: 'wine' }, patch);
  await until('the update', isRolledOut('wine', 2));
  await asking;
  expect(new Set(answers)).toEqual(new Set(['web:1 /hello?a=1', 'web:2 /hello?a=1']));
  await until('the old pod to be gone', () => cluster.api.list('Pod', 'seldon').length === 1);
});

test('a rollout that never becomes ready exceeds its deadline and keeps its state', async () => {
  await start();
  const never = { readinessProbe: { tcpSocket: { port: 9999 }, periodSeconds: 1 } };
  await cluster.api.create(aDeployment('wine', { image: 'idle', ...never }, {}, { progressDeadlineSeconds: 5 }));
  const condition = await until('the deadline', () => {
    const { status } = cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine' }) ?? {};
    const { conditions } = (status ?? {}) as {
      conditions?: { type: string; status: string; reason: string; message: string }[];
    };
    return conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  });
  expect(condition).toMatchObject({ type: 'Progressing', status: 'False' });
  expect(condition.message).toMatch(/^ReplicaSet "wine-\w{10}" has timed out progressing\.$/);
});

test('a quota refuses the pods, and the Deployment reports it', async () => {
  await start();
  const few = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few', namespace: 'seldon' } };
  await cluster.api.create({ ...few, spec: { hard: { pods: '0' } } });
  await cluster.api.create(aDeployment('wine', { image: 'idle' }));
  const failure = await until('the failure', () => {
    const { status } = cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine' }) ?? {};
    const { conditions } = (status ?? {}) as { conditions?: { type: string; reason: string; message: string }[] };
    return conditions?.find(({ type }) => type === 'ReplicaFailure');
  });
  const quota = 'exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0';
  expect(failure.reason).toBe('FailedCreate');
  expect(failure.message).toMatch(new RegExp(`^pods "wine-\\w{10}-\\w{5}" is forbidden: ${quota}$`));
  cluster.api.remove('ResourceQuota', { namespace: 'seldon', name: 'few' });
  await until('the rollout after all', isRolledOut('wine', 1));
});

test('a paused Deployment gets no new pods until it is resumed', async () => {
  await start();
  await cluster.api.create(aDeployment('wine', { image: 'idle' }));
  await until('the rollout', isRolledOut('wine', 1));
  const wine = { namespace: 'seldon', name: 'wine' };
  await cluster.api.patch('Deployment', wine, { spec: { paused: true } });
  const template = { metadata: { annotations: { model: '2' } } };
  await cluster.api.patch('Deployment', wine, { spec: { template } });
  const statusOf = () => {
    const { status, metadata } = cluster.api.get('Deployment', wine) ?? {};
    const { observedGeneration, updatedReplicas, conditions } = (status ?? {}) as {
      readonly observedGeneration?: number;
      readonly updatedReplicas?: number;
      readonly conditions?: readonly { readonly reason: string }[];
    };
    return { isObserved: observedGeneration === metadata?.generation, updatedReplicas, conditions };
  };
  await until('the pause to be seen', () => statusOf().isObserved);
  expect(statusOf().updatedReplicas).toBeUndefined();
  expect(statusOf().conditions).toContainEqual(expect.objectContaining({ reason: 'DeploymentPaused' }));
  expect(cluster.api.list('ReplicaSet', 'seldon')).toHaveLength(1);
  await cluster.api.patch('Deployment', wine, { spec: { paused: null } });
  await until('the rollout after all', () => statusOf().updatedReplicas === 1);
});

test('the dependents of a deleted object are deleted, from owner to owner', async () => {
  await start();
  await cluster.api.create(aDeployment('wine', { image: 'idle' }));
  await until('the rollout', isRolledOut('wine', 1));
  cluster.api.remove('Deployment', { namespace: 'seldon', name: 'wine' });
  await until('the pods to be gone', () => cluster.api.list('Pod', 'seldon').length === 0);
  expect(cluster.api.list('ReplicaSet', 'seldon')).toEqual([]);
});

test('deleted in the foreground, an object stays until its dependents are gone', async () => {
  await start();
  await cluster.api.create(aDeployment('wine', { image: 'idle' }));
  await until('the rollout', isRolledOut('wine', 1));
  await ask(cluster, { method: 'DELETE', path: `${DEPLOYMENTS}/wine?propagationPolicy=Foreground` });
  const left = cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine' });
  expect(left?.metadata.finalizers).toEqual(['foregroundDeletion']);
  await until('the Deployment to be gone', () => cluster.api.list('Deployment', 'seldon').length === 0);
  expect(cluster.api.list('Pod', 'seldon')).toEqual([]);
});
