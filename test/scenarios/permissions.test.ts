import { expect } from 'vitest';
import { expectEnding, live, story, using } from './story.ts';

const READER = {
  token: 'reader-token',
  name: 'reader',
  rules: [{ verbs: ['get', 'list', 'watch'], groups: ['*'], resources: ['*'] }],
};

story(
  'a missing permission is named with the Role that grants it, before anything is touched',
  async (sandbox) => {
    const end = await sandbox.act(using({ kubeconfig: sandbox.cluster.kubeconfig('reader') }));
    const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'cluster-forbidden' });
    expect(comment).toContain('patch seldondeployments.machinelearning.seldon.io');
    expect(comment).toContain('kind: Role');
    expect(comment).not.toContain('reader-token');
    expect(live(sandbox)).toBeUndefined();
  },
  { users: [READER] },
);

story('an expired token is reported as such', async (sandbox) => {
  const kubeconfig = sandbox.cluster.kubeconfig().replace(/token: .*/, 'token: long-gone');
  const end = await sandbox.act(using({ kubeconfig }));
  expectEnding(sandbox, end, { outcome: 'failed', reason: 'cluster-unauthorized' });
  expect(end.shown).not.toContain('long-gone');
});
