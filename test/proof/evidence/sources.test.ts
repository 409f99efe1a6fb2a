import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../src/base/ports.ts';
import { advance, startFrom } from '../../../src/proof/evidence/counters.ts';
import { executorCounters } from '../../../src/proof/evidence/executor-counters.ts';
import type { Sample } from '../../../src/proof/evidence/metrics.ts';
import { prometheusCounters } from '../../../src/proof/evidence/prometheus-counters.ts';
import type { Pod } from '../../../src/seldon/snapshot.ts';

const REF = { namespace: 'seldon', name: 'wine' };
const NAME = 'seldon_api_executor_server_requests_seconds';

function labelsOf(over: Readonly<Record<string, string>>): Record<string, string> {
  return {
    deployment_name: 'wine',
    predictor_name: 'canary',
    service: 'predictions',
    code: '200',
    le: '+Inf',
    ...over,
  };
}

describe('Prometheus', () => {
  /** Series with their values, read 5 s before the expression is evaluated. */
  function prometheus(series: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]) {
    const samples = (of: (value: number) => number): readonly Sample[] =>
      series.map(([labels, value]) => ({ labels: labelsOf(labels), value: of(value), time: 100 }));
    return prometheusCounters(
      { series: async (expression) => samples(expression.startsWith('timestamp(') ? () => 95 : (value) => value) },
      REF,
    );
  }

  it('keeps an object of the same name in another namespace apart', async () => {
    const { instances } = await prometheus([
      [{ namespace: 'seldon', pod: 'a' }, 3],
      [{ namespace: 'other', pod: 'b' }, 50],
      [{ kubernetes_namespace: 'other', pod: 'c' }, 50],
    ]).read();
    expect(instances.map(({ counts }) => counts.map(({ count }) => count))).toEqual([[3]]);
  });

  it('tells the executors apart by the labels of the target, and puts the codes of one together', async () => {
    const { instances } = await prometheus([
      [{ instance: '10.0.0.1:8000' }, 3],
      [{ instance: '10.0.0.1:8000', code: '500' }, 1],
      [{ instance: '10.0.0.2:8000' }, 4],
    ]).read();
    expect(instances.map(({ counts }) => counts.length)).toEqual([2, 1]);
  });

  it('says when it collected the counts, by its own clock', async () => {
    const reading = await prometheus([[{ pod: 'a' }, 3]]).read();
    expect(reading).toMatchObject({ time: 100, instances: [{ time: 95 }] });
  });
});

describe('the executors', () => {
  function pod(name: string, container = 'seldon-container-engine', phase = 'Running'): Pod {
    return { metadata: { name }, spec: { containers: [{ name: container }] }, status: { phase } };
  }

  /** A cluster with these pods, whose executors counted so many requests; undefined: no answer. */
  function executors(pods: readonly Pod[], counts: Readonly<Record<string, number | undefined>>) {
    const asked: string[] = [];
    const source = executorCounters(
      {
        observe: async () => ({ deployments: [], pods, change: async () => {}, close: () => {} }),
        pod: ({ name }, port) => ({
          description: name,
          send: async ({ path }): Promise<HttpAnswer> => {
            asked.push(`${name}:${port}${path}`);
            const count = counts[name];
            if (count === undefined) return { kind: 'unreachable', message: 'connection refused', latency: 1 };
            const body = ['wine', 'other'].map(
              (deployment) =>
                `${NAME}_bucket{${Object.entries(labelsOf({ deployment_name: deployment }))
                  .map(([name, value]) => `${name}="${value}"`)
                  .join(',')}} ${count}`,
            );
            return { kind: 'answer', status: 200, body: body.join('\n'), latency: 1 };
          },
        }),
      },
      REF,
      ['wine'],
    );
    return { source, asked };
  }

  it('are asked in each running pod that has one', async () => {
    const { source, asked } = executors([pod('a'), pod('b', 'model'), pod('c', undefined, 'Pending')], { a: 3 });
    const { instances, unread } = await source.read();
    expect(asked).toEqual(['a:8000/prometheus']);
    expect(instances).toEqual([{ instance: 'a', counts: [expect.objectContaining({ deployment: 'wine', count: 3 })] }]);
    expect(unread).toEqual([]);
  });

  it.each([
    ['the port named metrics', { http: 8000, metrics: 9500 }, 'a:9500/prometheus'],
    ['the port named http', { grpc: 5001, http: 8080 }, 'a:8080/prometheus'],
    ['the usual port', { grpc: 5001 }, 'a:8000/prometheus'],
  ])('are asked on %s', async (_, named, path) => {
    const ports = Object.entries(named).map(([name, containerPort]) => ({ name, containerPort }));
    const own = { ...pod('a'), spec: { containers: [{ name: 'seldon-container-engine', ports }] } };
    const { source, asked } = executors([own], { a: 3 });
    expect((await source.read()).instances).toHaveLength(1);
    expect(asked).toEqual([path]);
  });

  it('that do not answer are named, and their counts so far are not taken for growth', async () => {
    const before = await executors([pod('a'), pod('b')], { a: 3 }).source.read();
    expect(before.unread).toEqual(['b']);
    const { source } = executors([pod('a'), pod('b'), pod('new')], { a: 5, b: 40, new: 2 });
    const { grown } = advance(startFrom(before), await source.read(), source);
    expect(grown.get('canary')?.requests).toBe(4);
  });
});
