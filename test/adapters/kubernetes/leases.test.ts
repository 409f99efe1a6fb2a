import { expect, test } from 'vitest';
import { answer, conflict, missing, startCluster } from '../../support/kube-api.ts';

const REF = { namespace: 'seldon', name: 'wine' };
const OURS = { holder: 'me', run: undefined, seconds: 60 };
const DELETED = { kind: 'Status', apiVersion: 'v1', status: 'Success' };

/** A server with one Lease, which keeps its rules: one writer a version, and deletion of the version that is named. */
async function startLeases() {
  let version = 0;
  let lease: { metadata: Record<string, unknown>; spec: { holderIdentity: string } } | undefined;
  const { api, cluster } = await startCluster(({ method, body }, response) => {
    const told = body === '' ? {} : JSON.parse(body);
    const isOther = (guard: { resourceVersion?: string } = {}) => guard.resourceVersion !== String(version);
    if (method === 'POST' ? lease !== undefined : lease === undefined)
      return method === 'POST' ? conflict(response) : missing(response);
    if (method === 'PUT' && isOther(told.metadata)) return conflict(response);
    if (method === 'DELETE' && isOther(told.preconditions)) return conflict(response);
    if (method === 'DELETE') {
      lease = undefined;
      return answer(response, 200, DELETED);
    }
    if (method !== 'GET') {
      version++;
      lease = { ...told, metadata: { ...told.metadata, uid: 'u-1', resourceVersion: String(version) } };
    }
    return answer(response, 200, lease);
  });
  return { api, cluster, lease: () => lease, methods: () => api.asked.map(({ method }) => method) };
}

test('a Lease that is as we wrote it is deleted without a read, by its uid and its version', async () => {
  const { api, cluster, lease, methods } = await startLeases();
  await cluster.acquireLease(REF, OURS, undefined);
  await cluster.acquireLease(REF, OURS, undefined);
  await cluster.releaseLease(REF, OURS);
  expect(methods()).toEqual(['POST', 'GET', 'PUT', 'DELETE']);
  expect(JSON.parse(api.asked.at(-1)?.body ?? '').preconditions).toEqual({ uid: 'u-1', resourceVersion: '2' });
  expect(lease()).toBeUndefined();
});

test('a Lease on which others wrote a request to stop is read, and deleted then', async () => {
  const { cluster, lease, methods } = await startLeases();
  await cluster.acquireLease(REF, OURS, undefined);
  await cluster.leases.askToStop(REF, 'me', 'octocat');
  await cluster.releaseLease(REF, OURS);
  expect(methods().slice(-3)).toEqual(['DELETE', 'GET', 'DELETE']);
  expect(lease()).toBeUndefined();
});

test('a Lease that another run has taken since is not deleted', async () => {
  const { cluster, lease } = await startLeases();
  await cluster.acquireLease(REF, OURS, undefined);
  const standing = await cluster.leases.look(REF);
  await cluster.acquireLease(REF, { ...OURS, holder: 'other' }, standing);
  await cluster.releaseLease(REF, OURS);
  expect(lease()?.spec.holderIdentity).toBe('other');
});
