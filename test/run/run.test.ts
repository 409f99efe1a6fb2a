import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import type { HttpAnswer, HttpEndpoint } from '../../src/base/ports.ts';
import type { Model } from '../../src/model/model.ts';
import type { ModelRegistry } from '../../src/model/registry.ts';
import { startKeptLeases } from '../../src/run/leases/kept-leases.ts';
import { run } from '../../src/run/run.ts';
import type { Cluster } from '../../src/seldon/cluster.ts';
import type { Config } from '../../src/settings/config.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { aDeployment, anObject } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster, type Moment } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';
import { aModel } from '../support/models.ts';

function config(inputs: Readonly<Record<string, string>> = {}): Config {
  const given: Readonly<Record<string, string>> = {
    'model-uri': 'models:/wine/1',
    namespace: 'seldon',
    'startup-probe': 'true',
    ...inputs,
  };
  return readConfig({ input: (name) => given[name] ?? '', env: {} });
}

const context = {
  repository: 'acme/wine',
  runUrl: 'https://run',
  commit: 'abc',
  actor: 'octocat',
  event: 'push',
  pullRequest: 7,
  head: undefined,
  offer: undefined,
  commandPrefix: undefined,
  decisionPrefix: '/seldon',
  given: () => '',
};

function answering(status: number, body: string): HttpEndpoint {
  const answer: HttpAnswer = { kind: 'answer', status, body, latency: 5 };
  return { description: 'the model', send: async () => answer };
}

interface Stage {
  readonly script: readonly Moment[];
  readonly model?: Model;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly endpoint?: HttpEndpoint;
  readonly change?: (cluster: FakeCluster) => Partial<Cluster>;
  readonly registry?: Pick<ModelRegistry, 'resolve'>;
}

/** Runs the story on fakes. The Deployment carries whatever marker was applied last: the operator is a good one. */
async function tell({ script, model = aModel(), inputs, endpoint = answering(200, 'pong'), change, registry }: Stage) {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, script);
  const good = Object.assign(cluster, { service: () => endpoint }, change?.(cluster));
  const runner = new FakeRunner();
  const workspace = {
    read: () => Promise.reject(new Error('no file')),
    write: async (name: string) => name,
    summarize: async () => {},
  };
  const peers = {
    registry: {
      details: async () => undefined,
      filesDigest: async () => undefined,
      note: async () => {},
      ...(registry ?? { resolve: async () => model }),
    },
    cluster: good,
    openEndpoint: () => endpoint,
    metrics: undefined,
    deployments: undefined,
    runner,
    workspace,
    clock,
  };
  const control = {
    holder: 'test',
    confirm: async () => {},
    admitName: () => {},
    needsPlan: false,
    progress: () => {},
    cancelled: new AbortController().signal,
    leases: startKeptLeases(),
  };
  const report = await run(config(inputs), { peers, control, context });
  return { report, cluster, runner };
}

const absent: readonly Moment[] = [{ at: 0, object: undefined, deployments: [] }];

describe('the story of a run', () => {
  it('ends as unknown when the cluster goes away after the apply: nobody knows what is live now', async () => {
    const gone = () => Promise.reject(new UserError('cluster-unreachable', 'the API server does not answer'));
    const goneAfterApply = (cluster: FakeCluster) => {
      const read = cluster.read.bind(cluster);
      return { observe: gone, remove: gone, read: () => (cluster.applied.length > 0 ? gone() : read()) };
    };
    const { report } = await tell({ script: absent, change: goneAfterApply });
    expect(report).toMatchObject({ outcome: 'unknown', reason: 'cluster-unreachable' });
    expect(report.findings[0]?.title).toContain('the manifest was applied, then an error occurred');
  });

  it('takes the model away again when our own code fails after the apply, whatever it was', async () => {
    const broken = () => {
      throw new TypeError('x is not a function');
    };
    const { report, runner } = await tell({ script: absent, change: () => ({ observe: broken }) });
    expect(report).toMatchObject({ outcome: 'withdrawn', reason: 'internal-error' });
    expect(report.findings[0]?.title).toContain('the manifest was applied, then an error occurred: unexpected error');
    expect(runner.lines.join()).toContain('TypeError: x is not a function');
  });

  it('ends as failed, with nothing applied, when the model cannot be resolved', async () => {
    const resolve = () =>
      Promise.reject(new UserError('model-not-found', 'no model wine', { hint: 'check `model-uri`' }));
    const { report, cluster } = await tell({ script: absent, registry: { resolve } });
    expect(report).toMatchObject({
      outcome: 'failed',
      reason: 'model-not-found',
      findings: [{ cure: 'check `model-uri`' }],
    });
    expect(cluster.applied).toEqual([]);
  });

  it('reports a bug of ours with the request to file it, with the stack only in the log', async () => {
    const { report, runner } = await tell({
      script: absent,
      registry: { resolve: () => Promise.reject(new TypeError('x is not a function')) },
    });
    expect(report).toMatchObject({ outcome: 'failed', reason: 'internal-error' });
    expect(report.findings[0]?.cure).toContain('report it');
    expect(JSON.stringify(report)).not.toContain('at tell');
    expect(runner.lines.join('\n')).toContain('TypeError: x is not a function\n');
  });

  it('puts nothing back when the rollback is not wanted', async () => {
    const { report, cluster } = await tell({ script: absent, inputs: { 'on-failure': 'keep', timeout: '10' } });
    expect(report.outcome).toBe('kept');
    expect(cluster.removed).toEqual([]);
  });

  it('withdraws a first creation that never comes up', async () => {
    const { report, cluster } = await tell({ script: absent, inputs: { timeout: '10' } });
    expect(report).toMatchObject({ outcome: 'withdrawn', reason: 'rollout-timeout' });
    expect(cluster.removed).toEqual(['uid-1']);
  });

  it('keeps the warnings about a model for a run in which it failed', async () => {
    const model = aModel({ warnings: ['its image may be too old'] });
    expect((await tell({ script: absent, model, inputs: { timeout: '10' } })).report.warnings).toEqual(model.warnings);
  });

  it('refuses to touch an object with a second predictor', async () => {
    const live = anObject();
    live.spec.predictors.push({ name: 'canary', traffic: 10, graph: { name: 'prediction' } });
    const { report, cluster } = await tell({ script: [{ at: 0, object: live, deployments: [aDeployment()] }] });
    expect(report).toMatchObject({ outcome: 'failed', reason: 'object-not-ours' });
    expect(cluster.applied).toEqual([]);
  });
});
