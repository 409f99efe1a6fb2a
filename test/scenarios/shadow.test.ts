import { expect } from 'vitest';
import { sample, underLoad } from './load.ts';
import { expectEnding, live, podUids, settling, sharesOf, story, using } from './story.ts';

const SHADOW = { mode: 'shadow', 'model-uri': 'models:/wine-quality@challenger' };

story('a shadow gets a copy of every request, and its answers are dropped', async (sandbox) => {
  await sandbox.act();
  const before = podUids(sandbox, 'main');
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using(SHADOW)));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers)).toEqual(['v1']);
  expect(podUids(sandbox, 'main')).toEqual(before);
  expect(sharesOf(sandbox)).toBe('main 100, shadow 100 (shadow)');
  expect(comment).toMatch(/shadow counted \d+ of \d+ requests sent through/);
  expect(comment).toContain('100 % (copies)');
  expect(comment).toContain('**Answers of both models to the same requests:** 1 request, largest difference');
});

story('a shadow that crashes is removed, without an effect on main', async (sandbox) => {
  await sandbox.act();
  const before = { spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') };
  const { result, failed } = await underLoad(sandbox, () =>
    sandbox.act(using({ ...SHADOW, 'model-uri': 'models:/wine-quality/5' })),
  );
  expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(failed).toEqual([]);
  expect({ spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') }).toEqual(before);
});

story('without a public endpoint nobody can see the copies, and that is said', async (sandbox) => {
  await sandbox.act();
  const end = await sandbox.act(using({ ...SHADOW, 'ingress-url': '' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('It was not verified that shadow gets copies of the requests: set `ingress-url`');
});

story('a new main keeps the shadow beside it', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(SHADOW));
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/3' }));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(sharesOf(sandbox)).toBe('main 100, shadow 100 (shadow)');
  expect((await sample(sandbox, 5)).answers).toEqual({ v3: 5 });
  const before = podUids(sandbox, 'main');
  await sandbox.act(settling('rollback'));
  expect(sharesOf(sandbox)).toBe('main 100');
  expect(podUids(sandbox, 'main')).toEqual(before);
});

story('what was a shadow is promoted and answers', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(SHADOW));
  const { result, failed } = await underLoad(sandbox, () => sandbox.act(settling('promote')));
  expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(sharesOf(sandbox)).toBe('main 100');
  expect((await sample(sandbox, 5)).answers).toEqual({ v2: 5 });
});
