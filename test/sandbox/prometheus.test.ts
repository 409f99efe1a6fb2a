import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import type { ContainerContext, ContainerExit } from '../../sandbox/container.ts';
import { parseExpression } from '../../sandbox/prometheus/expression.ts';
import { Samples } from '../../sandbox/prometheus/samples.ts';
import { type PrometheusOptions, type SandboxPrometheus, startPrometheus } from '../../sandbox/prometheus/server.ts';
import { readingsOf } from '../../sandbox/prometheus/text-format.ts';
import { countersQuery, timesQuery } from '../../src/proof/evidence/prometheus-counters.ts';
import { aDeployment, idle, until } from '../support/cluster-client.ts';

describe('supported PromQL:', () => {
  it('the queries of the action', () => {
    const labels = [
      { label: 'deployment_name', equal: true, value: 'wine' },
      { label: 'service', equal: true, value: 'predictions' },
    ];
    const name = 'seldon_api_executor_server_requests_seconds_bucket';
    expect(parseExpression(countersQuery('wine'))).toEqual({ kind: 'newest', selector: { name, matchers: labels } });
    const all = [...labels, { label: 'le', equal: true, value: '+Inf' }];
    expect(parseExpression(timesQuery('wine'))).toEqual({ kind: 'timestamp', selector: { name, matchers: all } });
  });

  it.each([
    ['1', { kind: 'scalar', value: 1 }],
    ['vector( 0.5 )', { kind: 'vector', value: 0.5 }],
    ['sum(increase(up[5s]))', { kind: 'increase', selector: { name: 'up', matchers: [] }, seconds: 5 }],
    [
      String.raw`sum(increase(up{a="x,} \"y\""}[5s]))`,
      { selector: { matchers: [{ label: 'a', equal: true, value: 'x,} "y"' }] } },
    ],
  ])('%s', (text, expected) => {
    expect(parseExpression(text)).toMatchObject(expected);
  });

  it.each([
    '',
    'sum(rate(up[5s]))',
    'sum(increase(up[5m]))',
    'sum(increase(up[0s]))',
    'sum(increase(up{a=~"x"}[5s]))',
    'sum(increase(up{a="x" b="y"}[5s]))',
    String.raw`sum(increase(up{a="\x"}[5s]))`,
  ])('not %j', (text) => {
    expect(() => parseExpression(text)).toThrow(expect.objectContaining({ name: 'ParseError' }));
  });
});

test('a page is read line by line: comments, escaped labels, infinity and time stamps', () => {
  const page = [
    '# TYPE up counter',
    'up 1',
    String.raw`up{a="x,\"y\"\\",b=""} 2.5 1700000000000`,
    'up{le="+Inf"} +Inf',
    '',
    'nonsense',
  ];
  expect(readingsOf(page.join('\n'))).toEqual([
    { name: 'up', labels: {}, value: 1 },
    { name: 'up', labels: { a: 'x,"y"\\', b: '' }, value: 2.5 },
    { name: 'up', labels: { le: '+Inf' }, value: Number.POSITIVE_INFINITY },
  ]);
});

describe('the increase of a counter', () => {
  it.each<[string, readonly (readonly [second: number, value: number])[], readonly number[]]>([
    [
      'is what came after the first sample of the window',
      [
        [1, 5],
        [5, 7],
        [9, 12],
      ],
      [7],
    ],
    ['is nothing known with one sample in the window', [[9, 12]], []],
    [
      'does not reach back to a sample before the window',
      [
        [-1, 5],
        [9, 12],
      ],
      [],
    ],
    [
      'leaves out the very beginning of the window, as Prometheus 3 does',
      [
        [0, 5],
        [5, 7],
        [10, 12],
      ],
      [5],
    ],
    [
      'is zero where nothing happened',
      [
        [1, 5],
        [9, 5],
      ],
      [0],
    ],
    [
      'goes on from zero when the process started anew',
      [
        [1, 5],
        [4, 8],
        [6, 2],
        [9, 3],
      ],
      [6],
    ],
  ])('%s', (_, points, expected) => {
    const samples = new Samples();
    for (const [second, value] of points) samples.add({ name: 'up', labels: {}, value }, second * 1000);
    const selector = { name: 'up', matchers: [] };
    expect(samples.increases(selector, { now: 10_000, window: 10_000 })).toEqual(expected);
  });

  it('is given for each series that matches; a missing label is the empty text', () => {
    const samples = new Samples();
    for (const time of [1000, 2000])
      for (const [value, labels] of [
        [1, { code: '200' }],
        [10, { code: '500' }],
        [100, {}],
      ] as const)
        samples.add({ name: 'up', labels, value: (value * time) / 1000 }, time);
    const grown = (label: string, equal: boolean, value: string) =>
      samples.increases({ name: 'up', matchers: [{ label, equal, value }] }, { now: 2000, window: 5000 });
    expect(grown('code', true, '200')).toEqual([1]);
    expect(grown('code', false, '200')).toEqual([10, 100]);
    expect(grown('code', true, '')).toEqual([100]);
    expect(grown('other', false, '')).toEqual([]);
  });
});

