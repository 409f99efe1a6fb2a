import { expect } from 'vitest';
import { expectEnding, live, story, using } from './story.ts';

story('a run that is cancelled while it waits leaves what it applied, and says what is live', async (sandbox) => {
  const inputs = { 'model-uri': 'models:/wine-quality/7' };
  const end = await sandbox.act(using(inputs, { cancelAt: /waiting for|pending|not ready/ }));
  const comment = expectEnding(sandbox, end, { outcome: 'kept', reason: 'cancelled' });
  expect(end.summary).toContain('the manifest was applied, then an error occurred: the run was cancelled');
  expect(comment).toContain('this report shows the current SeldonDeployment');
  expect(comment).toContain('the run was stopped, and its change was left as it is');
  expect(comment).toMatch(/\| `main` \| wine-quality v7 \|/);
  expect(live(sandbox)).toBeDefined();
});

story(
  'a run that is cancelled before it applied anything has changed nothing, and applies nothing',
  async (sandbox) => {
    const end = await sandbox.act({ cancelAt: /::group::Check permissions/ });
    expectEnding(sandbox, end, { outcome: 'failed', reason: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(live(sandbox)).toBeUndefined();
  },
);
