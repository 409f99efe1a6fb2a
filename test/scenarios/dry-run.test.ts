import { expect } from 'vitest';
import { expectEnding, live, story, using } from './story.ts';

story('a dry run shows the manifest that the server accepted and applies nothing', async (sandbox) => {
  const end = await sandbox.act(using({ 'dry-run': 'true' }));
  const comment = expectEnding(sandbox, end, { outcome: 'planned', reason: 'dry-run' });
  expect(comment).toContain('kind: SeldonDeployment');
  expect(comment).toContain('**Before the proof:** the endpoint answers as soon as the pod is ready.');
  expect(live(sandbox)).toBeUndefined();
});

story('the plan of an update says whether users reach the model before its proof', async (sandbox) => {
  await sandbox.act();
  const planned = async (inputs: Readonly<Record<string, string>>) => {
    const change = { 'dry-run': 'true', 'model-uri': 'models:/wine-quality@challenger', ...inputs };
    const end = await sandbox.act(using(change));
    // The deployment has a comment of its own.
    return expectEnding(sandbox, end, { outcome: 'planned', reason: 'dry-run' }, 2);
  };
  expect(await planned({})).toContain('**Before the proof:** users get answers of the model: a rolling update');
  for (const inputs of [{ 'prove-first': 'true' }, { mode: 'canary' }, { mode: 'blue-green' }])
    expect(await planned(inputs)).toContain('**Before the proof:** no request of a user reaches the model.');
});
