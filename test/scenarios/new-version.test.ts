import { expect } from 'vitest';
import { expectEnding, modelUriOf, pods, story, using } from './story.ts';

story('a new version replaces the old one and the comment says from what to what', async (sandbox) => {
  await sandbox.act();
  const before = modelUriOf(sandbox);
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality@challenger' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(end.outputs['model-version']).toBe('2');
  expect(end.outputs['previous-model-uri']).toBe(before);
  expect(modelUriOf(sandbox)).toBe(end.outputs['model-storage-uri']);
  expect(comment).toMatch(/v?1.*→.*v?2|replac/i);
  expect(pods(sandbox)).toHaveLength(1);
});
