import { expect } from 'vitest';
import { type PullRequestAction, pullRequestEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { live, pods, story, using } from './story.ts';

const PREVIEW = { preview: 'true' };

function pullRequest(action: PullRequestAction, from?: string) {
  return { event: pullRequestEvent(action, { number: OPEN_PULL_REQUEST, ...(from !== undefined && { from }) }) };
}

function told(sandbox: Sandbox): string {
  return sandbox.github.comments(OPEN_PULL_REQUEST).at(-1)?.body ?? '';
}

story('a pull request gets a SeldonDeployment of its own, and loses it when it is closed', async (sandbox) => {
  await sandbox.act();
  const production = live(sandbox);
  const opened = await sandbox.act(using({ ...PREVIEW, 'model-uri': 'models:/wine-quality/2' }, pullRequest('opened')));
  expect(opened.outputs, opened.shown).toMatchObject({ outcome: 'deployed', name: 'wine-pr-8' });
  expect(told(sandbox)).toContain('/seldon/seldon/wine-pr-8/api/v0.1/predictions');
  const changed = await sandbox.act(
    using({ ...PREVIEW, 'model-uri': 'models:/wine-quality/3' }, pullRequest('synchronize')),
  );
  expect(changed.outputs, changed.shown).toMatchObject({ outcome: 'deployed', name: 'wine-pr-8' });
  sandbox.github.change(OPEN_PULL_REQUEST, { state: 'closed' });
  const closed = await sandbox.act(using(PREVIEW, pullRequest('closed')));
  expect(closed.outputs, closed.shown).toMatchObject({ outcome: 'removed', reason: 'ok' });
  expect(told(sandbox)).toContain('`seldon/wine-pr-8` is deleted');
  expect(live(sandbox, 'wine-pr-8')).toBeUndefined();
  expect(live(sandbox)).toEqual(production);
  expect(pods(sandbox)).toHaveLength(1);
  const again = await sandbox.act(using(PREVIEW, pullRequest('closed')));
  expect(again.outputs).toMatchObject({ outcome: 'removed' });
});

story('a pull request from a fork gets no preview', async (sandbox) => {
  const end = await sandbox.act(using(PREVIEW, pullRequest('opened', 'stranger/wine')));
  expect(end.outputs).toMatchObject({ outcome: 'refused', reason: 'fork-refused' });
  expect(live(sandbox, 'wine-pr-8')).toBeUndefined();
});

story('what another tool made is not removed', async (sandbox) => {
  await sandbox.cluster.api.create({
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'wine-pr-8', namespace: 'seldon' },
    spec: {
      predictors: [{ name: 'default', graph: { name: 'model', implementation: 'MLFLOW_SERVER', modelUri: 's3://x' } }],
    },
  });
  sandbox.github.change(OPEN_PULL_REQUEST, { state: 'closed' });
  const end = await sandbox.act(using(PREVIEW, pullRequest('closed')));
  expect(end.outputs).toMatchObject({ outcome: 'failed', reason: 'object-not-ours' });
  expect(live(sandbox, 'wine-pr-8')).toBeDefined();
});

story('commands of a workflow with previews are about the preview of their pull request', async (sandbox) => {
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: PREVIEW });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', name: 'wine-pr-8' });
  for (const name of ['wine', 'wine-pr-9']) {
    const other = await sandbox.comment({ by: 'maria', body: `/seldon deploy name=${name}` }, { inputs: PREVIEW });
    expect(other.outputs).toMatchObject({ outcome: 'refused', reason: 'argument-not-allowed' });
  }
  const own = await sandbox.comment({ by: 'maria', body: '/seldon deploy name=wine-pr-8' }, { inputs: PREVIEW });
  expect(own.outputs).toMatchObject({ outcome: 'unchanged', name: 'wine-pr-8' });
  expect(live(sandbox)).toBeUndefined();
  const status = await sandbox.comment({ by: 'reader', body: '/seldon status' }, { inputs: PREVIEW });
  expect(status.outputs).toMatchObject({ outcome: 'reported', name: 'wine-pr-8' });
});
