import { describe, expect, it } from 'vitest';
import { commentEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST, type Said, type Sandbox } from '../../sandbox/sandbox.ts';
import { matchesGlob } from '../../src/base/glob.ts';
import { parseCommand } from '../../src/gate/command.ts';
import { triggerOf } from '../../src/gate/event.ts';
import { live, story } from '../scenarios/story.ts';

/** Each known attack on a comment-driven deploy must end refused and explained, or unheard; nothing may be touched. */

interface Attack {
  readonly said: Said;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly pullRequest?: Parameters<Sandbox['github']['change']>[1];
  readonly ends: readonly [outcome: string, reason: string];
}

const EVIL = 'models:/customer-segment/1';

const ATTACKS: Readonly<Record<string, Attack>> = {
  'a stranger deploys': { said: { by: 'stranger', body: '/seldon deploy' }, ends: ['refused', 'not-permitted'] },
  'a reader deploys': { said: { by: 'reader', body: '/seldon deploy' }, ends: ['refused', 'not-permitted'] },
  'a triager promotes': { said: { by: 'theo', body: '/seldon promote' }, ends: ['refused', 'not-permitted'] },
  'a stranger asks for help, which is an answer to somebody we do not know': {
    said: { by: 'stranger', body: '/seldon help' },
    ends: ['refused', 'not-permitted'],
  },
  'a stranger makes us repeat a word where a target could stand': {
    said: { by: 'stranger', body: '/seldon deploy look-here' },
    ends: ['refused', 'not-permitted'],
  },
  'a stranger makes us repeat text': {
    said: { by: 'stranger', body: '/seldon @everyone-look-here' },
    ends: ['refused', 'not-permitted'],
  },
  'a stranger starts the run of a maintainer again': {
    said: { by: 'maria', startedBy: 'reader', body: '/seldon deploy' },
    ends: ['refused', 'rerun-not-permitted'],
  },
  'a comment is edited into a command': {
    said: { by: 'maria', body: '/seldon deploy', event: { action: 'edited' } },
    ends: ['ignored', 'not-a-command'],
  },
  'a command is deleted': {
    said: { by: 'maria', body: '/seldon deploy', event: { action: 'deleted' } },
    ends: ['ignored', 'not-a-command'],
  },
  'a command is quoted': { said: { by: 'maria', body: '> /seldon deploy' }, ends: ['ignored', 'not-a-command'] },
  'a command stands further down': {
    said: { by: 'maria', body: 'Do not say\n/seldon deploy\nyet' },
    ends: ['ignored', 'not-a-command'],
  },
  'a command is hidden behind a blank': {
    said: { by: 'maria', body: ' /seldon deploy' },
    ends: ['ignored', 'not-a-command'],
  },
  'a word begins like our prefix': {
    said: { by: 'maria', body: '/seldonx deploy' },
    ends: ['ignored', 'not-a-command'],
  },
  'a bot repeats a command': {
    said: { by: 'helper[bot]', body: '/seldon deploy' },
    ends: ['ignored', 'not-a-command'],
  },
  'a comment on an issue': {
    said: { by: 'maria', body: '/seldon deploy', event: { isOnIssue: true } },
    ends: ['ignored', 'not-a-command'],
  },
  'a pull request from a fork': {
    said: { by: 'maria', body: '/seldon deploy' },
    pullRequest: { isFork: true },
    ends: ['refused', 'fork-refused'],
  },
  'a closed pull request': {
    said: { by: 'maria', body: '/seldon deploy' },
    pullRequest: { state: 'closed' },
    ends: ['refused', 'pull-request-closed'],
  },
  'a draft': {
    said: { by: 'maria', body: '/seldon deploy' },
    pullRequest: { isDraft: true },
    ends: ['refused', 'draft-refused'],
  },
  'a review that is missing': {
    said: { by: 'maria', body: '/seldon deploy' },
    inputs: { 'require-review': 'true' },
    pullRequest: { approval: 'REVIEW_REQUIRED' },
    ends: ['refused', 'review-missing'],
  },
  'a review that GitHub says nothing about': {
    said: { by: 'maria', body: '/seldon deploy' },
    inputs: { 'require-review': 'true' },
    ends: ['refused', 'review-missing'],
  },
  'checks that are missing': {
    said: { by: 'maria', body: '/seldon deploy' },
    inputs: { 'require-checks': 'true' },
    pullRequest: { head: 'c'.repeat(40) },
    ends: ['refused', 'checks-missing'],
  },
  'somebody who is not in the list': {
    said: { by: 'maria', body: '/seldon deploy' },
    inputs: { 'allow-users': 'octocat' },
    ends: ['refused', 'not-listed'],
  },
  'somebody who is in no team of the list': {
    said: { by: 'octocat', body: '/seldon deploy' },
    inputs: { 'allow-users': '@acme/ml' },
    ends: ['refused', 'not-listed'],
  },
  'a command that this workflow does not have': {
    said: { by: 'maria', body: '/seldon promote' },
    inputs: { 'allow-commands': 'plan, canary' },
    ends: ['refused', 'command-not-allowed'],
  },
  'another registered model': {
    said: { by: 'maria', body: `/seldon deploy ${EVIL}` },
    ends: ['refused', 'model-not-allowed'],
  },
  'a folder of somebody else': {
    said: { by: 'maria', body: '/seldon deploy s3://evil/1/models/m-1/artifacts' },
    ends: ['refused', 'model-not-allowed'],
  },
  'a way out of an allowed folder': {
    said: { by: 'maria', body: '/seldon deploy s3://mlflow/prod/../evil' },
    inputs: { 'allow-models': 's3://mlflow/prod/*' },
    ends: ['refused', 'model-not-allowed'],
  },
  'an encoded way out of an allowed folder': {
    said: { by: 'maria', body: '/seldon deploy s3://mlflow/prod/%2E%2E/evil' },
    inputs: { 'allow-models': 's3://mlflow/prod/*' },
    ends: ['refused', 'model-not-allowed'],
  },
  'a run whose model may be anything': {
    said: { by: 'maria', body: '/seldon deploy runs:/abc/model' },
    ends: ['refused', 'model-not-allowed'],
  },
  'another namespace': {
    said: { by: 'maria', body: '/seldon deploy namespace=kube-system' },
    ends: ['refused', 'argument-not-allowed'],
  },
  'a comment asks for more pods than anybody wants to pay': {
    said: { by: 'maria', body: '/seldon deploy replicas=11' },
    ends: ['refused', 'argument-not-allowed'],
  },
  'a comment asks for more pods than its workflow allows': {
    said: { by: 'maria', body: '/seldon plan replicas=4' },
    inputs: { 'max-replicas': '3' },
    ends: ['refused', 'argument-not-allowed'],
  },
  'a comment asks for pods in no number': {
    said: { by: 'maria', body: '/seldon deploy replicas=1e9' },
    ends: ['refused', 'argument-not-allowed'],
  },
  'another object': {
    said: { by: 'maria', body: '/seldon deploy name=payments' },
    ends: ['refused', 'argument-not-allowed'],
  },
  'an input that is nobody’s to choose': {
    said: { by: 'maria', body: '/seldon deploy kubeconfig=/tmp/x' },
    ends: ['refused', 'command-unknown'],
  },
  'a secret of another storage': {
    said: { by: 'maria', body: '/seldon deploy env-secret=admin' },
    ends: ['refused', 'command-unknown'],
  },
  'an argument that is given twice': {
    said: { by: 'maria', body: '/seldon deploy name=wine name=payments' },
    ends: ['refused', 'command-unknown'],
  },
  'a shell in a name': {
    said: { by: 'maria', body: '/seldon ab predictor="$(curl evil)"' },
    ends: ['failed', 'bad-input'],
  },
  'YAML in a name': { said: { by: 'maria', body: '/seldon ab predictor="a: {b: c}"' }, ends: ['failed', 'bad-input'] },
  'a quotation mark that is not closed': {
    said: { by: 'maria', body: '/seldon deploy "models:/wine-quality/1' },
    ends: ['refused', 'command-unknown'],
  },
  'a command of a megabyte': {
    said: { by: 'maria', body: `/seldon deploy ${'a'.repeat(50_000)}` },
    ends: ['refused', 'command-unknown'],
  },
};