describe('the newest samples', () => {
  it('are those of all series that match, unless they are older than five minutes', () => {
    const samples = new Samples();
    samples.add({ name: 'up', labels: { pod: 'gone' }, value: 9 }, 1000);
    samples.add({ name: 'up', labels: { pod: 'a' }, value: 1 }, 400_000);
    samples.add({ name: 'up', labels: { pod: 'a' }, value: 2 }, 401_000);
    samples.add({ name: 'down', labels: { pod: 'a' }, value: 3 }, 401_000);
    expect(samples.newest({ name: 'up', matchers: [] }, 402_000)).toEqual([
      { name: 'up', labels: { pod: 'a' }, value: 2, time: 401_000 },
    ]);
  });
});

describe('over HTTP', () => {
  const PAGE = 'requests{code="200"}';
  let cluster: SandboxCluster;
  let prometheus: SandboxPrometheus | undefined;
  let count: number;

  /** An executor that counts as it is told. */
  async function counter(context: ContainerContext): Promise<ContainerExit> {
    const server = createServer((_, response) => response.end(`${PAGE} ${count}\n`));
    server.listen(context.portOf(8000), '127.0.0.1');
    const exit = await idle(context);
    server.closeAllConnections();
    server.close();
    return exit;
  }

  beforeEach(async () => {
    count = 5;
    cluster = await startCluster({ second: 10, images: [{ match: /counter/, image: counter }] });
  });

  afterEach(async () => {
    await prometheus?.close();
    await cluster.close();
  });

  async function start(options: Partial<PrometheusOptions> = {}) {
    prometheus = await startPrometheus({ kubeconfig: cluster.kubeconfig(), every: 10, ...options });
    const { url } = prometheus;
    return async (query: string, headers: Readonly<Record<string, string>> = {}) => {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`, { headers });
      const text = await response.text();
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
    };
  }

  const executor = (name: string) => ({ name, image: 'counter', ports: [{ containerPort: 8000 }] });

  /** How often a path of pods was asked for. */
  const scrapes = () => cluster.requests.filter(({ path }) => path.includes(':8000/proxy/prometheus')).length;

  it('it scrapes only the executors, in all pods, from the first query', async () => {
    for (const [name, container] of [
      ['one', 'seldon-container-engine'],
      ['two', 'seldon-container-engine'],
      ['other', 'x'],
    ] as const)
      await cluster.api.create(aDeployment(name, executor(container), {}, {}));
    const query = await start();
    expect(scrapes()).toBe(0);
    const asked = 'sum(increase(requests{code="200"}[60s]))';
    expect((await query(asked)).body.data).toEqual({ resultType: 'vector', result: [] });
    await until('some scrapes', () => scrapes() > 20 || undefined);
    count = 8;
    const before = scrapes();
    await until('some more', () => scrapes() > before + 5 || undefined);
    const { status, body } = await query(asked);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: {}, value: [expect.any(Number), '6'] }] },
      },
    });
    expect(Math.abs(body.data.result[0].value[0] - Date.now() / 1000)).toBeLessThan(5);
    expect((await query('sum(increase(requests{code!="200"}[60s]))')).body.data.result).toEqual([]);
    const newest = (await query('requests{code="200"}')).body.data.result;
    expect(newest.map((one: { value: readonly unknown[] }) => one.value[1])).toEqual(['8', '8']);
    const [time] = (await query('timestamp(requests{code="200"})')).body.data.result;
    expect(Math.abs(Number(time.value[1]) - Date.now() / 1000)).toBeLessThan(5);
    expect(newest[0].metric).toMatchObject({ __name__: 'requests', code: '200', namespace: 'seldon' });
  });

  it('a number is a scalar, a vector a series, and another expression an error', async () => {
    const query = await start();
    expect((await query('vector(1)')).body.data).toEqual({
      resultType: 'vector',
      result: [{ metric: {}, value: [expect.any(Number), '1'] }],
    });
    expect((await query('2')).body.data).toEqual({ resultType: 'scalar', result: [expect.any(Number), '2'] });
    expect(await query('topk(')).toEqual({
      status: 400,
      body: { status: 'error', errorType: 'bad_data', error: expect.stringContaining('parse error') },
    });
    expect(prometheus?.queries).toEqual(['vector(1)', '2', 'topk(']);
    expect((await fetch(`${prometheus?.url}/api/v1/labels`)).status).toBe(404);
  });

  it('it can require a token', async () => {
    const query = await start({ token: 'let-me-in' });
    expect(await query('vector(1)')).toEqual({ status: 401, body: 'Unauthorized\n' });
    expect((await query('vector(1)', { authorization: 'Bearer other' })).status).toBe(401);
    expect((await query('vector(1)', { authorization: 'Bearer let-me-in' })).status).toBe(200);
    expect(prometheus?.queries).toHaveLength(1);
  });
});
