import { expect } from 'vitest';
import { mergeGroupEvent, pullRequestEvent, repositoryDispatchEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { live, modelUriOf, sharesOf, story, using } from './story.ts';

/** The last comment of ours on the open pull request. */
function told(sandbox: Sandbox): string {
  const ours = sandbox.github.comments(OPEN_PULL_REQUEST).filter((one) => one.user?.login === 'github-actions[bot]');
  return ours.at(-1)?.body ?? '';
}

/** The command that a plan's comment offers. */
function offered(sandbox: Sandbox): string {
  return /^\/seldon .*plan=\S+$/m.exec(told(sandbox))?.[0] ?? '';
}

story('a person with write access deploys by a comment, and gets a reply', async (sandbox) => {
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
  expect(end.reactions).toEqual(['eyes', 'rocket']);
  expect(told(sandbox)).toContain('is live on Seldon');
  expect(modelUriOf(sandbox)).toBe(end.outputs['model-storage-uri']);
});

story('a plan shows what would happen, and its command does exactly that', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox);
  const plan = await sandbox.comment({
    by: 'maria',
    body: '/seldon plan mode=canary models:/wine-quality@challenger traffic=20',
  });
  expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned', reason: 'dry-run' });
  expect(live(sandbox)).toEqual(before);
  expect(told(sandbox)).toContain('> Description in MLflow: Less weight on alcohol; trained on the 2026 harvest.');
  expect(told(sandbox)).toContain('- pods: canary: 1 pod to be created');
  expect(told(sandbox)).toContain('- tag `reviewed: yes → no`');
  expect(told(sandbox)).toContain('| `rmse` | 0.731 | 0.712 | −0.019 | ✅ better |');
  expect(told(sandbox)).toMatch(
    /requests before \| requests after .*\| `canary` \| wine-quality v2 \| none \| `██░░░░░░░░` 20 % \|/s,
  );
  expect(offered(sandbox)).toMatch(/^\/seldon canary models:\/wine-quality@challenger traffic=20 plan=[0-9a-f-]+$/);
  const end = await sandbox.comment({ by: 'maria', body: offered(sandbox) });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
  expect(sharesOf(sandbox)).toBe('main 80, canary 20');
});

story('a plan that no longer holds is refused with what changed since', async (sandbox) => {
  await sandbox.act();
  await sandbox.comment({ by: 'maria', body: '/seldon plan models:/wine-quality@challenger' });
  const command = offered(sandbox);
  await sandbox.act(using({ 'model-uri': 'models:/wine-quality/3' }));
  const changed = await sandbox.comment({ by: 'maria', body: command });
  expect(changed.outputs).toMatchObject({ outcome: 'failed', reason: 'plan-changed' });
  expect(told(sandbox)).toContain('the SeldonDeployment was changed');
  expect(changed.reactions).toEqual(['eyes', '-1']);
  const otherModel = command.replace('@challenger', '@champion');
  const other = await sandbox.comment({ by: 'maria', body: otherModel });
  expect(told(sandbox)).toContain('the model URI now resolves to another model');
  expect(other.outputs['outcome']).toBe('failed');
});

story('a newer commit that leads to the same keeps the plan that was agreed to', async (sandbox) => {
  await sandbox.act();
  await sandbox.comment({ by: 'maria', body: '/seldon plan models:/wine-quality@challenger' });
  const command = offered(sandbox);
  sandbox.github.change(OPEN_PULL_REQUEST, { head: 'b'.repeat(40) });
  const end = await sandbox.comment({ by: 'maria', body: command }, { inputs: { 'require-plan': 'true' } });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', 'model-version': '2' });
});

story(
  'a merge queue fails where the plan of its pull request holds no more, and passes where it does',
  async (sandbox) => {
    const event = mergeGroupEvent(OPEN_PULL_REQUEST);
    const unplanned = await sandbox.act({ event });
    expect(unplanned.outputs, unplanned.shown).toMatchObject({ outcome: 'planned' });
    await sandbox.act({ event: pullRequestEvent('opened', { number: OPEN_PULL_REQUEST }) });
    const same = await sandbox.act({ event });
    expect(same.outputs, same.shown).toMatchObject({ outcome: 'planned' });
    const other = await sandbox.act({ event, inputs: { 'model-uri': 'models:/wine-quality/3' } });
    expect(other.outputs, other.shown).toMatchObject({ outcome: 'failed', reason: 'plan-changed' });
    expect(other.exitCode).toBe(1);
    expect(live(sandbox)).toBeUndefined();
  },
);

