import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import type { ContainerContext, ContainerExit } from '../../sandbox/container.ts';
import { type Gateway, startGateway } from '../../sandbox/gateway/gateway.ts';
import { findGroup, groupsOfMappings, groupsOfVirtualServices } from '../../sandbox/gateway/routing-table.ts';
import { WeightedChoice } from '../../sandbox/gateway/weighted-choice.ts';
import type { Mapping, MappingSpec, VirtualService } from '../../sandbox/operator/kinds.ts';
import { aDeployment, idle, until } from '../support/cluster-client.ts';

function mapping(name: string, spec: Partial<MappingSpec> = {}) {
  return {
    apiVersion: 'getambassador.io/v2',
    kind: 'Mapping',
    metadata: { name, namespace: 'seldon' },
    spec: { prefix: '/seldon/seldon/wine/', rewrite: '/', service: `${name}.seldon:8000`, timeout_ms: 3000, ...spec },
  } satisfies Mapping;
}

function weightsOf(mappings: readonly Mapping[]): readonly (readonly [string, number])[] {
  return groupsOfMappings(mappings).flatMap(({ backends }) =>
    backends.map((one) => [one.service, one.weight] as const),
  );
}

describe('Mappings of one prefix share its requests:', () => {
  test.each<[string, readonly (Partial<MappingSpec> & { name: string })[], readonly number[]]>([
    ['the first one takes what the weights leave', [{ name: 'main' }, { name: 'canary', weight: 20 }], [80, 20]],
    ['a weight of 0 is none', [{ name: 'main' }, { name: 'canary', weight: 0 }], [100, 0]],
    ['at 100 nothing is left', [{ name: 'main' }, { name: 'canary', weight: 100 }], [0, 100]],
    [
      'two without weight take half each, as the old annotations make them',
      [{ name: 'main' }, { name: 'old' }],
      [50, 50],
    ],
    ['a shadow takes none', [{ name: 'main' }, { name: 'dark', shadow: true, weight: 100 }], [100]],
  ])('%s', (_, specs, weights) => {
    const shares = weightsOf(specs.map(({ name, ...spec }) => mapping(name, spec)));
    expect(shares.map(([, weight]) => weight)).toEqual(weights);
  });
});

test('a VirtualService alone sends everything to its one destination, and mirrors', () => {
  const port = { number: 8000 };
  const destination = { host: 'wine-main.seldon.svc.cluster.local', subset: 'main', port };
  const mirror = { host: 'wine-dark.seldon.svc.cluster.local', subset: 'dark', port };
  const match = [{ uri: { prefix: '/seldon/seldon/wine/' } }];
  const service: VirtualService = {
    apiVersion: 'networking.istio.io/v1beta1',
    kind: 'VirtualService',
    metadata: { name: 'wine', namespace: 'seldon' },
    spec: { http: [{ match, rewrite: { uri: '/' }, route: [{ destination, weight: 0 }], mirror }] },
  };
  expect(groupsOfVirtualServices([service])).toMatchObject([
    {
      prefix: '/seldon/seldon/wine/',
      backends: [{ service: 'wine-main', namespace: 'seldon', port: 8000, weight: 100 }],
      mirrors: [{ service: 'wine-dark', weight: 100 }],
    },
  ]);
});

test('the longest prefix wins, then the route that matches a header', () => {
  const groups = groupsOfMappings([
    mapping('main'),
    mapping('beta', { headers: { location: 'london' } }),
    mapping('deep', { prefix: '/seldon/seldon/wine/api/' }),
    mapping('grpc', { prefix: '/seldon/.*', prefix_regex: true }),
  ]);
  const found = (path: string, headers = {}) => findGroup(groups, { path, headers })?.backends[0]?.service;
  expect(found('/seldon/seldon/wine/x')).toBe('main');
  expect(found('/seldon/seldon/wine/x', { location: 'london' })).toBe('beta');
  expect(found('/seldon/seldon/wine/api/x')).toBe('deep');
  expect(found('/seldon/seldon/beer/x')).toBeUndefined();
});

test('the choice is deterministic: of ten requests at 80 to 20, exactly eight and two, spread', () => {
  const choice = new WeightedChoice();
  const options = [
    { name: 'main', weight: 80 },
    { name: 'canary', weight: 20 },
  ];
  const turns = Array.from({ length: 10 }, () => choice.next('wine', options)?.name);
  expect(turns.filter((name) => name === 'canary')).toHaveLength(2);
  expect(turns.slice(0, 5)).toEqual(turns.slice(5));
  expect(choice.next('none', [{ name: 'main', weight: 0 }])).toBeUndefined();
});

