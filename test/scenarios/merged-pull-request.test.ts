import { expect } from 'vitest';
import { pullRequestEvent } from '../../sandbox/github/events.ts';
import { MERGED_COMMIT, OPEN_PULL_REQUEST, PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { live, sharesOf, story, using } from './story.ts';

/** A team's way from a plan on the pull request to the decision about the canary that its merge brought. */

const CANARY = { mode: 'canary', traffic: '20', 'model-uri': 'models:/wine-quality@challenger' };

function ours(sandbox: Sandbox, pullRequest: number): readonly string[] {
  const comments = sandbox.github.comments(pullRequest);
  return comments.filter((one) => one.user?.login === 'github-actions[bot]').map((one) => one.body ?? '');
}

/** The command to copy that holds this word: a line of its own, or a code span. */
function offered(text: string, word: string): string {
  const commands = [...text.matchAll(/(?<=^|`)\/seldon [^`\n]*/gm)].map(([command]) => command);
  return commands.find((command) => command.includes(word)) ?? '';
}

/** Pull request 8 is merged, and its workflow of the push runs. */
async function merge(sandbox: Sandbox, inputs: Readonly<Record<string, string>> = {}) {
  const mergeCommit = 'd'.repeat(40);
  sandbox.github.change(OPEN_PULL_REQUEST, { mergeCommit });
  const event = {
    name: 'push',
    payload: { ref: 'refs/heads/main', after: mergeCommit, repository: { private: true } },
  };
  return sandbox.act({ event, inputs: { ...CANARY, ...inputs } });
}

function onMerged(sandbox: Sandbox, body: string, { by = 'maria', pullRequest = OPEN_PULL_REQUEST } = {}) {
  return sandbox.comment({ by, body, pullRequest }, using(CANARY));
}

story('plan on the pull request, canary by its merge, promotion by a comment on the merged one', async (sandbox) => {
  await sandbox.act();
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  const plan = await sandbox.act({ event, inputs: CANARY });
  expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned' });
  const merged = await merge(sandbox);
  expect(merged.outputs, merged.shown).toMatchObject({ outcome: 'deployed' });
  expect(sharesOf(sandbox)).toBe('main 80, canary 20');
  const said = ours(sandbox, OPEN_PULL_REQUEST).at(-1) ?? '';
  expect(said).toContain('`canary` (wine-quality v2, 20 %) stands beside main');
  expect(offered(said, 'rollback')).toBe('/seldon rollback');
  const promote = offered(said, 'promote');
  expect(promote).toBe('/seldon promote');
  const end = await onMerged(sandbox, promote);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok', 'model-version': '2' });
  expect(end.reactions).toEqual(['eyes', 'rocket']);
  expect(sharesOf(sandbox)).toBe('main 100');
  const [, after, ...more] = ours(sandbox, OPEN_PULL_REQUEST);
  expect(more).toEqual([]);
  expect(after).toContain('v2 is promoted and gets all requests');
  expect(after).not.toContain('/seldon promote');
});

story('the canary is taken back by a comment on the merged pull request', async (sandbox) => {
  await sandbox.act();
  await merge(sandbox);
  const end = await onMerged(sandbox, '/seldon rollback');
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'restored', reason: 'ok' });
  expect(sharesOf(sandbox)).toBe('main 100');
});

story(
  'where a plan is required, the canary offers the plan of its promotion, which offers the command',
  async (sandbox) => {
    await sandbox.act();
    const inputs = { ...CANARY, 'require-plan': 'true' };
    await merge(sandbox, inputs);
    const plan = offered(ours(sandbox, OPEN_PULL_REQUEST).at(-1) ?? '', 'promote');
    expect(plan).toBe('/seldon plan mode=promote');
    const say = (body: string) => sandbox.comment({ by: 'maria', body, pullRequest: OPEN_PULL_REQUEST }, { inputs });
    const planned = await say(plan);
    expect(planned.outputs, planned.shown).toMatchObject({ outcome: 'planned' });
    const command = offered(ours(sandbox, OPEN_PULL_REQUEST).join('\n'), 'plan=');
    expect(command).toMatch(/^\/seldon promote plan=/);
    const end = await say(command);
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
  },
);