story('with require-plan a command without a plan is refused, and a rollback never needs one', async (sandbox) => {
  await sandbox.act();
  const inputs = { 'require-plan': 'true' };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy models:/wine-quality/3' }, { inputs });
  expect(end.outputs).toMatchObject({ outcome: 'refused', reason: 'plan-required' });
  expect(told(sandbox)).toContain('comment `/seldon plan` with the same model and arguments');
  await sandbox.comment({ by: 'maria', body: '/seldon canary models:/wine-quality@challenger' });
  const back = await sandbox.comment({ by: 'maria', body: '/seldon rollback' }, { inputs });
  expect(back.outputs, back.shown).toMatchObject({ outcome: 'restored', reason: 'ok' });
});

story('status and help are for readers, and tell without changing', async (sandbox) => {
  await sandbox.act();
  const status = await sandbox.comment({ by: 'reader', body: '/seldon status' });
  expect(status.outputs, status.shown).toMatchObject({ outcome: 'reported', reason: 'status' });
  const help = await sandbox.comment({ by: 'reader', body: '/seldon help' });
  expect(help.outputs, help.shown).toMatchObject({ outcome: 'reported', reason: 'help' });
  expect(told(sandbox)).toContain('/seldon canary [model URI] name=… namespace=…');
  expect(told(sandbox)).not.toContain('failure');
});

story('a misspelt word is answered with the nearest valid one', async (sandbox) => {
  const end = await sandbox.comment({ by: 'maria', body: '/seldon cannary models:/wine-quality@challenger' });
  expect(end.outputs).toMatchObject({ outcome: 'refused', reason: 'command-unknown' });
  expect(told(sandbox)).toContain('Did you mean `canary`?');
  await sandbox.comment({ by: 'maria', body: '/seldon canary models:/wine-quality@challenger trafic=20' });
  expect(told(sandbox)).toContain('Did you mean `traffic`?');
  expect(live(sandbox)).toBeUndefined();
});

story('answers to refused commands never overwrite what is known to be live', async (sandbox) => {
  await sandbox.comment({ by: 'maria', body: '/seldon deploy' });
  await sandbox.comment({ by: 'reader', body: '/seldon deploy models:/wine-quality/3' });
  await sandbox.comment({ by: 'reader', body: '/seldon deploy models:/wine-quality/3' });
  const ours = sandbox.github.comments(OPEN_PULL_REQUEST).filter((one) => one.user?.login === 'github-actions[bot]');
  expect(ours.map((one) => one.body?.split('\n')[2])).toEqual([
    '### ✅ **wine-quality** v1 is live on Seldon · `seldon/wine`',
    '### ⛔ The command was refused: nothing was changed',
  ]);
});

story('a pull request that is opened or changed shows its plan', async (sandbox) => {
  const end = await sandbox.act({ event: pullRequestEvent('synchronize', { number: OPEN_PULL_REQUEST }) });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned', reason: 'dry-run' });
  expect(live(sandbox)).toBeUndefined();
  const deployed = await sandbox.comment({ by: 'maria', body: offered(sandbox) });
  expect(deployed.outputs, deployed.shown).toMatchObject({ outcome: 'deployed' });
});

story('the command in the plan of a pull request runs in a workflow whose own model is another', async (sandbox) => {
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  const asked = { 'model-uri': 'models:/wine-quality@challenger' };
  const plan = await sandbox.act(using(asked, { event }));
  expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned' });
  expect(told(sandbox)).toContain('merge this pull request, where a workflow deploys on merge');
  const end = await sandbox.comment({ by: 'maria', body: offered(sandbox) });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', 'model-version': '2' });
});

story('an event of another system may choose a model of the list, and nothing else', async (sandbox) => {
  const told = { model_uri: 'models:/wine-quality/2', name: 'evil', namespace: 'kube-system' };
  const chosen = await sandbox.act({ event: repositoryDispatchEvent('mlflow-alias', told) });
  expect(chosen.outputs, chosen.shown).toMatchObject({
    outcome: 'deployed',
    name: 'wine',
    namespace: 'seldon',
    'model-version': '2',
  });
  const other = repositoryDispatchEvent('mlflow-alias', { model_uri: 'models:/customer-segment/1' });
  const refused = await sandbox.act({ event: other });
  expect(refused.outputs).toMatchObject({ outcome: 'refused', reason: 'model-not-allowed' });
});
