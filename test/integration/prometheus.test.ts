import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import type { ContainerContext, ContainerExit } from '../../sandbox/container.ts';
import { RequestHistogram } from '../../sandbox/executor/metrics.ts';
import { type SandboxPrometheus, startPrometheus } from '../../sandbox/prometheus/server.ts';
import { openPrometheus } from '../../src/adapters/prometheus/prometheus.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { lifetimeOf } from '../../src/proof/evidence/counters.ts';
import { countersQuery, prometheusCounters, timesQuery } from '../../src/proof/evidence/prometheus-counters.ts';
import { aDeployment, idle } from '../support/cluster-client.ts';
import { type RealPrometheus, startRealPrometheus } from './prometheus-process.ts';
import { settled } from './story.ts';

/** The sandbox's Prometheus and the real one read the same executor, and are asked the same. */

const REF = { namespace: 'seldon', name: 'wine' };
const histogram = new RequestHistogram({ deployment_name: 'wine', predictor_name: 'main', predictor_version: '1' });
const page = createServer((_, response) => response.end(String(histogram)));
let cluster: SandboxCluster;
let sandbox: SandboxPrometheus;
let real: RealPrometheus;

/** An executor of the sandbox that shows the same page. */
async function executor(context: ContainerContext): Promise<ContainerExit> {
  const server = createServer((_, response) => response.end(String(histogram)));
  server.listen(context.portOf(8000), '127.0.0.1');
  const exit = await idle(context);
  server.closeAllConnections();
  server.close();
  return exit;
}

function observe(count: number, code = 200, seconds = 0.02): void {
  for (let at = 0; at < count; at++) histogram.observe({ service: 'predictions', method: 'POST', code, seconds });
}

beforeAll(async () => {
  observe(5);
  histogram.observe({ service: 'status', method: 'GET', code: 200, seconds: 0.001 });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  cluster = await startCluster({ second: 10, images: [{ match: /executor/, image: executor }] });
  const container = { name: 'seldon-container-engine', image: 'executor', ports: [{ containerPort: 8000 }] };
  await cluster.api.create(aDeployment('wine', container, {}, {}));
  sandbox = await startPrometheus({ kubeconfig: cluster.kubeconfig(), every: 100 });
  real = await startRealPrometheus({ addresses: [`127.0.0.1:${(page.address() as AddressInfo).port}`] });
});

afterAll(async () => {
  await Promise.all([real?.close(), sandbox?.close()]);
  await cluster?.close();
  page.closeAllConnections();
  page.close();
});

/** Labels that name the target: each has its own. */
const TARGET = new Set(['instance', 'job', 'pod', 'namespace']);

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

interface Answer {
  readonly status: string;
  readonly errorType?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly Series[] };
}

async function answer(url: string, query: string) {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { status, data, errorType } = (await response.json()) as Answer;
  const result = data?.resultType === 'vector' ? data.result : [];
  const series = result.map(({ metric, value }) => {
    const labels = Object.entries(metric).filter(([name]) => !TARGET.has(name));
    return `${JSON.stringify(labels.sort())} ${value[1]}`;
  });
  return { code: response.status, status, errorType, type: data?.resultType, series: series.sort() };
}

function counts(url: string) {
  return prometheusCounters(openPrometheus({ url, token: undefined, clock }), REF);
}

describe('the Prometheus of the sandbox answers as the real one does', () => {
  it('to the question for all counters, label by label and count by count', async () => {
    await settled(async () => (await answer(real.url, countersQuery('wine'))).series.length, 15);
    await settled(async () => (await answer(sandbox.url, countersQuery('wine'))).series.length, 15);
    expect(await answer(sandbox.url, countersQuery('wine'))).toEqual(await answer(real.url, countersQuery('wine')));
    observe(7, 500, 0.3);
    const [both] = await Promise.all(
      [real, sandbox].map(({ url }) =>
        settled(async () => (await answer(url, countersQuery('wine'))).series.length, 30),
      ),
    );
    expect(both).toBe(30);
    expect(await answer(sandbox.url, countersQuery('wine'))).toEqual(await answer(real.url, countersQuery('wine')));
  });

  it('to the question when it read them, as a time without the name of the metric', async () => {
    for (const { url } of [real, sandbox]) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(timesQuery('wine'))}`);
      const { data } = (await response.json()) as Answer;
      expect(data?.result).toHaveLength(2);
      for (const { metric, value } of data?.result ?? []) {
        expect(metric).not.toHaveProperty('__name__');
        expect(Math.abs(Number(value[1]) - Date.now() / 1000)).toBeLessThan(5);
      }
    }
  });

  it.each([
    ['a number', '1'],
    ['a vector', 'vector(1)'],
    ['no series', 'nothing_of_that_name{a="b"}'],
    ['nothing to sum', 'sum(increase(nothing_of_that_name[60s]))'],
    ['nothing', ''],
    ['no expression', 'sum('],
    ['a range of no length', 'sum(increase(up[0s]))'],
  ])('to %s', async (_, query) => {
    expect(await answer(sandbox.url, query)).toEqual(await answer(real.url, query));
  });

  it('so that the action counts the same requests with both', async () => {
    const read = async (url: string) => lifetimeOf(await counts(url).read()).get('main');
    const own = await read(sandbox.url);
    expect(own).toMatchObject({ requests: 12, failures: 7 });
    expect(await read(real.url)).toEqual(own);
    const { instances, time } = await counts(real.url).read();
    expect(instances).toHaveLength(1);
    expect(Math.abs((time ?? 0) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('and an increase is the same but for what the real one extrapolates', async () => {
    const total = 'seldon_api_executor_server_requests_seconds_count';
    const query = `sum(increase(${total}{service="predictions"}[60s]))`;
    const grown = async (url: string) => (await openPrometheus({ url, token: undefined, clock }).query(query))?.value;
    expect(await settled(async () => (await grown(real.url)) !== undefined, true)).toBe(true);
    // 500s appeared while both were reading: what a series has at its first sample is no growth.
    expect(await grown(sandbox.url)).toBe(0);
    observe(10);
    expect(await settled(() => grown(sandbox.url), 10)).toBe(10);
    const real10 = await settled(async () => Math.round((await grown(real.url)) ?? 0) >= 10, true);
    expect(real10).toBe(true);
    expect((await grown(real.url)) ?? 0).toBeLessThan(25);
  });
});
