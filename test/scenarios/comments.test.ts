import { expect } from 'vitest';
import { pullRequestEvent, workflowDispatchEvent } from '../../sandbox/github/events.ts';
import { PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { commentOf, story, using } from './story.ts';

story('a token that may not comment costs a warning that names the permission, not the deploy', async (sandbox) => {
  const end = await sandbox.act(using({ 'github-token': 'ghs_reader' }));
  expect(end.exitCode, end.shown).toBe(0);
  expect(end.outputs['outcome']).toBe('deployed');
  expect(end.shown).toMatch(/Warning: .*pull-requests: write/s);
  expect(sandbox.github.comments(PULL_REQUEST)).toEqual([]);
});

story(
  'the comment of an earlier run is edited, also behind a hundred others, and nobody else is touched',
  async (sandbox) => {
    await sandbox.act();
    const forged = commentOf(sandbox);
    for (let i = 0; i < 120; i++) sandbox.github.post(PULL_REQUEST, 'somebody', i === 60 ? forged : `comment ${i}`);
    await sandbox.act(using({ 'model-uri': 'models:/wine-quality@challenger' }));
    const comments = sandbox.github.comments(PULL_REQUEST);
    expect(comments).toHaveLength(121);
    expect(comments.find((one) => one.user?.login === 'somebody' && one.body === forged)).toBeDefined();
    expect(comments.filter((one) => one.user?.login === 'github-actions[bot]')).toHaveLength(1);
  },
);

story('a pull request event and a dispatched number find the same pull request', async (sandbox) => {
  await sandbox.act({ event: pullRequestEvent('opened', { number: PULL_REQUEST }) });
  await sandbox.act(using({ 'pull-request': String(PULL_REQUEST) }, { event: workflowDispatchEvent() }));
  // The first event plans, and a plan has a comment of its own.
  commentOf(sandbox, 2);
});

story('with comment: never the summary tells it all', async (sandbox) => {
  const end = await sandbox.act(using({ comment: 'never' }));
  expect(sandbox.github.comments(PULL_REQUEST)).toEqual([]);
  expect(end.summary).toContain('/seldon/seldon/wine/api/v0.1/predictions');
});
