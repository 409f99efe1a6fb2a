import { expect } from 'vitest';
import { commentOf, expectEnding, story, using } from './story.ts';

story(
  'a model that is not there is commented, and the next run that succeeds edits that very comment',
  async (sandbox) => {
    const failed = await sandbox.act(using({ 'model-uri': 'models:/wine-quality@nobody', name: '' }));
    expect(expectEnding(sandbox, failed, { outcome: 'failed', reason: 'model-not-found' })).toContain('no alias');
    const deployed = await sandbox.act(using({ name: '' }));
    expect(expectEnding(sandbox, deployed, { outcome: 'deployed', reason: 'ok' })).not.toContain('no alias');
  },
);

story('wrong inputs are commented like everything else, and hold no secret', async (sandbox) => {
  const end = await sandbox.act(using({ replicas: 'sandbox-secret-token', 'mlflow-token': 'sandbox-secret-token' }));
  expect(end.outputs).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
  expect(commentOf(sandbox)).toContain('replicas');
  for (const text of [commentOf(sandbox), end.summary, end.shown]) expect(text).not.toContain('sandbox-secret-token');
});

story('the pull request stands on the object, also when only the merged commit told which it is', async (sandbox) => {
  await sandbox.act();
  const object = sandbox.cluster.api.get('SeldonDeployment', { namespace: 'seldon', name: 'wine' });
  expect(object?.metadata.annotations?.['mlflow-to-seldon.github.io/pull-request']).toBe('7');
});
