import { describe, expect, it } from 'vitest';
import { pushEvent, repositoryDispatchEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { parseCommand } from '../../src/gate/command.ts';
import { matchesModel, patternWarning } from '../../src/model/model-pattern.ts';
import { live, modelUriOf, story, using } from '../scenarios/story.ts';

/** Attacks by way of what a command says, who starts it again, and what changes while it waits. */

const ARGUMENTS = ['name', 'namespace', 'traffic', 'steps', 'predictor', 'to', 'replicas', 'mode', 'plan'];
/** What a person reads as nothing. */
const BLANKS = ['""', "''", '" "', '"\u200b"', '"\ufeff"', '"\u00a0"', '"\u2060"', ''];

describe('an empty argument', () => {
  it.each(ARGUMENTS)('`%s` is refused for every command', (name) => {
    for (const verb of ['plan', 'deploy', 'canary', 'shadow', 'ab', 'promote', 'rollback', 'status'])
      for (const blank of BLANKS)
        expect(parseCommand(`/seldon ${verb} ${name}=${blank}`, '/seldon'), `${verb} ${blank}`).toHaveProperty('fault');
  });

  it.each(['/seldon deploy ""', "/seldon deploy ''", '/seldon deploy " "'])('%s names nothing', (body) => {
    expect(parseCommand(body, '/seldon')).toHaveProperty('fault');
  });
});

const PRODUCTION = { environment: 'production' };

story('an empty plan does not pass the gate of production, whatever looks empty', async (sandbox) => {
  for (const blank of ['""', '"\u200b"', '']) {
    const body = `/seldon deploy models:/wine-quality/1 plan=${blank}`;
    const end = await sandbox.comment({ by: 'maria', body }, { inputs: PRODUCTION });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'command-unknown' });
  }
  const traffic = await sandbox.comment(
    { by: 'maria', body: '/seldon canary traffic=""' },
    { inputs: { traffic: '1' } },
  );
  expect(traffic.outputs).toMatchObject({ outcome: 'refused', reason: 'command-unknown' });
  expect(live(sandbox)).toBeUndefined();
});

story(
  'a rollback that goes forward again needs a plan as a deploy does, and one that goes back does not',
  async (sandbox) => {
    await sandbox.act();
    await sandbox.act(using({ 'model-uri': 'models:/wine-quality/2' }));
    const back = await sandbox.comment({ by: 'maria', body: '/seldon rollback' }, { inputs: PRODUCTION });
    expect(back.outputs, back.shown).toMatchObject({ outcome: 'restored' });
    const old = modelUriOf(sandbox);
    const forward = await sandbox.comment({ by: 'maria', body: '/seldon rollback to=v2' }, { inputs: PRODUCTION });
    expect(forward.outputs, forward.shown).toMatchObject({ outcome: 'failed', reason: 'plan-required' });
    expect(modelUriOf(sandbox)).toBe(old);
    await sandbox.comment({ by: 'maria', body: '/seldon plan mode=rollback to=v2' }, { inputs: PRODUCTION });
    const told = sandbox.github
      .comments(OPEN_PULL_REQUEST)
      .map(({ body }) => body)
      .join('\n');
    const command = /^\/seldon rollback .*plan=\S+$/m.exec(told)?.[0] ?? '';
    const planned = await sandbox.comment({ by: 'maria', body: command }, { inputs: PRODUCTION });
    expect(planned.outputs, planned.shown).toMatchObject({ outcome: 'restored' });
    expect(modelUriOf(sandbox)).not.toBe(old);
  },
);

story('a person who re-runs a listed person’s run must be listed, too', async (sandbox) => {
  const inputs = { 'allow-users': 'maria' };
  const said = { by: 'maria', startedBy: 'octocat', body: '/seldon deploy' };
  const end = await sandbox.comment(said, { inputs });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'not-listed' });
  expect(end.shown).toContain('octocat is not in the input `allow-users`');
  const team = await sandbox.comment(said, { inputs: { 'allow-users': 'acme/ml' } });
  expect(team.outputs, team.shown).toMatchObject({ outcome: 'refused', reason: 'not-listed' });
  expect(live(sandbox)).toBeUndefined();
});

