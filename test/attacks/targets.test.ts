import { expect } from 'vitest';
import { pullRequestEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { live, story } from '../scenarios/story.ts';

/** Attacks by way of the file of targets: it says who may do what, so nobody may bring their own. */

const PATH = '.github/seldon.yml';
const INPUTS = { config: PATH, 'model-uri': '', name: '' };
const GOOD = 'targets: { wine: { name: wine, model-uri: "models:/wine-quality@champion" } }';
const EVIL = GOOD.replace(
  'name: wine,',
  'name: evil, mlflow-tracking-uri: "http://127.0.0.1:1", policy: { command-roles: deploy=none },',
);

story('the file of the pull request itself is never read, only that of the base branch', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  sandbox.github.write('feature', PATH, EVIL);
  sandbox.github.write('a'.repeat(40), PATH, EVIL);
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', name: 'wine' });
  expect(live(sandbox, 'evil')).toBeUndefined();
});

story('a pull request into a branch that anybody may push to is refused', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  sandbox.github.write('mine', PATH, EVIL);
  sandbox.github.change(OPEN_PULL_REQUEST, { base: 'mine' });
  for (const body of ['/seldon deploy', '/seldon plan', '/seldon help', '/seldon status']) {
    const end = await sandbox.comment({ by: 'maria', body }, { inputs: INPUTS });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'base-not-allowed' });
  }
  const allowed = { ...INPUTS, 'allow-bases': 'release/*' };
  sandbox.github.change(OPEN_PULL_REQUEST, { base: 'release/2' });
  sandbox.github.write('release/2', PATH, GOOD);
  const end = await sandbox.comment({ by: 'maria', body: '/seldon plan' }, { inputs: allowed });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
});

story('a tag with the name of the base branch brings no file of its own', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  sandbox.github.write('tags/main', PATH, EVIL);
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', name: 'wine' });
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  const plan = await sandbox.act({ event, inputs: INPUTS });
  expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned', name: 'wine' });
  for (const ref of ['refs/heads/main', 'heads/main']) {
    const read = await sandbox.act({ event, inputs: { ...INPUTS, 'config-ref': ref } });
    expect(read.outputs, read.shown).toMatchObject({ outcome: 'planned', name: 'wine' });
  }
});

story('a workflow that would read the file of the commenter’s commit is refused', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  const inputs = { ...INPUTS, 'config-ref': 'a'.repeat(40) };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
  expect(end.shown).toContain('`config-ref` is not allowed for this event');
});

story('a stranger does not see the contents of the file', async (sandbox) => {
  sandbox.github.write('main', PATH, 'targets: { secret-project: { nmae: x } }');
  const before = sandbox.github.requests.length;
  const end = await sandbox.comment({ by: 'stranger', body: '/seldon help' }, { inputs: INPUTS });
  expect(end.outputs).toMatchObject({ outcome: 'refused', reason: 'not-permitted' });
  expect(end.shown).not.toContain('secret-project');
  expect(sandbox.github.requests.slice(before).join()).not.toContain('/contents/');
});

story('a path that leaves the repository is refused', async (sandbox) => {
  for (const config of ['../other/seldon.yml', '/etc/passwd', 'a/../../b.yml']) {
    const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: { ...INPUTS, config } });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
  }
});
