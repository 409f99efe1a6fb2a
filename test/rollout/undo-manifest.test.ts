import { expect, it } from 'vitest';
import { direct } from '../../src/plan/modes/direct.ts';
import { undoManifest, withRequestsMovedBack } from '../../src/rollout/undo-manifest.ts';
import { ANNOTATIONS, FIELD_MANAGER, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
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

/** Undoes what was applied, when nobody changed it since but for `now`. */
function undo(from: SeldonDeployment, now = next.manifest): SeldonDeployment {
  const live = { ...now, metadata: { ...now.metadata, resourceVersion: '42' } };
  return undoManifest({ manifest: next.manifest, applied: next.manifest }, from, live);
}

it('names for every field we applied the value it had before', () => {
  const undone = undo(before);
  expect(undone.spec.predictors).toEqual(before.spec.predictors);
  expect(undone.metadata.annotations?.[ANNOTATIONS.rendered]).toBe(before.metadata.annotations?.[ANNOTATIONS.rendered]);
  expect(undone.metadata.resourceVersion).toBe('42');
});

it('leaves out what was not there before, so that the server removes it', () => {
  const undone = undo(before);
  expect(next.manifest.spec.protocol).toBe('v2');
  expect(undone.spec).not.toHaveProperty('protocol');
  expect(undone.metadata.annotations).not.toHaveProperty(ANNOTATIONS.commit);
});

it('claims nothing that we did not apply', () => {
  const rich = { ...before, spec: { ...before.spec, oauth_key: 'theirs' } };
  expect(undo(rich).spec).not.toHaveProperty('oauth_key');
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
  const { metadata, spec } = undo(owned);
  expect(metadata.labels).toEqual({ team: 'wine' });
  expect(metadata.annotations).toMatchObject({ 'model-alias': 'champion' });
  expect(metadata.annotations).not.toHaveProperty('theirs');
  expect(spec.annotations).toMatchObject({ team: 'wine' });
  expect(spec.predictors).toEqual(before.spec.predictors);
});

it('leaves numbers alone that somebody changed since the apply', () => {
  const predictors = next.manifest.spec.predictors.map((one) => ({ ...one, replicas: 5 }));
  const scaled = { ...next.manifest, spec: { ...next.manifest.spec, predictors } };
  expect(undo(before, scaled).spec.predictors[0]).toMatchObject({
    replicas: 5,
    graph: { modelUri: before.spec.predictors[0]?.graph.modelUri },
  });
});

it('moves the requests away from a predictor before its removal, and restores the others’ shares', () => {
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
