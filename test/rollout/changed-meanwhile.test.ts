import { describe, expect, it } from 'vitest';
import { deploymentFailure } from '../../src/rollout/deployment-progress.ts';
import { alteredOnTheWay, changedMeanwhile } from '../../src/rollout/others/changed-meanwhile.ts';
import { isAsApplied, uponLive } from '../../src/rollout/others/upon-live.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import type { Predictor, SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { Deployment } from '../../src/seldon/snapshot.ts';
import { aDeployment, anObject, expectedWine } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';

function withMain(object: SeldonDeployment, over: Partial<Predictor>): SeldonDeployment {
  const [main, ...others] = object.spec.predictors;
  if (main === undefined) throw new Error('an object without a predictor');
  return { ...object, spec: { ...object.spec, predictors: [{ ...main, ...over }, ...others] } };
}

describe('what an admission webhook made of the manifest', () => {
  const sent = anObject();

  it('is nothing where it only adds', () => {
    expect(alteredOnTheWay(sent, withMain(sent, { labels: { policy: 'x' } }))).toBeUndefined();
    expect(alteredOnTheWay(sent, sent)).toBeUndefined();
  });

  it('is named where another model, or another share, is stored', () => {
    const graph = { ...sent.spec.predictors[0]?.graph, name: 'prediction', modelUri: 's3://mirror/1' };
    expect(alteredOnTheWay(sent, withMain(sent, { graph }))).toMatchObject({
      reason: 'object-changed',
      title: expect.stringContaining('made `s3://mirror/1` of `graph.modelUri'),
    });
    expect(alteredOnTheWay(sent, withMain(sent, { traffic: 7 }))?.title).toContain('`traffic');
  });
});

describe('what others did to the object since it was applied', () => {
  const ask = async (object: SeldonDeployment | undefined) => {
    const clock = new FakeClock();
    const peers = { cluster: new FakeCluster(clock, [{ at: 0, object }]), clock, runner: new FakeRunner() };
    const found = await changedMeanwhile(peers, { namespace: 'seldon', name: 'wine' }, anObject());
    return found?.[0]?.reason;
  };

  it('is nothing where only the numbers of replicas are other ones', async () => {
    expect(await ask(withMain(anObject(), { replicas: 7 }))).toBeUndefined();
  });

  it('is an edit, another version, or the end of the object', async () => {
    expect(await ask(withMain(anObject(), { labels: { theirs: 'x' } }))).toBe('object-changed');
    expect(await ask(anObject(undefined, 'theirs'))).toBe('superseded');
    expect(await ask(undefined)).toBe('object-deleted');
  });
});

describe('a later stage upon what is live', () => {
  it('has the numbers that people changed since the stage before, and the planned ones elsewhere', () => {
    const planned = withMain(anObject(), { replicas: 1 });
    const next = withMain(anObject(), { replicas: 1, traffic: 90 });
    const now = withMain(anObject(), { replicas: 4 });
    now.metadata = { ...now.metadata, resourceVersion: '99' };
    const sent = uponLive(next, planned, now);
    expect(sent.spec.predictors[0]).toMatchObject({ replicas: 4, traffic: 90 });
    expect(sent.metadata.resourceVersion).toBe('99');
    expect(uponLive(withMain(next, { replicas: 2 }), planned, planned).spec.predictors[0]?.replicas).toBe(2);
  });

  it('is not sent upon another spec, nor upon an object that is being deleted', () => {
    const applied = anObject();
    expect(isAsApplied(withMain(applied, { replicas: 7 }), applied)).toBe(true);
    expect(isAsApplied(withMain(applied, { traffic: 7 }), applied)).toBe(false);
    const deleted = { ...applied, metadata: { ...applied.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(isAsApplied(deleted, applied)).toBe(false);
  });
});

it('a Deployment with 0 pods is a warning that becomes a verdict: an autoscaler may start its pods again', () => {
  const { spec, ...rest } = aDeployment();
  expect(deploymentFailure({ ...rest, spec: { ...spec, replicas: 0 } })).toMatchObject({
    reason: 'scaled-to-zero',
    grace: 30,
  });
});

it('a paused Deployment is a warning while pods are missing, and ready with all of them', () => {
  const paused = (status?: Parameters<typeof aDeployment>[0]) => {
    const { spec, ...rest } = aDeployment(status);
    return { ...rest, spec: { ...spec, paused: true } };
  };
  const judge = (deployment: Deployment) =>
    rolloutStatusOf(
      { seldonDeployment: anObject(), deployments: [deployment], pods: [], routes: undefined },
      expectedWine,
    );
  expect(judge(paused({ updatedReplicas: 0 }))).toMatchObject({
    phase: 'in-progress',
    warning: { reason: 'deployment-paused', grace: 60 },
  });
  expect(judge(paused()).phase).toBe('ready');
});