story('an older command that is run again does not undo the deploy of a later run', async (sandbox) => {
  await sandbox.comment(
    { by: 'maria', body: '/seldon deploy models:/wine-quality/2' },
    { env: { GITHUB_RUN_ID: '5000' } },
  );
  const before = modelUriOf(sandbox);
  const old = { env: { GITHUB_RUN_ID: '4000', GITHUB_RUN_ATTEMPT: '2' } };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy models:/wine-quality/1' }, old);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'newer-run-live' });
  expect(modelUriOf(sandbox)).toBe(before);
});

story('an approval of an older commit is none of the newest', async (sandbox) => {
  const pushed = { head: 'a'.repeat(40), approval: 'APPROVED', approvedAt: 'b'.repeat(40) } as const;
  sandbox.github.change(OPEN_PULL_REQUEST, pushed);
  const inputs = { 'require-review': 'true' };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'review-missing' });
  expect(end.shown).toContain('an approval of the newest commit');
  expect(live(sandbox)).toBeUndefined();
});

story('an older run of any event does not undo what a later run shipped, unless it is by hand', async (sandbox) => {
  await sandbox.act({ env: { GITHUB_RUN_ID: '5000' } });
  const before = modelUriOf(sandbox);
  const { payload } = pushEvent({ after: 'b'.repeat(40) });
  const old = {
    inputs: { 'model-uri': 'models:/wine-quality/2' },
    env: { GITHUB_RUN_ID: '4000', GITHUB_RUN_ATTEMPT: '2' },
  };
  const events = [
    { name: 'release', payload: { ...payload, action: 'published' } },
    { name: 'schedule', payload },
    repositoryDispatchEvent('mlflow-alias', { model_uri: 'models:/wine-quality/2' }),
  ];
  for (const event of events) {
    const end = await sandbox.act({ ...old, event });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'newer-run-live' });
  }
  expect(modelUriOf(sandbox)).toBe(before);
});

describe('a pattern for models', () => {
  it.each<readonly [string, string, boolean]>([
    ['models:/wine-quality-evil/1', 'models:/wine-quality*', false],
    ['models:/wine-quality/1', 'models:/wine-quality*', false],
    ['models:/wine-quality/1', 'models:/wine-quality/*', true],
    ['models:/wine-quality@champion', 'models:/wine-quality@*', true],
    ['models:/wine-quality@evil/1', 'models:/wine-quality@*', false],
    ['models:/wine-quality@evil@champion', 'models:/wine-quality@*', false],
    ['MODELS:/wine-quality/1/evil', 'MODELS:/wine-quality/*', false],
    ['models:/wine-quality/1', 'models:/wine-*/1', true],
    ['models:/anything/1', 'models:/*', true],
    ['models:/anything/1', '*', true],
    ['s3://mlflow/prod/1/models/m-1/artifacts', 's3://mlflow/prod/*', true],
    ['s3://mlflow/prod-evil/1', 's3://mlflow/prod*', false],
    ['s3://mlflow-evil/1', 's3://mlflow*', false],
    ['runs:/abc/model', 'runs:/*/model', true],
    ['models:/wine-quality/1', 'models:/wine-quality/1', true],
    ['models:/wine-quality/10', 'models:/wine-quality/1', false],
  ])('%s is matched by %s: %s', (uri, pattern, isMatch) => {
    expect(matchesModel(uri, pattern)).toBe(isMatch);
  });

  it('that ends behind a name is warned about', () => {
    expect(patternWarning('models:/wine-quality*')).toContain(
      'write `models:/wine-quality/*` and `models:/wine-quality@*`',
    );
    expect(['models:/wine/*', 'models:/wine@*', 'models:/*', '*'].map(patternWarning)).toEqual(
      Array(4).fill(undefined),
    );
  });
});

story('a pattern behind a name allows no other model, and the log says what to write', async (sandbox) => {
  const inputs = { 'allow-models': 'models:/customer*' };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy models:/customer-segment/1' }, { inputs });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'model-not-allowed' });
  expect(end.shown).toContain('Warning: `allow-models` has `models:/customer*`');
});

