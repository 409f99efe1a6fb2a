import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/adapters/mlflow/digest.ts';
import { differ } from '../../src/model/model-digest.ts';
import { hasNewFiles } from '../../src/plan/model-note.ts';
import { direct } from '../../src/plan/modes/direct.ts';
import { aModel, aPlanRequest, applied } from '../support/models.ts';

const FILES = [
  { path: 'MLmodel', size: 400 },
  { path: 'model.pkl', size: 1000 },
];

describe('the digest of a model', () => {
  it('is the same for the same files in another order', () => {
    expect(digestOf('a', [...FILES].reverse())).toBe(digestOf('a', FILES));
  });

  it('differs when a model was logged again, and when one file was replaced', () => {
    expect(differ(digestOf('a', FILES), digestOf('b', FILES))).toBe(true);
    expect(differ(digestOf('a', FILES), digestOf('a', [{ path: 'MLmodel', size: 400 }]))).toBe(true);
    expect(differ(digestOf('a', FILES), digestOf('a', FILES))).toBe(false);
  });

  it('is not compared where one of them has less information', () => {
    expect(differ(digestOf('a', FILES), digestOf('a', undefined))).toBe(false);
    expect(differ(undefined, digestOf('a', FILES))).toBe(false);
  });
});

describe('a storage URI whose files were overwritten', () => {
  const before = aModel({ digest: digestOf('a', FILES) });
  const after = aModel({ digest: digestOf('b', FILES) });
  const live = applied(aPlanRequest({ model: before }));

  it('is a change: its pods are created again', () => {
    expect(hasNewFiles(live, after)).toBe(true);
    const plan = direct(aPlanRequest({ model: after, live, salt: after.digest }));
    expect(plan.unchanged).toBe(false);
    const [old, fresh] = [live, plan.manifest].map((one) => one.spec.predictors[0]);
    expect(fresh?.annotations).not.toEqual(old?.annotations);
  });

  it('is unchanged after that', () => {
    const again = applied(aPlanRequest({ model: after, live, salt: after.digest }));
    expect(hasNewFiles(again, after)).toBe(false);
    expect(direct(aPlanRequest({ model: after, live: again })).unchanged).toBe(true);
  });

  it('is unchanged where nothing is known of the files', () => {
    expect(hasNewFiles(live, aModel())).toBe(false);
    expect(hasNewFiles(applied(aPlanRequest()), after)).toBe(false);
  });
});
