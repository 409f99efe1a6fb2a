import { expect } from 'vitest';
import { sample, underLoad } from './load.ts';
import { expectEnding, live, modelUriOf, settling, story, using } from './story.ts';

const BAKE = { bake: '2' };

story(
  'a model that took over all requests is watched, and stays when its requests are as good as before',
  async (sandbox) => {
    await sandbox.act();
    const call = using({ 'model-uri': 'models:/wine-quality/2', ...BAKE, 'gate-latency': '10' });
    const { result } = await underLoad(sandbox, () => sandbox.act(call));
    const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
    expect(comment).toContain('counted by the executors');
    expect(comment).toMatch(/\| failed requests \| 0 % of [\d,]+ requests? \| 0 % of [\d,]+ requests? \|/);
  },
);

story('a model that is slower than the old one was is taken back after it took over', async (sandbox) => {
  // The old one must have answered somebody, or nothing is known of it.
  await sandbox.act();
  const before = modelUriOf(sandbox);
  // It ends as soon as the difference is sure: a quiet machine needs a part of this time.
  const call = using({ 'model-uri': 'models:/wine-slow/1', bake: '60', 'gate-latency': '0.25' });
  const { result, failed } = await underLoad(sandbox, async () => {
    await sample(sandbox, 40);
    return sandbox.act(call);
  });
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'gate-failed' });
  expect(comment).toContain('slower than');
  expect(modelUriOf(sandbox)).toBe(before);
  expect(failed).toEqual([]);
});

story('a promoted canary is watched as well, and the first model has nothing to be compared with', async (sandbox) => {
  const first = await sandbox.act(using({ ...BAKE }));
  expect(expectEnding(sandbox, first, { outcome: 'deployed', reason: 'ok' })).toContain('it is the first model');
  await sandbox.act(using({ mode: 'canary', 'model-uri': 'models:/wine-quality/2' }));
  const call = settling('promote', { ...BAKE, 'gate-latency': '10' });
  const { result } = await underLoad(sandbox, () => sandbox.act(call));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('| main has all traffic, canary is removed | failed requests |');
  expect(live(sandbox)?.spec.predictors).toHaveLength(1);
});
