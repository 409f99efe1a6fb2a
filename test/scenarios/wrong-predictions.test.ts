import { expect } from 'vitest';
import { expectEnding, modelUriOf, story, using } from './story.ts';

story('a model that answers NaN is rolled back', async (sandbox) => {
  await sandbox.act();
  const before = modelUriOf(sandbox);
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/4' }));
  expect(expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'prediction-invalid' })).toMatch(/NaN/);
  expect(modelUriOf(sandbox)).toBe(before);
});

story('an answer that is not what smoke-expect asks for is rolled back', async (sandbox) => {
  const end = await sandbox.act(using({ 'smoke-expect': '$.data.ndarray[0] between 900 and 901' }));
  expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'prediction-unexpected' });
});

story("the user's own request is sent as it stands", async (sandbox) => {
  const body = '{"data":{"ndarray":[[1.0,2.0,3.0,4.0]]}}';
  const end = await sandbox.act(
    using({ 'model-uri': 'models:/bare/1', 'smoke-request': 'smoke.json' }, { files: { 'smoke.json': body } }),
  );
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(JSON.parse(end.outputs['result'] ?? '{}').prediction).toMatchObject({
    origin: 'input',
    request: body,
    status: 200,
  });
});

story('without signature and example no prediction is sent, and that is said plainly', async (sandbox) => {
  const end = await sandbox.act(using({ 'model-uri': 'models:/bare/1' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('smoke-request');
  expect(end.outputs['prediction']).toBe('');
});
