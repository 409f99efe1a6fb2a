import { expect, test } from 'vitest';
import type { SeldonDeployment } from '../../../src/seldon/seldon-deployment.ts';
import { answer, conflict, missing, type Reply, refusal, startCluster, unknownKind } from '../../support/kube-api.ts';

const REF = { namespace: 'seldon', name: 'wine' };
const PATH = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments/wine';

test('an object that is not there is undefined, a kind that is not there is told', async () => {
  const { cluster } = await startCluster((_, response) => missing(response));
  expect(await cluster.read(REF)).toBeUndefined();
  const other = await startCluster((_, response) => unknownKind(response));
  await expect(other.cluster.read(REF)).rejects.toMatchObject({ code: 'seldon-not-installed' });
  expect(other.api.asked.map(({ path }) => path.split('/')[3])).toEqual(['v1', 'v1alpha2', undefined]);
});

test('objects are kept exactly: microseconds, unknown fields', async () => {
  const metadata = { ...REF, resourceVersion: '7', managedFields: [{ time: '2026-11-23T07:05:22.123456Z' }] };
  const object = { metadata, spec: { predictors: [], unheardOf: 1 } };
  const { cluster } = await startCluster((_, response) => answer(response, 200, object));
  expect(await cluster.read(REF)).toEqual(object);
});

const known = (resourceVersion: string, replicas = 1): SeldonDeployment => ({
  apiVersion: 'machinelearning.seldon.io/v1',
  kind: 'SeldonDeployment',
  metadata: { ...REF, uid: 'u-1', resourceVersion },
  spec: { replicas, predictors: [] },
});

test('removal is of the very object that was read, and what is gone already is gone', async () => {
  const { api, cluster } = await startCluster((_, response) => missing(response));
  await cluster.remove(REF, known('7'));
  expect(api.asked[0]).toMatchObject({ method: 'DELETE', path: PATH });
  expect(JSON.parse(api.asked[0]?.body ?? '')).toMatchObject({
    preconditions: { uid: 'u-1', resourceVersion: '7' },
    propagationPolicy: 'Background',
  });
});

test('removal goes on over a new status, and ends at a change by somebody else', async () => {
  const { api, cluster } = await startCluster((_, response) => missing(response));
  let now = known('8');
  api.reply = ({ method }, response) => {
    if (method === 'GET') answer(response, 200, now);
    else if (JSON.parse(api.asked.at(-1)?.body ?? '{}').preconditions.resourceVersion === '8')
      answer(response, 200, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
    else conflict(response);
  };
  await cluster.remove(REF, known('7'));
  now = known('9', 2);
  await expect(cluster.remove(REF, known('7'))).rejects.toMatchObject({ code: 'object-changed' });
});

test('a deletion that a proxy answers is checked on the object, and is sent again', async () => {
  const { api, cluster } = await startCluster((_, response) => missing(response));
  let deletions = 0;
  api.reply = ({ method }, response) => {
    if (method === 'GET') return answer(response, 200, known('7'));
    deletions++;
    if (deletions === 1) return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    return answer(response, 200, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
  };
  await cluster.remove(REF, known('7'));
  expect(deletions).toBe(2);
  api.reply = ({ method }, response) =>
    method === 'GET' ? answer(response, 200, known('7')) : response.writeHead(200).end('<html>Sign in</html>');
  await expect(cluster.remove(REF, known('7'))).rejects.toMatchObject({ code: 'cluster-failed' });
});

test('one odd 404 does not take a kind away from the server', async () => {
  const { api, cluster } = await startCluster((_, response) => unknownKind(response));
  api.reply = ({ path }, response) => {
    if (path === '/apis/machinelearning.seldon.io') return answer(response, 200, { versions: [{ version: 'v1' }] });
    return api.asked.length <= 2 ? unknownKind(response) : answer(response, 200, known('7'));
  };
  expect(await cluster.read(REF)).toMatchObject({ metadata: { resourceVersion: '7' } });
  api.reply = (_, response) => unknownKind(response);
  await expect(cluster.read(REF)).rejects.toMatchObject({
    code: 'cluster-failed',
    message: expect.stringContaining('get seldondeployments.machinelearning.seldon.io in namespace seldon'),
  });
});

test('a log is asked for by its last lines and a limit, and may not exist', async () => {
  const { api, cluster } = await startCluster((_, response) => response.writeHead(200).end('line\n'));
  const log = () => cluster.logs({ namespace: 'seldon', name: 'p' }, 'c', { previous: true, tailLines: 20 });
  expect(await log()).toBe('line\n');
  expect(api.asked[0]?.path).toBe('/api/v1/namespaces/seldon/pods/p/log');
  expect(Object.fromEntries(api.asked[0]?.query ?? [])).toEqual({
    container: 'c',
    tailLines: '20',
    limitBytes: '65536',
    previous: 'true',
  });
  const none: Reply[] = [
    (_, response) => answer(response, 400, refusal(400, 'container "c" in pod "p" is waiting to start')),
    (_, response) => answer(response, 404, refusal(404, 'pods "p" not found', { name: 'p' })),
    (_, response) => response.writeHead(200).end('unable to retrieve container logs for containerd://abc'),
  ];
  for (const reply of none) {
    api.reply = reply;
    expect(await log()).toBeUndefined();
  }
});

test('events come oldest first, whichever clock they carry', async () => {
  const items = [
    { reason: 'third', lastTimestamp: '2026-11-23T07:00:03Z' },
    { reason: 'first', lastTimestamp: null, eventTime: '2026-11-23T07:00:01.000001Z' },
    { reason: 'second', metadata: { creationTimestamp: '2026-11-23T07:00:02Z' } },
  ];
  const { api, cluster } = await startCluster((_, response) => answer(response, 200, { items }));
  expect((await cluster.events('seldon', 'u-1')).map(({ reason }) => reason)).toEqual(['first', 'second', 'third']);
  expect(api.asked[0]?.query.get('fieldSelector')).toBe('involvedObject.uid=u-1');
});

test('of a Secret only the names of its keys are returned', async () => {
  const { api, cluster } = await startCluster((_, response) =>
    answer(response, 200, { data: { A: 'c2VjcmV0', B: 'eA==' } }),
  );
  expect(await cluster.secretKeys(REF)).toEqual(['A', 'B']);
  api.reply = (_, response) => answer(response, 403, refusal(403, 'no'));
  expect(await cluster.secretKeys(REF)).toBe('forbidden');
  const details = { name: 'wine', kind: 'secrets' };
  api.reply = (_, response) => answer(response, 404, refusal(404, 'secrets "wine" not found', details));
  expect(await cluster.secretKeys(REF)).toBe('missing');
  // An odd 404 is not about the Secret.
  api.reply = (_, response) => unknownKind(response);
  await expect(cluster.secretKeys(REF)).rejects.toMatchObject({ code: 'cluster-failed' });
});

test('an answer that is not from an API server is recognised', async () => {
  const { cluster } = await startCluster((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Login</h1>'),
  );
  await expect(cluster.read(REF)).rejects.toMatchObject({
    code: 'cluster-failed',
    message: expect.stringContaining('not a Kubernetes answer: text/html'),
  });
});