for (const [name, { said, inputs = {}, pullRequest, ends }] of Object.entries(ATTACKS)) {
  story(`${name}: ${ends.join(', ')}`, async (sandbox) => {
    if (pullRequest !== undefined) sandbox.github.change(OPEN_PULL_REQUEST, pullRequest);
    const end = await sandbox.comment(said, { inputs });
    expect([end.outputs['outcome'], end.outputs['reason']], end.shown).toEqual(ends);
    expect(live(sandbox)).toBeUndefined();
    const asked = sandbox.cluster.requests.filter((one) => one.user === 'action');
    if (ends[0] !== 'failed') expect(asked).toEqual([]);
    const ours = sandbox.github.comments(OPEN_PULL_REQUEST).filter((one) => one.user?.login === 'github-actions[bot]');
    expect(ours).toHaveLength(ends[0] === 'ignored' ? 0 : 1);
    for (const { body = '' } of ours) {
      expect(body).toMatch(/\*\*Next step:\*\*/);
      expect(body).not.toMatch(/@everyone/);
    }
    expect(end.exitCode).toBe(ends[0] === 'ignored' ? 0 : 1);
    expect(end.reactions).toEqual(ends[0] === 'ignored' ? [] : ['eyes', '-1']);
  });
}

story('a commit that comes between the command and the apply ends the run with nothing changed', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox);
  let moved = false;
  const onLine = (line: string) => {
    if (moved || !line.includes('::group::Render')) return;
    moved = true;
    sandbox.github.change(OPEN_PULL_REQUEST, { head: 'd'.repeat(40) });
  };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy models:/wine-quality/3' }, { onLine });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'head-moved' });
  expect(live(sandbox)).toEqual(before);
});