describe('in front of a cluster', () => {
  let cluster: SandboxCluster;
  let gateway: Gateway;
  const heard: string[] = [];

  /** Answers with its image's name and what it was asked. */
  async function server(context: ContainerContext): Promise<ContainerExit> {
    const http = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      heard.push(context.image);
      const text = [context.image, request.method, request.url, body].join(' ').trim();
      const wait = request.url === '/slow' ? 500 : 0;
      setTimeout(() => response.writeHead(200, { 'content-type': 'text/plain' }).end(text), wait);
    });
    http.listen(context.portOf(8000), '127.0.0.1');
    const exit = await idle(context);
    http.closeAllConnections();
    http.close();
    return exit;
  }

  beforeAll(async () => {
    cluster = await startCluster({ images: [{ match: /.*/, image: server }] });
    for (const name of ['main', 'canary', 'dark']) {
      const ports = [{ name: 'http', containerPort: 8000 }];
      const readinessProbe = { tcpSocket: { port: 8000 }, periodSeconds: 1 };
      await cluster.api.create(aDeployment(name, { image: name, ports, readinessProbe }));
      await cluster.api.create({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: 'seldon' },
        spec: { selector: { app: name }, ports: [{ name: 'http', port: 8000, targetPort: 8000 }] },
      });
    }
    const ready = () =>
      cluster.api.list('Deployment').every(({ status }) => (status as { readyReplicas?: number })?.readyReplicas === 1);
    await until('all pods', ready);
    gateway = await startGateway({ kubeconfig: cluster.kubeconfig() });
  });

  afterEach(async () => {
    for (const { metadata } of cluster.api.list('Mapping')) cluster.api.remove('Mapping', metadata);
    await answers((status) => status === 404);
    heard.length = 0;
  });

  afterAll(async () => {
    await gateway.close();
    await cluster.close();
  });

  async function create(...mappings: readonly Mapping[]): Promise<void> {
    for (const { metadata, ...rest } of mappings)
      await cluster.api.create({ ...rest, metadata: { name: metadata.name, namespace: 'seldon' } });
    await answers((status) => status !== 404);
    await new Promise((resolve) => setTimeout(resolve, 20));
    heard.length = 0;
  }

  /** The gateway hears of routes by a watch: a moment later. */
  async function answers(isSo: (status: number) => boolean): Promise<void> {
    for (let tries = 0; !isSo((await get('')).status); tries++) if (tries > 500) throw new Error('no such answer');
  }

  async function get(path: string): Promise<{ status: number; body: string }> {
    const response = await fetch(`${gateway.url}/seldon/seldon/wine/${path}`);
    return { status: response.status, body: await response.text() };
  }

  test('a request is rewritten and its body forwarded', async () => {
    await create(mapping('main'));
    const url = `${gateway.url}/seldon/seldon/wine/api/v1.0/predictions?a=b`;
    const response = await fetch(url, { method: 'POST', body: '{"x":1}' });
    expect(await response.text()).toBe('main POST /api/v1.0/predictions?a=b {"x":1}');
    expect((await fetch(`${gateway.url}/seldon/seldon/beer/`)).status).toBe(404);
  });

  test('weights are honoured exactly', async () => {
    await create(mapping('main'), mapping('canary', { weight: 30 }));
    for (let i = 0; i < 20; i++) await get('');
    expect(heard.filter((name) => name === 'canary')).toHaveLength(6);
  });

  test('a shadow gets half of the requests at a weight of 50, and its answers are dropped', async () => {
    await create(mapping('main'), mapping('dark', { shadow: true, weight: 50 }));
    const bodies = await Promise.all(Array.from({ length: 8 }, () => get('x')));
    expect(new Set(bodies.map(({ body }) => body))).toEqual(new Set(['main GET /x']));
    await until('the copies', () => heard.length === 12);
    expect(heard.filter((name) => name === 'dark')).toHaveLength(4);
  });

  test('a Service without pods is 503, one that is too slow 504, as Envoy words them', async () => {
    await create(mapping('gone'));
    expect(await get('')).toEqual({ status: 503, body: 'no healthy upstream' });
    cluster.api.remove('Mapping', { namespace: 'seldon', name: 'gone' });
    await create(mapping('main', { timeout_ms: 100 }));
    await answers((status) => status === 200);
    expect(await get('slow')).toEqual({ status: 504, body: 'upstream request timeout' });
  });
});