story(
  'a merged pull request hears no other change, no stranger, and nothing about what another one brought',
  async (sandbox) => {
    await sandbox.act();
    await merge(sandbox);
    const before = live(sandbox)?.spec;
    for (const body of ['/seldon deploy', '/seldon canary', '/seldon plan', '/seldon plan mode=canary']) {
      const end = await onMerged(sandbox, body);
      expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'pull-request-closed' });
    }
    for (const by of ['stranger', 'reader', 'theo']) {
      const end = await onMerged(sandbox, '/seldon promote', { by });
      expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'not-permitted' });
    }
    const other = await onMerged(sandbox, '/seldon promote', { pullRequest: PULL_REQUEST });
    expect(other.outputs, other.shown).toMatchObject({ outcome: 'failed', reason: 'newer-run-live' });
    expect(other.shown).toContain(`shipped for pull request #${OPEN_PULL_REQUEST}, not for #${PULL_REQUEST}`);
    sandbox.github.change(OPEN_PULL_REQUEST, { isRewritten: true });
    const rewritten = await onMerged(sandbox, '/seldon promote');
    expect(rewritten.outputs, rewritten.shown).toMatchObject({ outcome: 'refused', reason: 'pull-request-closed' });
    sandbox.github.change(OPEN_PULL_REQUEST, { isRewritten: false, base: 'mine' });
    const base = await onMerged(sandbox, '/seldon promote');
    expect(base.outputs, base.shown).toMatchObject({ outcome: 'refused', reason: 'base-not-allowed' });
    expect(live(sandbox)?.spec).toEqual(before);
    expect(MERGED_COMMIT).toHaveLength(40);
  },
);

story('a pull request that was closed without a merge decides nothing', async (sandbox) => {
  await sandbox.act();
  await sandbox.comment({ by: 'maria', body: '/seldon canary models:/wine-quality@challenger' });
  sandbox.github.change(OPEN_PULL_REQUEST, { state: 'closed' });
  const end = await onMerged(sandbox, '/seldon promote');
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'pull-request-closed' });
});

story('the fork of a merged pull request may be gone, and its promotion goes on', async (sandbox) => {
  await sandbox.act();
  await merge(sandbox);
  sandbox.github.change(OPEN_PULL_REQUEST, { isFork: true });
  const end = await onMerged(sandbox, '/seldon promote');
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
});

story('a decision finds the object of the workflow’s model where no name is given', async (sandbox) => {
  await sandbox.act({ inputs: { name: '' } });
  await merge(sandbox, { name: '' });
  const inputs = { ...CANARY, name: '' };
  const end = await sandbox.comment(
    { by: 'maria', body: '/seldon promote', pullRequest: OPEN_PULL_REQUEST },
    { inputs },
  );
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', name: 'wine-quality' });
});

story('a plan while a canary stands says what must be decided, or what the mode would replace', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using({ ...CANARY, 'pull-request': String(PULL_REQUEST) }));
  const before = live(sandbox);
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  for (const mode of ['direct', 'ab', 'blue-green']) {
    const plan = await sandbox.act({ event, inputs: { 'model-uri': 'models:/wine-quality/3', mode } });
    expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned', reason: 'decision-needed' });
    expect(plan.exitCode).toBe(0);
    const said = ours(sandbox, OPEN_PULL_REQUEST).at(-1) ?? '';
    expect(said).toContain('has to wait: people must decide about the candidate beside main first');
    expect(said).toContain(`\`canary\` (wine-quality v2, 20 %) stands beside main; mode ${mode} can run after that`);
    expect(offered(said, 'promote')).toBe('/seldon promote');
    expect(said).not.toContain('plan=');
  }
  const replaces = await sandbox.act({ event, inputs: { ...CANARY, 'model-uri': 'models:/wine-quality/3' } });
  expect(replaces.outputs, replaces.shown).toMatchObject({ outcome: 'planned', reason: 'dry-run' });
  const said = ours(sandbox, OPEN_PULL_REQUEST).at(-1) ?? '';
  expect(said).toContain('`canary` (wine-quality v2, 20 %) stands beside main; mode canary replaces it otherwise');
  expect(offered(said, 'promote')).toBe('/seldon promote');
  expect(live(sandbox)).toEqual(before);
});
