import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WatchedCollection, type WatchTarget } from '../../../src/adapters/kubernetes/watch.ts';
import { type Asked, answer, connectionTo, kubeconfigFor, refusal, startKubeApi } from '../../support/kube-api.ts';

interface Thing {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly note?: string;
}

const thing = (name: string, resourceVersion: string, note?: string): Thing => ({
  metadata: { name, resourceVersion },
  ...(note !== undefined && { note }),
});
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

/** `watches` answers the first, second, … watch; the last one all that follow. */
async function observe(given: {
  readonly lists?: readonly { readonly version: string; readonly items: readonly Thing[] }[];
  readonly watches: readonly ((response: ServerResponse, asked: Asked) => void)[];
  readonly target?: Partial<WatchTarget>;
  readonly patience?: number;
}) {
  const lists = given.lists ?? [{ version: '10', items: [] }];
  const count = { lists: 0, watches: 0 };
  const api = await startKubeApi((asked, response) => {
    if (asked.query.get('watch') === null) {
      const list = lists[Math.min(count.lists++, lists.length - 1)];
      return answer(response, 200, { metadata: { resourceVersion: list?.version }, items: list?.items });
    }
    given.watches[Math.min(count.watches++, given.watches.length - 1)]?.(response, asked);
  });
  const connection = await connectionTo(
    kubeconfigFor(api),
    given.patience === undefined ? {} : { patience: given.patience },
  );
  const target = { path: '/things', labelSelector: 'a=b', asked: { resource: 'things', namespace: 'n' } };
  let failure: unknown;
  const listener = {
    onChange: () => {},
    onFailure: (error: unknown) => {
      failure = error;
    },
  };
  const collection = new WatchedCollection<Thing>(connection, { ...target, ...given.target }, listener);
  onTestFinished(() => collection.close());
  onTestFinished(() => connection.close());
  onTestFinished(() => api.close());
  await collection.start();
  const until = (condition: () => boolean) => expect.poll(condition, { interval: 5 }).toBe(true);
  const names = () => collection.objects.map((one) => one.metadata.name);
  const watched = () => api.asked.filter((one) => one.query.get('watch') !== null);
  return { api, collection, count, until, names, watched, failure: () => failure };
}

const stream = (response: ServerResponse, text: string | Buffer = '') => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  if (text.length > 0) response.write(text);
};

test('it lists, then watches from there on with bookmarks and a limited life', async () => {
  const { names, until, watched } = await observe({
    lists: [{ version: '10', items: [thing('a', '3'), thing('b', '4')] }],
    watches: [
      (response) =>
        stream(
          response,
          event('ADDED', thing('c', '11')) +
            event('MODIFIED', thing('a', '12', 'new')) +
            event('DELETED', thing('b', '13')),
        ),
    ],
  });
  await until(() => names().length === 2 && names().includes('c'));
  const query = watched()[0]?.query;
  expect(Object.fromEntries(query ?? [])).toMatchObject({
    watch: 'true',
    labelSelector: 'a=b',
    resourceVersion: '10',
    allowWatchBookmarks: 'true',
  });
  expect(Number(query?.get('timeoutSeconds'))).toBeGreaterThanOrEqual(290);
});

test('a letter cut in two between chunks arrives whole', async () => {
  const text = Buffer.from(event('ADDED', thing('ä', '11', 'Müller')));
  const { collection, until } = await observe({
    watches: [
      (response) => {
        stream(response, text.subarray(0, text.indexOf('ü') + 1));
        setTimeout(() => response.write(text.subarray(text.indexOf('ü') + 1)), 20);
      },
    ],
  });
  await until(() => collection.objects.length === 1);
  expect(collection.objects[0]?.note).toBe('Müller');
});

test('a stream that the server ends in its time goes on where the last bookmark was', async () => {
  const { until, watched, count, api } = await observe({
    watches: [
      (response) => {
        stream(response, event('BOOKMARK', { metadata: { resourceVersion: '500' } }));
        response.end();
      },
      (response) => stream(response),
    ],
  });
  await until(() => count.watches === 2);
  expect(watched()[1]?.query.get('resourceVersion')).toBe('500');
  expect(count.lists).toBe(1);
  expect(api.connections()).toBe(2);
});

test('a reset goes on after the last event, and half a line is no event', async () => {
  const { until, names, watched, count } = await observe({
    watches: [
      (response) => {
        stream(response, `${event('ADDED', thing('a', '11'))}{"type":"ADDED","obj`);
        setTimeout(() => response.destroy(), 20);
      },
      (response) => stream(response, event('ADDED', thing('b', '12'))),
    ],
  });
  await until(() => names().length === 2);
  expect(watched()[1]?.query.get('resourceVersion')).toBe('11');
  expect(count.lists).toBe(1);
});

