import { expect } from 'vitest';
import { sample, underLoad } from './load.ts';
import { expectEnding, live, modelUriOf, podUids, settling, sharesOf, story, using } from './story.ts';

const CANARY = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', traffic: '20' };

story('a canary is promoted from what is live alone, and no request is lost', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(CANARY));
  const promoted = live(sandbox)?.spec.predictors[1]?.graph.modelUri;
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(settling('promote')));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['v1', 'v2']);
  expect(comment).toContain('**wine-quality** v2 is promoted and gets all requests');
  expect(modelUriOf(sandbox)).toBe(promoted);
  expect(sharesOf(sandbox)).toBe('main 100');
  expect(podUids(sandbox, 'canary')).toEqual([]);
  expect((await sample(sandbox, 10)).answers).toEqual({ v2: 10 });
  expect(result.outputs['model-version']).toBe('2');
});

story('a promotion does not need the MLflow server', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(CANARY));
  const end = await sandbox.act(settling('promote', { 'mlflow-tracking-uri': '' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('**wine-quality** v2 is promoted');
  expect(comment).toContain(
    'No prediction was sent: without an MLflow server the input format of the model is unknown',
  );
  expect((await sample(sandbox, 5)).answers).toEqual({ v2: 5 });
});

story('a promotion whose new main does not come up leaves main and canary as they were', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(CANARY));
  const before = live(sandbox)?.spec;
  sandbox.store.delete(before?.predictors[1]?.graph.modelUri ?? '');
  const { result, failed } = await underLoad(sandbox, () => sandbox.act(settling('promote')));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(comment).toContain('contains no MLmodel');
  expect(failed).toEqual([]);
  expect(live(sandbox)?.spec).toEqual(before);
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 8, v2: 2 });
});

story('what others wrote on main stays theirs when a canary is promoted', async (sandbox) => {
  await sandbox.act();
  const main = live(sandbox)?.spec.predictors[0];
  const [component] = main?.componentSpecs ?? [];
  const tolerations = [{ key: 'gpu', operator: 'Exists' }];
  const componentSpecs = [{ ...component, spec: { ...component?.spec, tolerations } }];
  await sandbox.cluster.api.patch(
    'SeldonDeployment',
    { namespace: 'seldon', name: 'wine' },
    { spec: { predictors: [{ ...main, componentSpecs }] } },
  );
  await sandbox.act(using(CANARY));
  expect(live(sandbox)?.spec.predictors[1]?.componentSpecs?.[0]?.spec).toMatchObject({ tolerations });
  const end = await sandbox.act(settling('promote'));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(live(sandbox)?.spec.predictors[0]?.componentSpecs?.[0]?.spec).toMatchObject({ tolerations });
});

story('there is nothing to promote beside a sole predictor, or without an object', async (sandbox) => {
  const first = await sandbox.act(settling('promote'));
  expectEnding(sandbox, first, { outcome: 'failed', reason: 'nothing-live' });
  await sandbox.act();
  const before = live(sandbox);
  const end = await sandbox.act(settling('promote'));
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'nothing-to-promote' });
  expect(comment).toContain('deploy a candidate beside it first, with mode `canary`');
  expect(live(sandbox)).toEqual(before);
});
