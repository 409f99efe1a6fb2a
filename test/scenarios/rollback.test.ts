import { expect } from 'vitest';
import { ANNOTATIONS } from '../../src/seldon/seldon-deployment.ts';
import { sample, underLoad } from './load.ts';
import { commentOf, expectEnding, live, podUids, settling, sharesOf, story, using } from './story.ts';

const version = (number: number) => using({ 'model-uri': `models:/wine-quality/${number}` });
const CANARY = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', traffic: '20' };

story('a canary is taken away: main has its requests back first, and none is lost', async (sandbox) => {
  await sandbox.act();
  const before = podUids(sandbox, 'main');
  await sandbox.act(using(CANARY));
  const { result, failed } = await underLoad(sandbox, () => sandbox.act(settling('rollback')));
  const comment = expectEnding(sandbox, result, { outcome: 'restored', reason: 'ok' });
  expect(comment).toContain('**wine-quality** v1 gets all requests again');
  expect(failed).toEqual([]);
  expect(podUids(sandbox, 'main')).toEqual(before);
  expect(sharesOf(sandbox)).toBe('main 100');
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 10 });
});

story('a canary whose pods are gone can still be taken away', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(CANARY));
  sandbox.store.delete(live(sandbox)?.spec.predictors[1]?.graph.modelUri ?? '');
  for (const { metadata } of sandbox.cluster.api.list('Pod', 'seldon')) {
    if (metadata.labels?.['version'] === 'canary')
      sandbox.cluster.api.remove('Pod', { namespace: 'seldon', name: metadata.name });
  }
  const end = await sandbox.act(settling('rollback'));
  expectEnding(sandbox, end, { outcome: 'restored', reason: 'ok' });
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 10 });
});

story(
  'without a canary main returns to the model that was proven before, and back again by version',
  async (sandbox) => {
    await sandbox.act(version(1));
    await sandbox.act(version(2));
    await sandbox.act(version(3));
    const { result, failed } = await underLoad(sandbox, () => sandbox.act(settling('rollback')));
    expectEnding(sandbox, result, { outcome: 'restored', reason: 'ok' });
    expect(failed).toEqual([]);
    expect((await sample(sandbox, 5)).answers).toEqual({ v2: 5 });
    expectEnding(sandbox, await sandbox.act(settling('rollback')), { outcome: 'restored', reason: 'ok' });
    expect((await sample(sandbox, 5)).answers).toEqual({ v1: 5 });
    expectEnding(sandbox, await sandbox.act(settling('rollback', { to: 'v3' })), { outcome: 'restored', reason: 'ok' });
    expect((await sample(sandbox, 5)).answers).toEqual({ v3: 5 });
  },
);

story('a version that failed is in no history, and its rollback did not change the history', async (sandbox) => {
  await sandbox.act(version(1));
  await sandbox.act(version(2));
  await sandbox.act(version(5));
  const end = await sandbox.act(settling('rollback'));
  expectEnding(sandbox, end, { outcome: 'restored', reason: 'ok' });
  expect((await sample(sandbox, 5)).answers).toEqual({ v1: 5 });
});

story('the history survives what other tools apply, is bounded, and reads with kubectl', async (sandbox) => {
  await sandbox.act(version(1));
  await sandbox.cluster.api.patch(
    'SeldonDeployment',
    { namespace: 'seldon', name: 'wine' },
    { metadata: { labels: { team: 'grapes' } } },
  );
  await sandbox.act(version(2));
  const note = JSON.parse(live(sandbox)?.metadata.annotations?.[ANNOTATIONS.history] ?? '[]');
  expect(note).toMatchObject([
    { revision: 2, model: { name: 'wine-quality', version: '2' }, commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
    { revision: 1, model: { name: 'wine-quality', version: '1' }, run: expect.stringContaining('/actions/runs/') },
  ]);
  const owners = live(sandbox)?.metadata.managedFields?.map((one) => one.manager);
  expect(owners).toEqual(expect.arrayContaining(['mlflow-to-seldon', 'mlflow-to-seldon-history']));
});

story('a rollback whose old model is gone puts the new one back, and says why', async (sandbox) => {
  await sandbox.act(version(1));
  const old = live(sandbox)?.spec.predictors[0]?.graph.modelUri ?? '';
  await sandbox.act(version(2));
  sandbox.store.delete(old);
  const { result, failed } = await underLoad(sandbox, () => sandbox.act(settling('rollback')));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(comment).toContain('contains no MLmodel');
  expect(failed).toEqual([]);
  expect((await sample(sandbox, 5)).answers).toEqual({ v2: 5 });
});

story(
  'a rollback without history, or to a revision that is not there, is refused with what there is',
  async (sandbox) => {
    await sandbox.act(version(1));
    const none = await sandbox.act(settling('rollback'));
    expectEnding(sandbox, none, { outcome: 'failed', reason: 'nothing-to-roll-back' });
    await sandbox.act(version(2));
    const before = live(sandbox);
    const end = await sandbox.act(settling('rollback', { to: 'v9' }));
    expectEnding(sandbox, end, { outcome: 'failed', reason: 'nothing-to-roll-back' });
    expect(commentOf(sandbox)).toContain('it has: 1 (wine-quality v1); choose one with the input `to`');
    expect(live(sandbox)).toEqual(before);
  },
);
