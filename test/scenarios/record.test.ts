import { expect } from 'vitest';
import { workflowDispatchEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { commentOf, live, story, using } from './story.ts';

const RECORDED = { environment: 'production' };
const SLOW = { 'model-uri': 'models:/wine-quality/7' };

story("GitHub's record says that it is under way, and then where it is", async (sandbox) => {
  const end = await sandbox.act(using(RECORDED));
  expect(end.outputs['outcome'], end.shown).toBe('deployed');
  expect(sandbox.github.deployments()).toMatchObject([
    {
      environment: 'production',
      production: true,
      ref: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      states: ['in_progress', 'success'],
      url: `${sandbox.gateway.url}/seldon/seldon/wine/api/v0.1/predictions`,
      payload: { mode: 'direct', name: 'wine', namespace: 'seldon', model: { name: 'wine-quality', version: '1' } },
    },
  ]);
});

story('a rollout that failed is recorded as failed, and one that was never begun is not recorded', async (sandbox) => {
  await sandbox.act(using({ ...RECORDED, 'model-uri': 'models:/wine-quality/5' }));
  await sandbox.act(using({ ...RECORDED, 'model-uri': 'models:/nope/1' }));
  await sandbox.act(using({ ...RECORDED, 'dry-run': 'true' }));
  expect(sandbox.github.deployments().map((one) => one.states)).toEqual([['in_progress', 'failure']]);
});

story('a comment’s deployment belongs to the newest commit of its pull request', async (sandbox) => {
  const inputs = { ...RECORDED, 'require-plan': 'false' };
  await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs });
  expect(sandbox.github.deployments()).toMatchObject([{ ref: 'a'.repeat(40), states: ['in_progress', 'success'] }]);
});

story('an environment that users see asks for a plan first', async (sandbox) => {
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: RECORDED });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'plan-required' });
  const inputs = { ...RECORDED, environment: 'staging' };
  const staging = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs });
  expect(staging.outputs, staging.shown).toMatchObject({ outcome: 'deployed' });
});

story('without the permission the record costs a warning, not the deploy', async (sandbox) => {
  const end = await sandbox.act(using({ ...RECORDED, 'github-token': 'ghs_reader' }));
  expect(end.outputs['outcome']).toBe('deployed');
  expect(end.shown).toMatch(/Warning: the GitHub deployment could not be created/);
});

story('a run that finds its model live opens a record where that of a killed run says failure', async (sandbox) => {
  await sandbox.act(using(RECORDED, { killAt: /::group::Record the revision/ }));
  expect(sandbox.github.deployments().map(({ states }) => states)).toEqual([['in_progress', 'failure']]);
  const again = await sandbox.act(using(RECORDED));
  expect(again.outputs, again.shown).toMatchObject({ outcome: 'unchanged' });
  const closed = [
    ['in_progress', 'failure'],
    ['in_progress', 'success'],
  ];
  expect(sandbox.github.deployments().map(({ states }) => states)).toEqual(closed);
  await sandbox.act(using(RECORDED));
  expect(sandbox.github.deployments().map(({ states }) => states)).toEqual(closed);
});

story('a comment that GitHub delays is written before the next run changes what it tells of', async (sandbox) => {
  const limit = { status: 429, times: 1, headers: { 'retry-after': '3' } };
  sandbox.github.fail({ match: /POST .*\/issues\/\d+\/comments/, ...limit });
  const first = sandbox.act(using({ 'model-uri': 'models:/wine-quality/2' }));
  await until(() => sandbox.cluster.api.list('Lease', 'seldon').length > 0);
  const second = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/3' }));
  expect(second.outputs, second.shown).toMatchObject({ outcome: 'deployed', 'model-version': '3' });
  expect((await first).outputs).toMatchObject({ outcome: 'deployed', 'model-version': '2' });
  expect(commentOf(sandbox)).toContain('**wine-quality** v3 is live');
});

story('a second run waits for the first, and then does its own', async (sandbox) => {
  const first = sandbox.act(using({ 'model-uri': 'models:/wine-quality/1' }));
  await until(() => sandbox.cluster.api.list('Lease', 'seldon').length > 0);
  const second = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/2' }));
  expect((await first).outputs['outcome']).toBe('deployed');
  expect(second.outputs, second.shown).toMatchObject({ outcome: 'deployed', 'model-version': '2' });
  expect(second.shown).toMatch(
    /waiting for another run \(https:\/\/github\.com\/acme\/wine\/actions\/runs\/4711\) to release the lease/,
  );
  expect(sandbox.cluster.api.list('Lease', 'seldon')).toEqual([]);
});

story('a run that may not wait names the run in progress, and changes nothing', async (sandbox) => {
  const first = sandbox.act(using(SLOW));
  await until(() => sandbox.cluster.api.list('Lease', 'seldon').length > 0);
  const second = await sandbox.act(using({ 'lock-timeout': '0' }));
  expect(second.outputs).toMatchObject({ outcome: 'failed', reason: 'rollout-under-way' });
  expect(second.summary).toContain('another run (https');
  await first;
});

story('an older push does not overwrite the deploy of a newer one; a manual run may', async (sandbox) => {
  const run = (id: string) => ({ env: { GITHUB_RUN_ID: id } });
  await sandbox.act(using({ 'model-uri': 'models:/wine-quality/2' }, run('5000')));
  const before = live(sandbox);
  const late = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/1' }, run('4999')));
  expect(late.outputs).toMatchObject({ outcome: 'failed', reason: 'newer-run-live' });
  expect(late.summary).toContain('github.com/acme/wine/actions/runs/5000');
  expect(live(sandbox)).toEqual(before);
  const event = workflowDispatchEvent();
  const byHand = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/1' }, { ...run('4999'), event }));
  expect(byHand.outputs['outcome'], byHand.shown).toBe('deployed');
});

story('a command replies that it was cancelled', async (sandbox) => {
  const end = await sandbox.comment(
    { by: 'maria', body: '/seldon deploy models:/wine-quality/7' },
    { cancelAt: /not ready/ },
  );
  expect(end.reactions).toEqual(['eyes', '-1']);
  const ours = sandbox.github.comments(OPEN_PULL_REQUEST).filter((one) => one.user?.login === 'github-actions[bot]');
  expect(ours).toHaveLength(1);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
