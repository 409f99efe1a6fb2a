import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { answer, refusal, startCluster } from '../../support/kube-api.ts';

const REF = { namespace: 'seldon', name: 'wine' };
const added = (name: string) =>
  `${JSON.stringify({ type: 'ADDED', object: { metadata: { name, resourceVersion: '11' } } })}\n`;

async function start() {
  const streams: { pods?: ServerResponse; deployments?: ServerResponse } = {};
  const { api, cluster } = await startCluster(({ path, query }, response) => {
    if (query.get('watch') === null) return answer(response, 200, { metadata: { resourceVersion: '10' }, items: [] });
    response.writeHead(200).flushHeaders();
    streams[path.endsWith('/pods') ? 'pods' : 'deployments'] = response;
  });
  const observation = await cluster.observe(REF, ['wine']);
  await expect.poll(() => Object.keys(streams).length).toBe(2);
  return { api, cluster, observation, streams };
}

test('Deployments and Pods of one SeldonDeployment take two lists, two watches and three connections', async () => {
  const { api } = await start();
  expect(api.asked.map(({ path }) => path).toSorted()).toEqual([
    '/api/v1/namespaces/seldon/pods',
    '/api/v1/namespaces/seldon/pods',
    '/apis/apps/v1/namespaces/seldon/deployments',
    '/apis/apps/v1/namespaces/seldon/deployments',
  ]);
  expect(api.asked.every(({ query }) => query.get('labelSelector') === 'seldon-deployment-id=wine')).toBe(true);
  expect(api.connections()).toBe(3);
});

test('a change ends the wait at once', async () => {
  const { observation, streams } = await start();
  await observation.change(0);
  const waiting = observation.change(5_000);
  const sent = performance.now();
  streams.pods?.write(added('wine-main-1'));
  await waiting;
  expect(performance.now() - sent).toBeLessThan(1_000);
  expect(observation.pods.map(({ metadata }) => metadata.name)).toEqual(['wine-main-1']);
});

test('a change between two waits is not missed', async () => {
  const { observation, streams } = await start();
  await observation.change(0);
  streams.deployments?.write(added('wine-main'));
  await expect.poll(() => observation.deployments.length).toBe(1);
  const began = performance.now();
  await observation.change(5_000);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('without a change it returns when the time is over', async () => {
  const { observation } = await start();
  await observation.change(0);
  await expect(observation.change(20)).resolves.toBeUndefined();
});

test('a second wait shares the watch, and gets no change twice', async () => {
  const { api, cluster, observation } = await start();
  observation.close();
  const again = await cluster.observe(REF, ['wine']);
  await again.change(10);
  expect(api.asked).toHaveLength(4);
});

test('a separate orchestrator is watched by a label of its own', async () => {
  const { api, cluster } = await start();
  await cluster.observe(REF, ['wine', 'wine-main']);
  expect(api.asked.at(-1)?.query.get('labelSelector')).toBe('seldon-deployment-id in (wine,wine-main)');
});

test('a user who may not list gets an error, and may try again', async () => {
  const said = 'pods is forbidden: User "ci" cannot list resource "pods" in API group "" in the namespace "seldon"';
  const { api, cluster } = await startCluster(({ path }, response) =>
    path.endsWith('/pods') ? answer(response, 403, refusal(403, said)) : answer(response, 200, { items: [] }),
  );
  const sentence = 'user `ci` has no permission to list pods in namespace seldon';
  await expect(cluster.observe(REF, ['wine'])).rejects.toMatchObject({ code: 'cluster-forbidden', message: sentence });
  api.reply = (_, response) => answer(response, 200, { items: [] });
  expect((await cluster.observe(REF, ['wine'])).pods).toEqual([]);
});
