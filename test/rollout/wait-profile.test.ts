import { expect, it } from 'vitest';
import { waitProfile } from '../../src/rollout/wait-profile.ts';
import type { Pod } from '../../src/seldon/snapshot.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString().replace('.000', '');

/** When the wait began. */
const START = Date.UTC(2026, 10, 20, 10, 0, 0);

/** A pod created at second 0 whose containers started at second 4. */
function pod(ready: number, { delay = 60, download = 3 } = {}): Pod {
  return {
    metadata: { name: 'wine-main-0', creationTimestamp: at(0) },
    spec: {
      containers: [
        { name: 'prediction', readinessProbe: { initialDelaySeconds: delay } },
        { name: 'seldon-container-engine', readinessProbe: { initialDelaySeconds: 20 } },
      ],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(ready) }],
      initContainerStatuses: [
        {
          name: 'prediction-model-initializer',
          ready: true,
          restartCount: 0,
          state: { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(1 + download) } },
        },
      ],
      containerStatuses: ['prediction', 'seldon-container-engine'].map((name) => ({
        name,
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: at(4) } },
      })),
    },
  };
}

it('names the delays of the probes that a pod waited for, with the input that saves each', () => {
  expect(waitProfile([pod(66)], START)).toBe(
    "66 s from the pod's creation until it was ready: 60 s the initial delay of the readiness probe of prediction " +
      "(`startup-probe: true` saves it), 20 s the orchestrator's readiness probe (only `orchestrator: false` saves it, " +
      'and then the requests are not counted)',
  );
});

it('names a long download, and no delay that is longer than the wait', () => {
  const words = waitProfile([pod(40, { download: 12 })], START);
  expect(words).toContain('12 s prediction-model-initializer');
  expect(words).not.toContain('startup-probe');
});

it('is about the pod that was ready last', () => {
  expect(waitProfile([pod(90), pod(66)], START)).toMatch(/^90 s/);
});

it('omits short delays, and is empty where the cluster gives no times', () => {
  expect(waitProfile([pod(10)], START)).toBeUndefined();
  expect(waitProfile([], START)).toBeUndefined();
  const { status: _, ...unknown } = pod(66);
  expect(waitProfile([unknown], START)).toBeUndefined();
});

it('omits a pod that was ready before the wait began', () => {
  expect(waitProfile([pod(66)], START + 600_000)).toBeUndefined();
});
