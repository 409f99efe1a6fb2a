import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import type { Stage } from '../../../src/plan/plan.ts';
import { type EstimateRequest, estimateSteps } from '../../../src/proof/evidence/step-estimates.ts';
import type { SeldonDeployment } from '../../../src/seldon/seldon-deployment.ts';
import { someGate } from '../../support/models.ts';

function stage(share: number): Stage {
  const graph = { name: 'prediction' };
  const manifest: SeldonDeployment = {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'wine', namespace: 'seldon' },
    spec: {
      predictors: [
        { name: 'main', traffic: 100 - share, graph },
        { name: 'canary', traffic: share, graph },
      ],
    },
  };
  return { title: `canary ${share} %`, manifest, prove: [], throughEndpoint: false, observed: true };
}

/** A Prometheus that knows of so many requests and failures in the last hour. */
function request(requests: number | undefined, failures: number | undefined, over: Partial<EstimateRequest> = {}) {
  const stages = [stage(10), stage(50)] as const;
  const nobody = () => expect.fail('no pod may be asked');
  const sampleOf = (value: number | undefined) => (value === undefined ? undefined : { labels: {}, value, time: 0 });
  return {
    metrics: {
      query: async (expression: string) => sampleOf(expression.includes('code!="200"') ? failures : requests),
      series: async () => [],
    },
    cluster: { observe: nobody, pod: nobody },
    ref: { namespace: 'seldon', name: 'wine' },
    plan: { stages, manifest: stages[0].manifest },
    gate: someGate(),
    stepInterval: 600,
    now: 0,
    mayReadPods: true,
    ...over,
  };
}

describe('the estimate of a plan', () => {
  it('says for each step how long it takes at the traffic of the last hour, and a larger share takes less', async () => {
    const lines = await estimateSteps(request(36_000, 180));
    expect(lines).toEqual([
      expect.stringMatching(
        /^canary 10 %: about \d+ minutes until a difference of 1 point is excluded, at 10 requests a second in the last hour; the step lasts 10 minutes$/,
      ),
      expect.stringMatching(/^canary 50 %: about \d+ minutes until/),
    ]);
    const [first = 0, second = 0] = lines.map((line) => Number(/about (\d+)/.exec(line)?.[1]));
    expect(first).toBeGreaterThan(second);
  });

  it('says that no margin is never excluded', async () => {
    const [line] = await estimateSteps(request(36_000, 0, { gate: someGate({ errorMargin: 0 }) }));
    expect(line).toContain('a difference of 0 points is never excluded');
  });

  it.each<[string, EstimateRequest]>([
    ['without requests', request(undefined, undefined)],
    ['where nobody counts', request(36_000, 0, { gate: someGate({ policy: 'off' }) })],
    ['without Prometheus in a dry run', request(0, 0, { metrics: undefined, mayReadPods: false })],
    [
      'where Prometheus does not answer',
      request(0, 0, {
        metrics: {
          query: () => Promise.reject(new UserError('metrics-unreachable', 'no')),
          series: async () => [],
        },
      }),
    ],
  ])('is left out %s', async (_, asked) => {
    expect(await estimateSteps(asked)).toEqual([]);
  });
});
