import { expect } from 'vitest';
import { sample, underLoad } from './load.ts';
import { commentOf, expectEnding, live, podUids, settling, sharesOf, story, using } from './story.ts';

const CHALLENGER = { 'model-uri': 'models:/wine-quality@challenger' };

story('two predictors share the requests until one of them is promoted by name', async (sandbox) => {
  await sandbox.act();
  const before = podUids(sandbox, 'main');
  const ab = { mode: 'ab', predictor: 'oaky', traffic: '30', ...CHALLENGER };
  const { result, failed } = await underLoad(sandbox, () => sandbox.act(using(ab)));
  expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(podUids(sandbox, 'main')).toEqual(before);
  expect(sharesOf(sandbox)).toBe('main 70, oaky 30');
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 7, v2: 3 });
  const wrong = await sandbox.act(settling('promote', { predictor: 'b' }));
  expectEnding(sandbox, wrong, { outcome: 'failed', reason: 'nothing-to-promote' });
  expect(commentOf(sandbox)).toContain('it has `oaky`');
  const end = await sandbox.act(settling('promote', { predictor: 'oaky' }));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect((await sample(sandbox, 10)).answers).toEqual({ v2: 10 });
});

story('the second of two is rolled back by name', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using({ mode: 'ab', ...CHALLENGER }));
  expect(sharesOf(sandbox)).toBe('main 50, b 50');
  const { result, failed } = await underLoad(sandbox, () => sandbox.act(settling('rollback', { predictor: 'b' })));
  expectEnding(sandbox, result, { outcome: 'restored', reason: 'ok' });
  expect(failed).toEqual([]);
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 10 });
});

story('a second predictor of the same name as the first is refused', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox);
  const end = await sandbox.act(using({ mode: 'ab', predictor: 'main', ...CHALLENGER }));
  expectEnding(sandbox, end, { outcome: 'failed', reason: 'bad-input' });
  expect(live(sandbox)).toEqual(before);
});

story(
  'green takes all requests in one flip, the old model stays warm, and the way back is one flip too',
  async (sandbox) => {
    await sandbox.act();
    const before = podUids(sandbox, 'main');
    const green = { mode: 'blue-green', ...CHALLENGER };
    const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using(green)));
    const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
    expect(failed).toEqual([]);
    expect(Object.keys(answers).sort()).toEqual(['v1', 'v2']);
    expect(comment).toContain('answers all requests as `green`; the old model keeps its pods');
    expect(sharesOf(sandbox)).toBe('main 0, green 100');
    expect(podUids(sandbox, 'main')).toEqual(before);
    expect((await sample(sandbox, 10)).answers).toEqual({ v2: 10 });
    const other = await sandbox.act(using({ ...green, 'model-uri': 'models:/wine-quality/3' }));
    expectEnding(sandbox, other, { outcome: 'failed', reason: 'rollout-under-way' });
    const back = await underLoad(sandbox, () => sandbox.act(settling('rollback')));
    expectEnding(sandbox, back.result, { outcome: 'restored', reason: 'ok' });
    expect(back.failed).toEqual([]);
    expect(podUids(sandbox, 'main')).toEqual(before);
    expect((await sample(sandbox, 10)).answers).toEqual({ v1: 10 });
  },
);

story('a promoted green becomes main while it answers all requests', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using({ mode: 'blue-green', ...CHALLENGER }));
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(settling('promote')));
  expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers)).toEqual(['v2']);
  expect(sharesOf(sandbox)).toBe('main 100');
});

story('green that crashes never gets a request', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox)?.spec;
  const { result, failed, answers } = await underLoad(sandbox, () =>
    sandbox.act(using({ mode: 'blue-green', 'model-uri': 'models:/wine-quality/5' })),
  );
  expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers)).toEqual(['v1']);
  expect(live(sandbox)?.spec).toEqual(before);
});

story('status names no winner of two equal predictors, and says for how long it stays open', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using({ mode: 'ab', ...CHALLENGER }));
  const count = (more: string) =>
    `sum(increase(seldon_api_executor_server_requests_seconds_count{deployment_name="$deployment",predictor_name="$predictor"${more}}[$window]))`;
  const queries = [{ name: 'answered', successes: count(',code="200"'), trials: count('') }];
  const call = settling('status', {
    'prometheus-url': sandbox.prometheus.url,
    'gate-queries': JSON.stringify(queries),
  });
  // The sandbox's Prometheus reads the executors from the first question on.
  await sandbox.act(call);
  await sample(sandbox, 40);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const comment = expectEnding(sandbox, await sandbox.act(call), { outcome: 'reported', reason: 'status' });
  expect(comment).toMatch(/answered: open, .* points more often; .*: main 100 % of \d+, b 100 % of \d+/);
});
