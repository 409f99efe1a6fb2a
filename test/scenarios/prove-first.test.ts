import { expect } from 'vitest';
import { sample, underLoad } from './load.ts';
import { expectEnding, live, modelUriOf, podUids, sharesOf, story, using } from './story.ts';

const FIRST = { 'prove-first': 'true' };
const CHALLENGER = { ...FIRST, 'model-uri': 'models:/wine-quality@challenger' };

story('a model is proven before it answers anybody, and main rolls without requests', async (sandbox) => {
  await sandbox.act(using(FIRST));
  expect(sharesOf(sandbox)).toBe('main 100');
  const seen = new Set<string>();
  let most = 0;
  const onLine = () => {
    seen.add(sharesOf(sandbox));
    most = Math.max(most, podUids(sandbox, 'main').length + podUids(sandbox, 'candidate').length);
  };
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using(CHALLENGER, { onLine })));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['v1', 'v2']);
  expect([...seen]).toEqual(['main 100', 'main 100, candidate 0', 'main 0, candidate 100']);
  expect(sharesOf(sandbox)).toBe('main 100');
  expect(most).toBeLessThanOrEqual(3);
  expect((await sample(sandbox, 10)).answers).toEqual({ v2: 10 });
  expect(podUids(sandbox, 'candidate')).toEqual([]);
  expect(comment).toContain('candidate is ready, without requests');
  expect(comment).toContain('main has all traffic, candidate is removed');
  const again = await sandbox.act(using(CHALLENGER));
  expectEnding(sandbox, again, { outcome: 'unchanged', reason: 'already-live' });
});

story('a model with wrong answers answers nobody, where `direct` alone lets it', async (sandbox) => {
  await sandbox.act();
  const before = { spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') };
  const wrong = { ...FIRST, 'model-uri': 'models:/wine-quality/4' };
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using(wrong)));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'prediction-invalid' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers)).toEqual(['v1']);
  expect({ spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') }).toEqual(before);
  expect(comment).toContain('**wine-quality** v1 is restored and available');
});

story('a model that crashes moves no pod of main', async (sandbox) => {
  await sandbox.act();
  const before = podUids(sandbox, 'main');
  const crashing = { ...FIRST, 'model-uri': 'models:/wine-quality/5' };
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using(crashing)));
  expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers)).toEqual(['v1']);
  expect(podUids(sandbox, 'main')).toEqual(before);
});

story('main that cannot roll after the proof gets its old model back, and no request is lost', async (sandbox) => {
  await sandbox.act();
  const uri = modelUriOf(sandbox);
  const onLine = (line: string) => {
    // The files go after the candidate has loaded them.
    if (line.startsWith('::group::Apply: main changes')) sandbox.store.delete(stored(sandbox) ?? '');
  };
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using(CHALLENGER, { onLine })));
  expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['v1', 'v2']);
  expect([sharesOf(sandbox), modelUriOf(sandbox)]).toEqual(['main 100', uri]);
  expect(podUids(sandbox, 'candidate')).toEqual([]);
});

function stored(sandbox: Parameters<typeof live>[0]): string | undefined {
  return live(sandbox)?.spec.predictors.find(({ name }) => name === 'candidate')?.graph.modelUri;
}
