import { expect, it } from 'vitest';
import { waitForAutoscaler } from '../../src/rollout/waiting/wait-for-autoscaler.ts';
import type { Deployment } from '../../src/seldon/snapshot.ts';
import { aDeployment, anObject } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster, type Moment } from '../support/fake-cluster.ts';

function scaledTo(wanted: number, available: number): Deployment {
  const one = aDeployment({ replicas: wanted, updatedReplicas: wanted, availableReplicas: available });
  return { ...one, spec: { ...one.spec, replicas: wanted } };
}

async function wait(script: readonly Moment[]) {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, script);
  const request = { cluster, clock, ref: { namespace: 'seldon', name: 'wine' }, applied: anObject(), timeout: 300 };
  const findings = await waitForAutoscaler(request, { predictor: 'main', pods: 3 });
  return { finding: findings?.[0], time: clock.time };
}

it('a new predictor with an autoscaler is waited for until it has its least number of pods', async () => {
  const { finding, time } = await wait([
    { at: 0, deployments: [scaledTo(1, 1)] },
    { at: 15_000, deployments: [scaledTo(3, 1)] },
    { at: 140_000, deployments: [scaledTo(3, 3)] },
  ]);
  expect(finding).toBeUndefined();
  expect(time).toBe(140_000);
});

it('an autoscaler that does nothing ends the wait early, and is named', async () => {
  const { finding, time } = await wait([{ at: 0, deployments: [scaledTo(1, 1)] }]);
  expect(time).toBeLessThan(70_000);
  expect(finding?.title).toBe('the autoscaler of main asks for 1 of 3 pods');
  expect(finding?.cure).toContain('kubectl describe hpa wine-main-0-prediction -n seldon');
});

it('pods that do not come up in time are counted', async () => {
  const { finding } = await wait([{ at: 0, deployments: [scaledTo(3, 2)] }]);
  expect(finding).toMatchObject({ reason: 'rollout-timeout', title: '2 of 3 pods of main are available' });
});
