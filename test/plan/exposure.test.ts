import { expect, it } from 'vitest';
import { exposureOf } from '../../src/plan/exposure.ts';
import { decisionModes, deployModes, provingModes, secondObjectModes } from '../../src/plan/modes/index.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { ANNOTATIONS } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, someShares } from '../support/models.ts';

/** What the plan tells of the time before the proof. */

const live = applied(aPlanRequest());
const NEW = aModel({ storageUri: 's3://mlflow/2' });
const NOBODY = 'no request of a user reaches the model.';
const AT_ONCE = { served: ['v1'], routes: [{ kind: 'Service', name: 'wine-main', backends: [] }] } as const;

function exposure(plan: Plan | undefined, before = live): string | undefined {
  if (plan === undefined) throw new Error('no plan');
  return exposureOf({ live: before, plan });
}

it('direct lets users reach a new model, and names what avoids it', () => {
  const told = exposure(deployModes.direct(aPlanRequest({ live, model: NEW })));
  expect(told).toMatch(/^users get answers of the model: a rolling update .*`prove-first: true`/);
});

it('a first deployment answers at an endpoint where nothing answered before', () => {
  const plan = deployModes.direct(aPlanRequest());
  expect(exposureOf({ live: undefined, plan })).toMatch(/^the endpoint answers .*No model answered there before\.$/);
});

it.each(['canary', 'ab', 'blue-green'] as const)('%s lets nobody reach it', (mode) => {
  expect(exposure(deployModes[mode](aPlanRequest({ mode, live, model: NEW })))).toBe(NOBODY);
});

it('prove-first lets nobody reach it', () => {
  expect(exposure(provingModes.direct?.(aPlanRequest({ live, model: NEW })))).toBe(NOBODY);
});

it('a shadow gets copies', () => {
  expect(exposure(deployModes.shadow(aPlanRequest({ mode: 'shadow', live, model: NEW })))).toMatch(
    /copies of requests/,
  );
});

it('a canary gets its share at once where Ambassador reads annotations of Services', () => {
  const plan = deployModes.canary(aPlanRequest({ mode: 'canary', live, model: NEW, ingress: AT_ONCE }));
  expect(exposure(plan)).toMatch(/^10 % of the requests get answers of the model: the ingress .* at once\.$/);
});

it('a second object gets its weight, or copies, at once', () => {
  const legacy = {
    live: undefined,
    name: 'wine-canary',
    model: NEW,
    share: someShares({ traffic: 25, routing: 'ambassador-annotations' }),
    ingress: {
      served: ['v1alpha2'],
      routes: [{ kind: 'Service', dialect: 'ambassador/v0', name: 'wine-main', backends: [] }],
    },
    front: { name: 'wine', live },
  } as const;
  const told = (mode: 'canary' | 'shadow') => {
    const plan = secondObjectModes[mode]?.(aPlanRequest({ ...legacy, mode }));
    return plan && exposureOf({ live: undefined, plan });
  };
  expect(told('canary')).toBe('25 % of the requests get answers of the model as soon as its pod is ready.');
  expect(told('shadow')).toMatch(/copies of requests/);
});

it('a promotion brings a model that was proven beside main', () => {
  const canary = deployModes.canary(aPlanRequest({ mode: 'canary', live, model: NEW })).manifest;
  const beside = { ...live, ...canary, metadata: { ...live.metadata, ...canary.metadata } };
  const told = exposure(decisionModes.promote(aPlanRequest({ mode: 'promote', live: beside })), beside);
  expect(told).toMatch(/was proven as canary\.$/);
});

it('a rollback brings a model that was proven as a revision', () => {
  const { spec } = live;
  const model = { uri: 's3://mlflow/1/models/m-1/artifacts' };
  const first = { revision: 1, time: '2026-01-01T00:00:00Z', model, spec, rendered: spec };
  const second = applied(aPlanRequest({ live, model: NEW }));
  Object.assign(second.metadata.annotations ?? {}, { [ANNOTATIONS.history]: JSON.stringify([first]) });
  const told = exposure(decisionModes.rollback(aPlanRequest({ mode: 'rollback', live: second })), second);
  expect(told).toBe('the new pods answer users. Their model was proven as revision 1.');
});

it('a plan without new pods tells nothing', () => {
  expect(exposure(deployModes.direct(aPlanRequest({ live })))).toBeUndefined();
});
