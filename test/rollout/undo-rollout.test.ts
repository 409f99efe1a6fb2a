import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { undoRollout } from '../../src/rollout/undo-rollout.ts';
import { ANNOTATIONS } from '../../src/seldon/seldon-deployment.ts';
import { aDeployment, anObject, MARKER } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster, type Moment } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';

const applied = anObject({ state: 'Creating' }, 'new');
const before = anObject();

async function undo(
  script: readonly Moment[],
  previous: typeof before | undefined,
  change: (cluster: FakeCluster, clock: FakeClock) => void = () => {},
) {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, script);
  change(cluster, clock);
  const told: string[] = [];
  const { outcome, live, findings } = await undoRollout(
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
  return { outcome, live, findings, cluster, told: told.join() };
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
    const { outcome, live, findings, told } = await undo([{ at: 0, object: applied, deployments: [] }], before);
    expect(outcome).toBe('undo-failed');
    expect(told).toContain('not available');
    expect(live?.spec).toEqual(before.spec);
    expect(findings?.[0]).toMatchObject({
      reason: 'rollout-timeout',
      title: expect.stringMatching(/^the restored s3:\/\/\S+ is not available: Not ready after 60 s/),
    });
  });

  it('says what is live when the API server refuses to restore the previous state', async () => {
    const end = await undo([{ at: 0, object: applied, deployments: [aDeployment({}, 'new')] }], before, (cluster) => {
      cluster.apply = () => Promise.reject(new UserError('manifest-refused', 'a webhook refuses the manifest'));
    });
    expect([end.outcome, end.live]).toEqual(['undo-failed', applied]);
    expect(end.told).toContain('could not be restored: a webhook refuses the manifest');
  });

  it('says what is live when a first creation cannot be deleted', async () => {
    const end = await undo([{ at: 0, object: applied }], undefined, (cluster) => {
      cluster.remove = () => Promise.reject(new UserError('cluster-forbidden', 'no permission to delete'));
    });
    expect([end.outcome, end.live]).toEqual(['undo-failed', applied]);
  });

  it('is complete when a first creation is gone although the deletion had no answer', async () => {
    const end = await undo(
      [
        { at: 0, object: applied },
        { at: 1, object: undefined },
      ],
      undefined,
      (cluster, clock) => {
        cluster.remove = () => {
          clock.time += 1_000;
          return Promise.reject(new UserError('cluster-failed', 'not a Kubernetes answer'));
        };
      },
    );
    expect(end.outcome).toBe('withdrawn');
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
    const { outcome, live, cluster, told } = await undo([{ at: 0, object: anObject(undefined, 'theirs') }], before);
    expect(outcome).toBe('object-changed');
    expect(live).toEqual(anObject(undefined, 'theirs'));
    expect(cluster.applied).toEqual([]);
    expect(told).toContain('changed by another person or tool');
  });

  it('says that it was deleted where it was', async () => {
    const { outcome, live, told } = await undo([{ at: 0, object: undefined }], before);
    expect([outcome, live]).toEqual(['object-changed', undefined]);
    expect(told).toContain('deleted by another person or tool');
  });

  it('reports what is live when the change comes between its read and its write', async () => {
    const theirs = anObject(undefined, 'theirs');
    const script = [
      { at: 0, object: applied, deployments: [aDeployment({}, 'new')] },
      { at: 1_000, object: theirs },
    ];
    const end = await undo(script, before, (cluster, clock) => {
      cluster.apply = async () => {
        clock.time = 1_000;
        throw new UserError('object-changed', 'it was changed while this run prepared its own change');
      };
    });
    expect([end.outcome, end.live]).toEqual(['object-changed', theirs]);
  });

  it('does not know what is live when the cluster cannot be asked', async () => {
    const end = await undo([{ at: 0, object: applied }], before, (cluster) => {
      cluster.read = () => Promise.reject(new UserError('cluster-unreachable', 'no answer'));
    });
    expect([end.outcome, end.live]).toEqual(['unknown', undefined]);
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

it('brings main back before the predictor goes that answers in its place', async () => {
  const clock = new FakeClock();
  const candidate = {
    name: 'candidate',
    traffic: 100,
    annotations: { [ANNOTATIONS.rollout]: 'new' },
    graph: { name: 'prediction', modelUri: 's3://mlflow/new' },
  };
  const failing = anObject({ state: 'Creating' }, 'new');
  failing.spec.predictors = [...failing.spec.predictors.map((one) => ({ ...one, traffic: 0 })), candidate];
  const { metadata, spec } = aDeployment({}, 'new');
  const template = {
    metadata: { ...spec.template.metadata, labels: { ...spec.template.metadata?.labels, version: 'candidate' } },
  };
  const second = {
    ...aDeployment(),
    metadata: { ...metadata, name: 'wine-candidate-0-prediction' },
    spec: { ...spec, template },
  };
  const cluster = new FakeCluster(clock, [
    { at: 0, object: failing, deployments: [aDeployment({ availableReplicas: 0 }, 'new'), second], routes: [] },
    { at: 1_000, object: anObject(), deployments: [aDeployment(), second] },
    { at: 20_000, deployments: [aDeployment()] },
  ]);
  const peers = { cluster, clock, runner: new FakeRunner() };
  const ref = { namespace: 'seldon', name: 'wine' };
  const order = { peers, ref, manifest: failing, applied: failing, before, ingressLag: 5, timeout: 60 };
  const { outcome } = await undoRollout(order, () => {});
  const shares = cluster.applied.map(({ spec: { predictors } }) =>
    predictors.map((one) => `${one.name} ${one.traffic} ${one.annotations?.[ANNOTATIONS.rollout]}`).join(', '),
  );
  expect(shares).toEqual([`main 100 ${MARKER}, candidate 0 new`, `main 100 ${MARKER}`]);
  expect(outcome).toBe('rolled-back');
});
