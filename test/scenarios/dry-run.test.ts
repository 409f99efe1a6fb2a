import { expect } from 'vitest';
import { expectEnding, live, story, using } from './story.ts';

story('a dry run shows the manifest that the server accepted and applies nothing', async (sandbox) => {
  const end = await sandbox.act(using({ 'dry-run': 'true' }));
  const comment = expectEnding(sandbox, end, { outcome: 'planned', reason: 'dry-run' });
  expect(comment).toContain('kind: SeldonDeployment');
  expect(live(sandbox)).toBeUndefined();
});
