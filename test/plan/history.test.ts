import { describe, expect, it } from 'vitest';
import {
  hasRevision,
  historyOf,
  isNewest,
  type NewRevision,
  provenPart,
  withRevision,
} from '../../src/plan/history.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied } from '../support/models.ts';

function revision(version: number, padding = ''): NewRevision {
  const predictor = {
    name: 'main',
    traffic: 100,
    graph: { name: 'prediction', modelUri: `s3://mlflow/${version}${padding}` },
  };
  const spec = { predictors: [predictor] };
  const model = { uri: `s3://mlflow/${version}${padding}`, name: 'wine', version: String(version) };
  return { model, time: '2026-11-23T12:00:00.000Z', spec, rendered: spec };
}

function noted(history: unknown): SeldonDeployment {
  const object = applied(aPlanRequest());
  const annotations = { ...object.metadata.annotations, [ANNOTATIONS.history]: JSON.stringify(history) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

describe('the history', () => {
  it('counts up and has the newest first', () => {
    const two = withRevision(withRevision([], revision(1), undefined), revision(2), undefined);
    expect(two.map(({ revision: number, model }) => [number, model.version])).toEqual([
      [2, '2'],
      [1, '1'],
    ]);
  });

  it('keeps the last ten', () => {
    const all = Array.from({ length: 30 }, (_, at) => revision(at + 1));
    const kept = all.reduce<ReturnType<typeof withRevision>>((one, next) => withRevision(one, next, undefined), []);
    expect(kept.map((one) => one.revision)).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21]);
  });

  it('keeps fewer where they are long: an object has 256 KiB for all its annotations', () => {
    const long = 'x'.repeat(4_000);
    const all = Array.from({ length: 10 }, (_, at) => revision(at + 1, long));
    const kept = all.reduce<ReturnType<typeof withRevision>>((one, next) => withRevision(one, next, undefined), []);
    expect(JSON.stringify(kept).length).toBeLessThanOrEqual(64 * 1024);
    expect(kept[0]?.revision).toBe(10);
    expect(kept.length).toBeGreaterThan(2);
  });

  it('loses nothing to a revision that is too long for it', () => {
    const one = withRevision([], revision(1), undefined);
    const long = { ...revision(2, 'x'.repeat(70_000)), time: '2026-11-24T12:00:00.000Z' };
    const kept = withRevision(one, long, undefined);
    expect(kept).toEqual(one);
    expect(hasRevision(kept, long)).toBe(false);
    expect(hasRevision(withRevision(one, revision(3), undefined), revision(3))).toBe(true);
  });

  it('marks revisions that were rolled back, and has each state once', () => {
    const three = [1, 2, 3].reduce<ReturnType<typeof withRevision>>(
      (all, at) => withRevision(all, revision(at), undefined),
      [],
    );
    const back = withRevision(three, revision(1), 1);
    expect(back.map((one) => [one.revision, one.model.version, one.rolledBack ?? false])).toEqual([
      [4, '1', false],
      [3, '3', true],
      [2, '2', true],
    ]);
  });

  it.each([['no JSON'], [{ a: 1 }], [[{ revision: 'one' }]], [[{ revision: 1, model: {}, spec: {} }]]])(
    'that somebody damaged (%j) counts as none',
    (damaged) => {
      expect(historyOf(noted(damaged))).toEqual([]);
    },
  );

  it('knows what is live by marker and model, and takes the first predictor alone', () => {
    const object = applied(aPlanRequest({ model: aModel({ storageUri: 's3://mlflow/1' }) }));
    const beside = {
      ...object,
      spec: { ...object.spec, predictors: [...object.spec.predictors, { name: 'canary', graph: { name: 'p' } }] },
    };
    const proven = provenPart(beside);
    expect(proven?.spec.predictors.map((one) => one.name)).toEqual(['main']);
    const history = withRevision([], { ...revision(1), ...(proven ?? revision(1)) }, undefined);
    expect(isNewest(beside, history)).toBe(true);
    expect(isNewest(applied(aPlanRequest({ model: aModel({ storageUri: 's3://mlflow/2' }) })), history)).toBe(false);
  });
});