story('a model whose name becomes that of another object is refused', async (sandbox) => {
  await sandbox.act(using({ name: 'wine-quality' }));
  const before = live(sandbox, 'wine-quality');
  const inputs = {
    name: '',
    'model-uri': 'models:/customer-segment/1',
    'allow-models': 'models:/*',
    'allow-names': 'customer-segment',
  };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy models:/wine-quality/2' }, { inputs });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'argument-not-allowed' });
  expect(live(sandbox, 'wine-quality')).toEqual(before);
});

story('what is missing is named: whose review, and which check', async (sandbox) => {
  sandbox.github.change(OPEN_PULL_REQUEST, { approval: 'REVIEW_REQUIRED', reviewers: ['octocat'] });
  const review = await sandbox.comment(
    { by: 'maria', body: '/seldon deploy' },
    { inputs: { 'require-review': 'true' } },
  );
  expect(review.shown).toContain('missing: `octocat`');
  sandbox.github.setChecks('a'.repeat(40), 'FAILURE');
  const checks = await sandbox.comment(
    { by: 'maria', body: '/seldon deploy' },
    { inputs: { 'require-checks': 'true' } },
  );
  expect(checks.shown).toContain('missing: `build`');
});

story('a plan of one cluster is not valid for another', async (sandbox) => {
  await sandbox.comment({ by: 'maria', body: '/seldon plan' });
  const told = sandbox.github
    .comments(OPEN_PULL_REQUEST)
    .map(({ body }) => body)
    .join('\n');
  const plan = /plan=(\S+)/.exec(told)?.[1] ?? '';
  const other = sandbox.cluster.kubeconfig('action').replaceAll('127.0.0.1', 'localhost');
  const end = await sandbox.comment(
    { by: 'maria', body: `/seldon deploy plan=${plan}` },
    { inputs: { kubeconfig: other } },
  );
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'plan-changed' });
  expect(end.shown).toContain('another cluster');
});

/** What changes while a run waits, and what it then ends with. */
const WHILE_WAITING: Readonly<Record<string, readonly [(sandbox: Sandbox) => void, string]>> = {
  'the approval is withdrawn': [
    (one) => one.github.change(OPEN_PULL_REQUEST, { approval: 'CHANGES_REQUESTED' }),
    'review-missing',
  ],
  'a commit is pushed over the approved one': [
    (one) => one.github.change(OPEN_PULL_REQUEST, { head: 'd'.repeat(40), approvedAt: 'a'.repeat(40) }),
    'head-moved',
  ],
  'it becomes a draft': [(one) => one.github.change(OPEN_PULL_REQUEST, { isDraft: true }), 'draft-refused'],
  'it is retargeted': [(one) => one.github.change(OPEN_PULL_REQUEST, { base: 'mine' }), 'base-not-allowed'],
  'it is closed': [(one) => one.github.change(OPEN_PULL_REQUEST, { state: 'closed' }), 'head-moved'],
  'the commenter loses the role': [(one) => one.github.setRole('maria', 'read'), 'not-permitted'],
  'a check fails': [(one) => one.github.setChecks('a'.repeat(40), 'FAILURE'), 'checks-missing'],
};

for (const [name, [change, reason]] of Object.entries(WHILE_WAITING)) {
  story(`${name} while a command waits for its turn: ${reason}, and nothing is changed`, async (sandbox) => {
    await sandbox.act();
    const before = live(sandbox)?.spec;
    sandbox.github.change(OPEN_PULL_REQUEST, { approval: 'APPROVED' });
    let isDone = false;
    const onLine = (line: string) => {
      if (isDone || !line.includes('::group::Acquire the lease')) return;
      isDone = true;
      change(sandbox);
    };
    const inputs = { 'require-review': 'true', 'require-checks': 'true' };
    const said = { by: 'maria', body: '/seldon deploy models:/wine-quality/3' };
    const end = await sandbox.comment(said, { inputs, onLine });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason });
    expect(live(sandbox)?.spec).toEqual(before);
  });
}