test.each([
  ['HTTP 410', (response: ServerResponse) => answer(response, 410, refusal(410, 'too old resource version: 10 (99)'))],
  ['an ERROR event', (response: ServerResponse) => stream(response, event('ERROR', { kind: 'Status', code: 410 }))],
])('after %s it lists again, and forgets what is gone', async (_, expired) => {
  const { until, names, watched } = await observe({
    lists: [
      { version: '10', items: [thing('a', '3')] },
      { version: '99', items: [thing('b', '98')] },
    ],
    watches: [expired, (response) => stream(response)],
  });
  await until(() => watched().length === 2);
  expect(names()).toEqual(['b']);
  expect(watched()[1]?.query.get('resourceVersion')).toBe('99');
});

test('a server that closes every stream at once, or always answers 410, is not stormed', async () => {
  for (const refuse of [
    (response: ServerResponse) => response.writeHead(200).end(),
    (response: ServerResponse) => answer(response, 410, {}),
  ]) {
    const { api } = await observe({ watches: [refuse] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(api.asked.length).toBeLessThan(7);
  }
});

test('silence beyond the time of bookmarks counts as a dead line', async () => {
  const { until, count } = await observe({ target: { quiet: 50 }, watches: [(response) => stream(response)] });
  await until(() => count.watches >= 2);
  expect(count.lists).toBe(1);
});

test('a watch with bookmarks is alive, however few changes it has', async () => {
  const bookmark = event('BOOKMARK', { metadata: { resourceVersion: '11' } });
  const { count } = await observe({
    target: { quiet: 200 },
    watches: [
      (response) => {
        stream(response);
        const pulse = setInterval(() => response.write(bookmark), 50);
        response.on('close', () => clearInterval(pulse));
      },
    ],
  });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(count.watches).toBe(1);
});

test('behind a proxy that holds bodies back it lists in the silence, and polls from then on', async () => {
  const held = { silence: 30, poll: 20 };
  const { until, names, count, failure } = await observe({
    lists: ['1', '2', '3', '4'].map((name, at) => ({ version: `1${at}`, items: [thing(name, `1${at}`)] })),
    target: held,
    watches: [(response) => stream(response)],
  });
  await until(() => names()[0] === '2');
  await until(() => names()[0] === '4' && count.lists > 6);
  expect(count.watches).toBe(2);
  expect(failure()).toBeUndefined();
});

test('a proxy that also holds the headers back is no dead server', async () => {
  const { until, names, failure } = await observe({
    lists: ['1', '2', '3'].map((name, at) => ({ version: `1${at}`, items: [thing(name, `1${at}`)] })),
    target: { silence: 30, poll: 20 },
    patience: 50,
    watches: [() => {}],
  });
  await until(() => names()[0] === '3');
  expect(failure()).toBeUndefined();
});

test('a quiet stream that holds nothing back is listed less and less often, and stays', async () => {
  const { count } = await observe({ target: { silence: 20 }, watches: [(response) => stream(response)] });
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(count.watches).toBe(1);
  expect(count.lists).toBeGreaterThan(2);
  expect(count.lists).toBeLessThan(7);
});

test('503 is tried again, 403 ends it with the sentence of the permission that lacks', async () => {
  const message = 'things is forbidden: User "ci" cannot watch resource "things" in API group "" in the namespace "n"';
  const { until, failure, watched } = await observe({
    watches: [
      (response) => answer(response, 503, refusal(503, 'starting')),
      (response) => answer(response, 403, refusal(403, message, { kind: 'things' })),
    ],
  });
  await until(() => failure() !== undefined);
  expect(failure()).toMatchObject({
    code: 'cluster-forbidden',
    message: 'user `ci` has no permission to watch things in namespace n',
  });
  expect(watched()).toHaveLength(2);
});

test('a server that stays away too long ends it', async () => {
  const { until, failure } = await observe({ patience: 300, watches: [(response) => response.destroy()] });
  await until(() => failure() !== undefined);
  expect(failure()).toMatchObject({ code: 'cluster-unreachable' });
});

test('once closed it asks no more', async () => {
  const { api, collection } = await observe({ watches: [(response) => stream(response)] });
  collection.close();
  const asked = api.asked.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(api.asked.length).toBe(asked);
});
