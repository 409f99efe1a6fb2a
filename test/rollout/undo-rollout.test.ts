import { describe, expect, it } from 'vitest';
import { undoRollout } from '../../src/rollout/undo-rollout.ts';
import { aDeployment, anObject } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster, type Moment } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';

const applied = anObject({ state: 'Creating' }, 'new');
const before = anObject();

async function undo(script: readonly Moment[], previous: typeof before | undefined) {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, script);
  const told: string[] = [];
  const outcome = await undoRollout(
    {
      peers: { cluster, clock, runner: new FakeRunner() },
      ref: { namespace: 'seldon', name: 'wine' },
      manifest: applied,
      applied,
      before: previous,
      ingressLag: 0,
      timeout: 60,
    },
    (message) => told.push(message),
  );
  return { outcome, cluster, told: told.join() };
}

describe('restoring the previous state', () => {
  it('applies the previous spec and waits until it is available again', async () => {
    const { outcome, cluster, told } = await undo(
      [
        { at: 0, object: applied, deployments: [aDeployment({}, 'new')] },
        { at: 4_000, object: before, deployments: [aDeployment()] },
      ],
      before,
    );
    expect(outcome).toBe('rolled-back');
    expect(cluster.applied[0]?.spec).toEqual(before.spec);
    expect(told).toContain('is restored and available');
  });

  it('does not claim a rollback that did not become available', async () => {
    const { outcome, told } = await undo([{ at: 0, object: applied, deployments: [] }], before);
    expect(outcome).toBe('unknown');
    expect(told).toContain('not available');
  });

  it('removes a first creation and waits until nothing is left', async () => {
    const { outcome, cluster } = await undo(
      [
        { at: 0, object: applied, deployments: [aDeployment()] },
        { at: 3_000, deployments: [], pods: [] },
      ],
      undefined,
    );
    expect(outcome).toBe('withdrawn');
    expect(cluster.removed).toEqual(['uid-1']);
  });

  it('leaves alone what somebody else changed meanwhile', async () => {
    const { outcome, cluster, told } = await undo([{ at: 0, object: anObject(undefined, 'theirs') }], before);
    expect(outcome).toBe('unknown');
    expect(cluster.applied).toEqual([]);
    expect(told).toContain('changed by another person or tool');
  });
});

it('undoes also if the requests could not be moved first: that step is optional', async () => {
  const clock = new FakeClock();
  const canary = { name: 'canary', traffic: 25, graph: { name: 'prediction', modelUri: 's3://mlflow/new' } };
  const both = anObject();
  both.spec.predictors = [...both.spec.predictors.map((one) => ({ ...one, traffic: 75 })), canary];
  const { metadata, spec } = aDeployment({}, '');
  const { annotations: _, ...template } = spec.template.metadata ?? {};
  const labels = { ...template.labels, version: 'canary' };
  const second = {
    ...aDeployment(),
    metadata: { ...metadata, name: 'wine-canary-0-prediction' },
    spec: { ...spec, template: { metadata: { ...template, labels } } },
  };
  const cluster = new FakeCluster(clock, [
    { at: 0, object: both, deployments: [aDeployment(), second], routes: [] },
    { at: 1_000, deployments: [aDeployment()] },
  ]);
  const apply = cluster.apply.bind(cluster);
  let refused = 0;
  cluster.apply = async (manifest) => {
    if (manifest.spec.predictors.length === 2 && ++refused > 0) throw new Error('the webhook says no');
    return apply(manifest);
  };
  const runner = new FakeRunner();
  const ref = { namespace: 'seldon', name: 'wine' };
  const peers = { cluster, clock, runner };
  const request = { peers, ref, manifest: both, applied: both, before, ingressLag: 0, timeout: 60 };
  await undoRollout(request, () => {});
  expect(refused).toBe(1);
  expect(runner.lines.join()).toContain('the requests could not be moved first: the webhook says no');
  expect(cluster.applied.map((one) => one.spec.predictors.map(({ name }) => name))).toEqual([['main']]);
});
