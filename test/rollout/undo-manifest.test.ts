import { expect, it } from 'vitest';
import { direct } from '../../src/plan/modes/direct.ts';
import { undoManifest, withRequestsMovedBack } from '../../src/rollout/undo-manifest.ts';
import { ANNOTATIONS, FIELD_MANAGER } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, someOptions } from '../support/models.ts';

const first = aPlanRequest();
const before = applied(first);
const next = direct({
  ...first,
  live: before,
  model: aModel({ storageUri: 's3://mlflow/2' }),
  options: someOptions({ protocol: 'v2' }),
  context: { ...first.context, commit: 'abc' },
});

it('names for every field we applied the value it had before', () => {
  const undo = undoManifest(next.manifest, before, '42');
  expect(undo.spec.predictors).toEqual(before.spec.predictors);
  expect(undo.metadata.annotations?.[ANNOTATIONS.rendered]).toBe(before.metadata.annotations?.[ANNOTATIONS.rendered]);
  expect(undo.metadata.resourceVersion).toBe('42');
});

it('leaves out what was not there before, so that the server removes it', () => {
  const undo = undoManifest(next.manifest, before, '42');
  expect(next.manifest.spec.protocol).toBe('v2');
  expect(undo.spec).not.toHaveProperty('protocol');
  expect(undo.metadata.annotations).not.toHaveProperty(ANNOTATIONS.commit);
});

it('claims nothing that we did not apply', () => {
  const rich = { ...before, spec: { ...before.spec, oauth_key: 'theirs' } };
  expect(undoManifest(next.manifest, rich, '42').spec).not.toHaveProperty('oauth_key');
});

it('brings back what we owned before and left out this time', () => {
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { 'f:team': {} }, 'f:annotations': { '.': {}, 'f:model-alias': {} } },
    'f:spec': { 'f:annotations': { 'f:team': {} }, 'f:predictors': {} },
  };
  const owned = structuredClone(before);
  owned.metadata.labels = { team: 'wine', theirs: 'x' };
  owned.metadata.annotations = { ...owned.metadata.annotations, 'model-alias': 'champion', theirs: 'x' };
  owned.spec.annotations = { ...owned.spec.annotations, team: 'wine' };
  owned.metadata.managedFields = [
    { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:theirs': {} } } } },
    { manager: FIELD_MANAGER, operation: 'Apply', fieldsV1 },
  ];
  const { metadata, spec } = undoManifest(next.manifest, owned, '42');
  expect(metadata.labels).toEqual({ team: 'wine' });
  expect(metadata.annotations).toMatchObject({ 'model-alias': 'champion' });
  expect(metadata.annotations).not.toHaveProperty('theirs');
  expect(spec.annotations).toMatchObject({ team: 'wine' });
  expect(spec.predictors).toEqual(before.spec.predictors);
});

it('takes the requests from what will go before it goes, and gives the others what they had', () => {
  const predictor = (name: string, traffic?: number) => ({
    name,
    ...(traffic !== undefined && { traffic }),
    graph: { name: 'prediction' },
  });
  const object = (...predictors: ReturnType<typeof predictor>[]) => ({ ...before, spec: { predictors } });
  const shares = (now: typeof before, then: typeof before) =>
    withRequestsMovedBack(now, then)?.spec.predictors.map((one) => `${one.name} ${one.traffic}`);
  expect(shares(object(predictor('main', 75), predictor('canary', 25)), object(predictor('main')))).toEqual([
    'main 100',
    'canary 0',
  ]);
  expect(shares(object(predictor('main', 0), predictor('green', 100)), object(predictor('main', 100)))).toEqual([
    'main 100',
    'green 0',
  ]);
  expect(
    shares(object(predictor('main', 100)), object(predictor('main', 80), predictor('canary', 20))),
  ).toBeUndefined();
});