story('if GitHub does not give a role, there is no permission', async (sandbox) => {
  sandbox.github.fail({ match: /collaborators/, status: 500, times: 99 });
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' });
  expect(end.outputs['outcome']).toBe('failed');
  expect(live(sandbox)).toBeUndefined();
  expect(sandbox.cluster.requests.filter((one) => one.user === 'action')).toEqual([]);
});

describe('a comment that only looks like a command to a person, or only to a machine', () => {
  const IGNORED = [
    '\ufeff/seldon deploy',
    '\u200b/seldon deploy',
    '\u202e/seldon deploy',
    '／seldon deploy',
    '/ѕeldon deploy',
    '/seldon\u200bdeploy',
    '```\n/seldon deploy\n```',
    '~~~\n/seldon deploy',
    '    /seldon deploy',
    '> @maria wrote:\n> /seldon deploy\n\nyes',
    '- /seldon deploy',
    '<!-- -->/seldon deploy',
    '<details>\n/seldon deploy\n</details>',
    '`/seldon deploy`',
    '**/seldon deploy**',
    '\n/seldon deploy',
    '\r/seldon deploy',
  ];

  it.each(IGNORED)('%j is ignored', (body) => {
    const { name, payload } = commentEvent({ login: 'maria', body, number: 8 });
    expect(triggerOf({ name, payload }, { prefix: '/seldon', allowEvents: [] })).toMatchObject({ kind: 'ignored' });
  });

  it.each([
    '/seldon de\u200bploy',
    '/seldon deploy\u00ad',
    '/seldon deploy <!-- models:/x/1 -->',
    '/seldon constructor',
    '/seldon __proto__',
    '/seldon deploy constructor=x',
    '/seldon deploy toString=x',
    `/seldon deploy ${'a=b '.repeat(200)}`,
    `/seldon deploy name=${'n'.repeat(2_000)}`,
    '/seldon deploy "models:/wine-quality/1',
    '/seldon deploy name=\'wine"',
  ])('%j is refused', (body) => {
    expect(parseCommand(body, '/seldon')).toHaveProperty('fault');
  });
});

