import { expect, it } from 'vitest';
import { ANNOTATIONS } from '../../src/core/seldon-deployment.ts';
import { direct } from '../../src/core/strategy/direct.ts';
import { undoManifest } from '../../src/core/undo.ts';
import { aModel, aPlanRequest, applied, someOptions } from '../support/models.ts';

const first = aPlanRequest();
const before = applied(first);
const next = direct({
  ...first,
  live: before,
  model: aModel({ storageUri: 's3://mlflow/2' }),
  options: someOptions({ protocol: 'v2' }),
  trace: { [ANNOTATIONS.commit]: 'abc' },
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
