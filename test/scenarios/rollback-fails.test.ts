import { expect } from 'vitest';
import { expectEnding, live, modelUriOf, story, using } from './story.ts';

story('when the rollback fails too, the report does not claim a restored state', async (sandbox) => {
  await sandbox.act();
  const acting = sandbox.act(using({ 'model-uri': 'models:/wine-quality/5' }));
  while (live(sandbox)?.metadata.generation !== 2) await new Promise((resolve) => setTimeout(resolve, 5));
  sandbox.cluster.fail({ match: { method: 'PATCH', path: '/seldondeployments/wine' }, status: 403, times: 99 });
  const end = await acting;
  const comment = expectEnding(sandbox, end, { outcome: 'undo-failed', reason: 'crash-loop' });
  expect(comment).toContain('the previous state is not back: the report shows what is live');
  expect(JSON.parse(end.outputs['predictors'] ?? '')).toMatchObject([{ name: 'main', traffic: 100 }]);
  expect(JSON.parse(end.outputs['result'] ?? '')).toMatchObject({ predictors: [{ model: 'wine-quality v5' }] });
  expect(comment).toMatch(/restore \| \*\*failed\*\*: the previous state could not be restored/);
  expect(modelUriOf(sandbox)).toBe(end.outputs['model-storage-uri']);
});

story('what somebody else changed during the rollout is not undone', async (sandbox) => {
  await sandbox.act();
  const acting = sandbox.act(using({ 'model-uri': 'models:/wine-quality/7' }));
  while (live(sandbox)?.metadata.generation !== 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const theirs = structuredClone(live(sandbox));
  Object.assign(theirs?.spec.predictors[0]?.annotations ?? {}, { 'mlflow-to-seldon.github.io/rollout': 'abc' });
  if (theirs !== undefined)
    await sandbox.cluster.api.update(theirs as unknown as Parameters<typeof sandbox.cluster.api.update>[0]);
  const end = await acting;
  const comment = expectEnding(sandbox, end, { outcome: 'object-changed', reason: 'object-changed' });
  expect(comment).toContain('the SeldonDeployment was changed by another person or tool, and was left so');
  expect(JSON.parse(end.outputs['predictors'] ?? '')).toMatchObject([{ name: 'main', traffic: 100 }]);
  expect(live(sandbox)?.spec.predictors[0]?.annotations).toMatchObject({ 'mlflow-to-seldon.github.io/rollout': 'abc' });
});
