import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import { ask, until } from '../support/cluster-client.ts';

const SECRETS = '/api/v1/namespaces/seldon/secrets';

interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly code?: number;
    readonly message?: string;
    readonly metadata: { readonly name?: string; readonly resourceVersion: string; readonly labels?: object };
  };
}

let cluster: SandboxCluster;

beforeEach(async () => {
  cluster = await startCluster({ namespaces: ['seldon'], bookmarkEvery: 20 });
});

afterEach(() => cluster.close());

function aSecret(name: string, labels: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'seldon', labels } };
}

/** A running watch: what it has told so far, and how it ended. */
function watch(query: string) {
  const events: WatchEvent[] = [];
  const onLine = (line: string) => events.push(JSON.parse(line) as WatchEvent);
  const end = ask(cluster, { path: `${SECRETS}?watch=true&${query}`, onLine });
  const names = () => events.map(({ type, object }) => `${type} ${object.metadata.name}`);
  return { events, end: end.catch((error: Error) => error.message), names };
}

test('a watch from a list has the later changes, and nothing else', async () => {
  await cluster.api.create(aSecret('before'));
  const list = (await ask(cluster, { path: SECRETS })).body as { metadata: { resourceVersion: string } };
  await cluster.api.create(aSecret('missed'));
  const { events, names } = watch(`resourceVersion=${list.metadata.resourceVersion}`);
  await until('the missed event', () => events.length > 0);
  await cluster.api.create(aSecret('after'));
  cluster.api.remove('Secret', { namespace: 'seldon', name: 'missed' });
  await until('all events', () => events.length === 3);
  expect(names()).toEqual(['ADDED missed', 'ADDED after', 'DELETED missed']);
  const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
});

test('a watch without a version begins with the existing objects', async () => {
  await cluster.api.create(aSecret('one'));
  const { events, names } = watch('timeoutSeconds=5');
  await until('the first event', () => events.length > 0);
  expect(names()).toEqual(['ADDED one']);
});

test('an object that stops matching the selector is deleted for the watch, in its last form', async () => {
  // From the first version on: it does not matter when the watch is open.
  const { events, names } = watch('resourceVersion=1&labelSelector=team%3Dred');
  await cluster.api.create(aSecret('one', { team: 'red' }));
  await cluster.api.patch('Secret', { namespace: 'seldon', name: 'one' }, { metadata: { labels: { team: 'blue' } } });
  await cluster.api.patch('Secret', { namespace: 'seldon', name: 'one' }, { metadata: { labels: { team: 'red' } } });
  await until('three events', () => events.length === 3);
  expect(names()).toEqual(['ADDED one', 'DELETED one', 'ADDED one']);
  expect(events[1]?.object.metadata.labels).toEqual({ team: 'red' });
});

test('bookmarks have the version of the whole store, so that a quiet watch can continue from there', async () => {
  const { events } = watch('resourceVersion=1&allowWatchBookmarks=true');
  await cluster.api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'seldon' } });
  const version = cluster.api.get('ConfigMap', { namespace: 'seldon', name: 'other' })?.metadata.resourceVersion;
  const mark = await until('a bookmark', () =>
    events.find(({ type, object }) => type === 'BOOKMARK' && object.metadata.resourceVersion === version),
  );
  expect(mark.object).toEqual({ kind: 'Secret', apiVersion: 'v1', metadata: { resourceVersion: version } });
});

test('without `allowWatchBookmarks` there are no bookmarks', async () => {
  const { events, end } = watch('resourceVersion=1&timeoutSeconds=0.1');
  await end;
  expect(events.filter(({ type }) => type === 'BOOKMARK')).toEqual([]);
});

test('a watch ends after its time with a last bookmark', async () => {
  const { events, end } = watch('timeoutSeconds=0.05&allowWatchBookmarks=true');
  expect(await end).toMatchObject({ code: 200 });
  expect(events.at(-1)?.type).toBe('BOOKMARK');
});

test('after a compaction an old version is answered by an error in the stream', async () => {
  await cluster.api.create(aSecret('one'));
  cluster.compact();
  const { events, end } = watch('resourceVersion=3');
  expect(await end).toMatchObject({ code: 200 });
  expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  expect(events[0]?.object.message).toMatch(/^too old resource version: 3 \(\d+\)$/);
});

test('after a compaction an old version may also be refused with HTTP 410', async () => {
  cluster.compact('refused');
  expect(await watch('resourceVersion=3').end).toMatchObject({ code: 410 });
  const list = (await ask(cluster, { path: SECRETS })).body as { metadata: { resourceVersion: string } };
  const fresh = watch(`resourceVersion=${list.metadata.resourceVersion}&timeoutSeconds=0.05`);
  expect(await fresh.end).toMatchObject({ code: 200 });
});

test('a dropped watch is cut in the middle', async () => {
  const { end, events } = watch('resourceVersion=1&allowWatchBookmarks=true');
  await until('the stream', () => events.length > 0);
  cluster.dropWatches();
  expect(await end).toMatch(/aborted|hang up|reset/);
});

test('a list in pages is complete', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await cluster.api.create(aSecret(name));
  const names: string[] = [];
  let token = '';
  do {
    const page = (await ask(cluster, { path: `${SECRETS}?limit=2&continue=${token}`.replace(/&continue=$/, '') }))
      .body as {
      metadata: { continue?: string };
      items: { metadata: { name: string } }[];
    };
    names.push(...page.items.map(({ metadata }) => metadata.name));
    token = page.metadata.continue ?? '';
  } while (token !== '');
  expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('the API server comes back from a restart on the same address, with its objects', async () => {
  await cluster.api.create(aSecret('kept'));
  const down = cluster.restart(50);
  await expect(ask(cluster, { path: SECRETS })).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
  await down;
  expect(await ask(cluster, { path: `${SECRETS}/kept` })).toMatchObject({ code: 200 });
});

test('only the next requests fail, as set', async () => {
  cluster.fail({ match: { method: 'GET', path: /secrets/ }, status: 503, times: 2, retryAfter: 1 });
  expect(await ask(cluster, { path: SECRETS })).toMatchObject({ code: 503, headers: { 'retry-after': '1' } });
  expect(await ask(cluster, { path: SECRETS })).toMatchObject({ code: 503 });
  expect(await ask(cluster, { path: SECRETS })).toMatchObject({ code: 200 });
  cluster.fail({ match: { path: 'secrets' }, status: 'cut' });
  await expect(ask(cluster, { path: SECRETS })).rejects.toThrow();
});

test('a revoked token is unauthorized', async () => {
  cluster.revokeToken('sandbox-admin');
  expect(await ask(cluster, { path: SECRETS })).toMatchObject({ code: 401, body: { reason: 'Unauthorized' } });
});