const ODD_NAMES: Readonly<Record<string, string>> = {
  'a character of no width in the name of the model': 'models:/wine-quality\u200b/1',
  'a composed letter for a decomposed one': 'models:/wine-qualit\u0079\u0301/1',
  'the reading direction turned around': 'models:/\u202ewine-quality/1',
  'a model in backquotes': '`models:/wine-quality/1`',
  'an expression of a workflow': 'models:/${{secrets.KUBECONFIG}}/1',
  'a mention for a model': 'models:/@everyone/1',
  'HTML that closes what is around it': 'models:/</details></summary>/1',
};

for (const [name, uri] of Object.entries(ODD_NAMES)) {
  story(`${name} is another model than that of the workflow, and is not allowed`, async (sandbox) => {
    const end = await sandbox.comment({ by: 'maria', body: `/seldon deploy "${uri}"` });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'model-not-allowed' });
    const [ours] = sandbox.github
      .comments(OPEN_PULL_REQUEST)
      .filter(({ user }) => user?.login === 'github-actions[bot]');
    const text = (ours?.body ?? '').replace(/(`+)[^\n]*?\1/g, '');
    expect(text).not.toMatch(/@everyone|<\/details><\/summary>|\$\{\{/);
    expect(ours?.body).not.toMatch(/[\u200b\u202e](?=wine)/);
  });
}

const BRANCHES = [
  '$(curl evil)',
  'x`@everyone`',
  '${{ secrets.KUBECONFIG }}',
  '<img/src=x>',
  '::set-output::x',
  "a'; rm -rf /",
];

for (const base of BRANCHES) {
  story(`a pull request into the branch ${base} is refused, and its name is only a text`, async (sandbox) => {
    sandbox.github.change(OPEN_PULL_REQUEST, { base });
    const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'base-not-allowed' });
    const [ours] = sandbox.github
      .comments(OPEN_PULL_REQUEST)
      .filter(({ user }) => user?.login === 'github-actions[bot]');
    expect((ours?.body ?? '').replace(/(`+)[^\n]*?\1/g, '')).not.toMatch(/@everyone|<img/);
    expect(end.log).not.toMatch(/^::set-output/m);
  });
}

describe('texts that only look valid', () => {
  it.each([null, 5, [], { action: 'created' }, { action: 'created', issue: 5, comment: { body: '/seldon deploy' } }])(
    'an event that is %j is ignored',
    (payload) => {
      expect(triggerOf({ name: 'issue_comment', payload }, { prefix: '/seldon', allowEvents: [] }).kind).toBe(
        'ignored',
      );
    },
  );

  it.each(['/seldon DEPLOY', '/seldon dеploy', '/seldon "deploy"', '/seldon deploy\u0000', '/seldon deploy\u202e'])(
    '%j is no command',
    (body) => {
      expect(parseCommand(body, '/seldon')).toHaveProperty('fault');
    },
  );

  it('a pattern matches the whole text, in linear time', () => {
    expect(matchesGlob('s3://mlflow/prod/1', 's3://mlflow/prod/*')).toBe(true);
    expect(matchesGlob('xs3://mlflow/prod/1', 's3://mlflow/prod/*')).toBe(false);
    expect(matchesGlob('models:/wine', 'models:/wine@*')).toBe(false);
    expect(matchesGlob('aXbXc', 'a*b*c')).toBe(true);
    expect(matchesGlob('ab', 'ab*b')).toBe(false);
    expect(matchesGlob('a'.repeat(100_000), `${'a*'.repeat(1_000)}b`)).toBe(false);
  });
});
