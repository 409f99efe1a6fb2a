import { expect, it } from 'vitest';
import { budgetOf, probes } from '../../src/plan/predictor/budget.ts';

function probesFor(timeout: number | undefined, startupProbe = false) {
  return probes('seldon', 'prediction', { startupProbe, ...budgetOf(timeout, 1) });
}

it('a longer timeout lets the server start for longer, and restarts one that hangs later as soon as before', () => {
  expect(probesFor(undefined)).toMatchObject({ livenessProbe: { initialDelaySeconds: 60, failureThreshold: 100 } });
  expect(probesFor(1_800)).toMatchObject({
    livenessProbe: { initialDelaySeconds: 1_180, failureThreshold: 100 },
    readinessProbe: { initialDelaySeconds: 60 },
  });
  expect(probesFor(1_800, true)).toMatchObject({ startupProbe: { failureThreshold: 1_680, periodSeconds: 1 } });
});

it('a shorter timeout leaves the probes as they are', () => {
  expect(probesFor(120)).toEqual(probesFor(undefined));
});
