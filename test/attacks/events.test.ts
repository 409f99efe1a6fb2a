import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type GithubEvent, pullRequestEvent, pushEvent, repositoryDispatchEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { type Trigger, triggerOf } from '../../src/gate/event.ts';
import { EVENT_TABLE, type EventRule, effectOf, eventFault } from '../../src/gate/event-table.ts';
import { live, story } from '../scenarios/story.ts';

/** Attacks by way of events that somebody else can cause. */

interface Schema {
  readonly definitions: Readonly<Record<string, unknown>>;
}

const { definitions } = createRequire(import.meta.url)('@octokit/webhooks-schemas') as Schema;

/** Every event of the published schema with each of its actions; `event` stands for none. */
const PAIRS = Object.keys(definitions).flatMap((key) => {
  const [, name, kind] = /^([a-z_0-9]+)\$([a-z_]+)$/.exec(key) ?? [];
  return name === undefined || kind === undefined ? [] : [{ name, action: kind === 'event' ? undefined : kind }];
});

/** Names that a runner knows and the schema of webhooks does not. */
const MORE = ['schedule', 'workflow_call', 'pull_request_target', 'image_version', 'dynamic'];

const NONE = { prefix: '/seldon', allowEvents: [] };

const EFFECTS: Readonly<Record<Trigger['kind'], string>> = {
  step: 'deploy',
  dispatch: 'deploy',
  'pull-request': 'plan',
  'merge-group': 'plan',
  closed: 'remove-preview',
  comment: 'answer',
  ignored: 'ignore',
};

/** A payload with all that any event of ours needs. */
function payload(action: string | undefined): GithubEvent['payload'] {
  const { payload: pull } = pullRequestEvent('opened', { number: 8 });
  const group = {
    head_sha: 'a'.repeat(40),
    base_ref: 'refs/heads/main',
    head_ref: 'refs/heads/gh-readonly-queue/main/x',
  };
  const comment = { id: 1, body: '/seldon deploy', user: { login: 'maria', type: 'User' } };
  const { action: _, ...rest } = pull;
  return {
    ...rest,
    merge_group: group,
    issue: { number: 8, pull_request: {} },
    comment,
    client_payload: {},
    ...(action !== undefined && { action }),
  };
}

describe('every event and action of the published schema', () => {
  it('has a few hundred pairs', () => {
    expect(PAIRS.length).toBeGreaterThanOrEqual(224);
  });

  it.each(PAIRS)(
    '$name $action does what the table says, and nothing if it is not in the table',
    ({ name, action }) => {
      const isMeant = ({ event, actions }: EventRule) =>
        event === name &&
        (actions === 'any' || (actions === 'none' ? action === undefined : actions.includes(action ?? '')));
      const rule = EVENT_TABLE.find(isMeant);
      const trigger = triggerOf({ name, payload: payload(action) }, NONE);
      expect(EFFECTS[trigger.kind]).toBe(rule?.effect ?? 'ignore');
      if (trigger.kind === 'ignored') expect(trigger.why).toContain(name === 'issue_comment' ? 'comment' : name);
    },
  );

  it('deploys for exactly five of them, and a timer', () => {
    const deploying = PAIRS.filter(({ name, action }) => effectOf({ name, action }, []).effect === 'deploy');
    expect(deploying.map(({ name, action }) => (action === undefined ? name : `${name}.${action}`)).sort()).toEqual([
      'push',
      'release.prereleased',
      'release.published',
      'release.released',
      'repository_dispatch',
      'workflow_dispatch',
    ]);
    const more = MORE.filter((name) => effectOf({ name, action: undefined }, []).effect === 'deploy');
    expect(more).toEqual(['schedule']);
  });

  it('is ignored where its name is unknown, odd or like a key of every object', () => {
    for (const name of ['', 'PUSH', ' push', 'constructor', '__proto__', 'toString'])
      expect(triggerOf({ name, payload: payload(undefined) }, NONE)).toMatchObject({ reason: 'event-ignored' });
  });
});

it('docs/security.md has the table of events as the code has it', () => {
  const docs = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const code = (text: string) => `\`${text}\``;
  const rows = EVENT_TABLE.map(({ event, actions, effect, why }) => {
    const told = actions === 'none' ? '–' : actions === 'any' ? 'any' : actions.map(code).join(', ');
    return `| ${code(event)} | ${told} | ${effect} | ${why} |`;
  });
  expect(docs).toContain(`| event | action | does | why |\n|---|---|---|---|\n${rows.join('\n')}\n\n`);
});

describe('the input `allow-events`', () => {
  it('lets in what it names, and nothing else', () => {
    const run = { name: 'workflow_run', action: 'completed' };
    expect(effectOf(run, []).effect).toBe('ignore');
    expect(effectOf(run, ['workflow_run.requested']).effect).toBe('ignore');
    expect(effectOf(run, ['workflow_run.completed'])).toMatchObject({ effect: 'deploy', isOptIn: true });
    expect(effectOf(run, ['workflow_run'])).toMatchObject({ effect: 'deploy', isOptIn: true });
  });

  it('does not change events with fixed rules', () => {
    for (const name of ['issue_comment', 'pull_request', 'pull_request_target']) {
      expect(effectOf({ name, action: 'edited_by_nobody' }, [name]).effect).toBe('ignore');
      expect(eventFault(`${name}.edited`)).toContain('rules are fixed');
    }
    expect(eventFault('push')).toContain('already');
    expect(eventFault('*')).toContain('is no event');
    expect(eventFault('workflow_run')).toBeUndefined();
  });
});

describe('payloads of surprising types', () => {
  const JUNK = [null, true, -1, 0, 1.5, 1e21, Number.MAX_VALUE, '', '8', [], [8], {}, { number: '8' }, '__proto__'];
  const NAMES = [...new Set([...EVENT_TABLE.map(({ event }) => event), 'workflow_run', 'check_run'])];

  /** Every place of a payload, down to the third level. */
  function places(value: unknown, depth = 0): readonly (readonly string[])[] {
    if (depth === 3 || typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => [
      [key],
      ...places(inner, depth + 1).map((rest) => [key, ...rest]),
    ]);
  }

  function replaced(value: unknown, [first = '', ...rest]: readonly string[], junk: unknown): unknown {
    const inner = (value as Record<string, unknown>)[first];
    return { ...(value as object), [first]: rest.length === 0 ? junk : replaced(inner, rest, junk) };
  }

  it.each(NAMES)('%s is read or ignored, and nothing is thrown', (name) => {
    const whole = payload(name === 'issue_comment' ? 'created' : 'opened');
    const read = [
      'pull_request',
      'issue',
      'comment',
      'merge_group',
      'client_payload',
      'repository',
      'action',
      'deleted',
    ];
    for (const path of places(whole).filter(([first]) => read.includes(first ?? ''))) {
      for (const junk of JUNK) {
        const trigger = triggerOf(
          { name, payload: replaced(whole, path, junk) },
          { prefix: '/seldon', allowEvents: ['workflow_run', 'check_run'] },
        );
        const number =
          'pull' in trigger ? trigger.pull?.number : trigger.kind === 'comment' ? trigger.comment.pullRequest : 8;
        expect(number ?? 8, path.join('.')).toBe(8);
      }
    }
  });

  it.each([[['models:/evil/1']], [{ uri: 'models:/evil/1' }], [5], [''], [' '], [true]])(
    'a model of a webhook that is %j deploys nothing, not even the workflow’s',
    (uri) => {
      const { name, payload: sent } = repositoryDispatchEvent('mlflow-alias', { model_uri: uri });
      expect(triggerOf({ name, payload: sent }, NONE)).toMatchObject({ kind: 'ignored', reason: 'event-ignored' });
    },
  );

  it.each(['Bot', 'Mannequin', 'Organization', 5, null, {}])(
    'a comment by an account of type %j is no command',
    (type) => {
      const comment = { id: 1, body: '/seldon deploy', user: { login: 'maria', type } };
      const sent = { ...payload('created'), comment };
      expect(triggerOf({ name: 'issue_comment', payload: sent }, NONE)).toMatchObject({ kind: 'ignored' });
    },
  );
});

const FORK = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST, from: 'stranger/wine' });

/** Events that a stranger can cause, or that say nothing of a change. */
const STRANGE: Readonly<Record<string, GithubEvent>> = {
  'a stranger opens an issue': { name: 'issues', payload: { action: 'opened', issue: { number: 1 } } },
  'a stranger says something in a discussion': { name: 'discussion_comment', payload: { action: 'created' } },
  'a stranger comments on a line': {
    name: 'pull_request_review_comment',
    payload: { ...FORK.payload, action: 'created' },
  },
  'a stranger watches the repository': { name: 'watch', payload: { action: 'started' } },
  'a workflow of a fork has ended': { name: 'workflow_run', payload: { action: 'completed', workflow_run: {} } },
  'a review is given': { name: 'pull_request_review', payload: { ...FORK.payload, action: 'submitted' } },
  'a branch is deleted': { name: 'push', payload: { ...pushEvent({ after: '0'.repeat(40) }).payload, deleted: true } },
};

for (const [name, event] of Object.entries(STRANGE)) {
  story(`${name}: nothing happens, and the run says why`, async (sandbox) => {
    const end = await sandbox.act({ event });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'ignored', reason: 'event-ignored' });
    expect(end.shown).toMatch(/nothing to do: (the event|a branch)/);
    expect(sandbox.cluster.requests.filter(({ user }) => user === 'action')).toEqual([]);
    expect(end.exitCode).toBe(0);
  });
}

story('a fork that edits its pull request gets a plan at most', async (sandbox) => {
  const event = { name: 'pull_request_target', payload: { ...FORK.payload, action: 'edited' } };
  const end = await sandbox.act({ event });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
  expect(live(sandbox)).toBeUndefined();
});

story('an event of `allow-events` is judged like the command of whoever caused it', async (sandbox) => {
  const workflow = (branch: string, from = 'acme/wine'): GithubEvent => ({
    name: 'workflow_run',
    payload: {
      ...pushEvent({ after: 'b'.repeat(40) }).payload,
      action: 'completed',
      workflow_run: { head_branch: branch, head_repository: { full_name: from } },
    },
  });
  const inputs = { 'allow-events': 'workflow_run.completed' };
  const by = (login: string) => ({ GITHUB_TRIGGERING_ACTOR: login });
  const stranger = await sandbox.act({ event: workflow('main'), inputs, env: by('stranger') });
  expect(stranger.outputs, stranger.shown).toMatchObject({ outcome: 'refused', reason: 'not-permitted' });
  const branch = await sandbox.act({ event: workflow('mine'), inputs, env: by('octocat') });
  expect(branch.outputs, branch.shown).toMatchObject({ outcome: 'refused', reason: 'base-not-allowed' });
  const fork = await sandbox.act({ event: workflow('main', 'stranger/wine'), inputs, env: by('octocat') });
  expect(fork.outputs, fork.shown).toMatchObject({ outcome: 'refused', reason: 'fork-refused' });
  const wrong = await sandbox.act({ inputs: { 'allow-events': 'issue_comment' } });
  expect(wrong.outputs).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
  expect(live(sandbox)).toBeUndefined();
  const good = await sandbox.act({ event: workflow('main'), inputs, env: by('octocat') });
  expect(good.outputs, good.shown).toMatchObject({ outcome: 'deployed' });
});

/** The branch `mine`, to which an attacker may push. */
function intoMine(event: GithubEvent): GithubEvent {
  const pull = event.payload['pull_request'] as { base: object };
  return { ...event, payload: { ...event.payload, pull_request: { ...pull, base: { ...pull.base, ref: 'mine' } } } };
}

story('a pull request into a branch of the attacker’s is refused before anything is read', async (sandbox) => {
  const path = '.github/seldon.yml';
  const evil =
    'targets: { wine: { name: evil, model-uri: "models:/customer-segment/1", mlflow-tracking-uri: "http://127.0.0.1:1" } }';
  sandbox.github.write('main', path, 'targets: { wine: { name: wine, model-uri: "models:/wine-quality@champion" } }');
  sandbox.github.write('mine', path, evil);
  for (const name of ['pull_request', 'pull_request_target']) {
    for (const action of ['opened', 'labeled', 'closed'] as const) {
      const { payload } = intoMine(pullRequestEvent(action, { number: OPEN_PULL_REQUEST }));
      const before = sandbox.github.requests.length;
      const inputs = { config: path, 'model-uri': '', name: '', preview: 'true' };
      const end = await sandbox.act({ event: { name, payload }, inputs });
      expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'base-not-allowed' });
      expect(sandbox.github.requests.slice(before).join()).not.toContain('/contents/');
    }
  }
  expect(sandbox.cluster.requests.filter(({ user }) => user === 'action')).toEqual([]);
  const group = {
    head_sha: 'a'.repeat(40),
    base_ref: 'refs/heads/mine',
    head_ref: 'refs/heads/gh-readonly-queue/mine/x',
  };
  const repository = pushEvent({ after: 'a'.repeat(40) }).payload['repository'];
  const event = { name: 'merge_group', payload: { action: 'checks_requested', merge_group: group, repository } };
  const end = await sandbox.act({ event, inputs: { config: path, 'model-uri': '', name: '' } });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'base-not-allowed' });
});

story('with `preview` no event changes the real object', async (sandbox) => {
  const inputs = { preview: 'true' };
  const real: GithubEvent[] = [
    pushEvent({ after: 'b'.repeat(40) }),
    { name: 'workflow_dispatch', payload: { inputs: {} } },
    { name: 'schedule', payload: {} },
    repositoryDispatchEvent('mlflow-alias', { model_uri: 'models:/wine-quality/2' }),
  ];
  for (const event of real) {
    const end = await sandbox.act({ event, inputs });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
    expect(end.shown).toContain('`pull-request`');
  }
  const labeled = await sandbox.act({ event: pullRequestEvent('labeled', { number: OPEN_PULL_REQUEST }), inputs });
  expect(labeled.outputs, labeled.shown).toMatchObject({ outcome: 'deployed', name: 'wine-pr-8' });
  const byHand = { ...inputs, 'pull-request': String(OPEN_PULL_REQUEST) };
  const status = await sandbox.act({ event: real[1] ?? { name: '', payload: {} }, inputs: byHand });
  expect(status.outputs, status.shown).toMatchObject({ name: 'wine-pr-8' });
  expect(live(sandbox)).toBeUndefined();
});

story(
  'a preview is not shipped once its pull request was closed, and not removed once it was opened again',
  async (sandbox) => {
    const inputs = { preview: 'true' };
    const at = (state: 'open' | 'closed') => sandbox.github.change(OPEN_PULL_REQUEST, { state });
    at('closed');
    const late = await sandbox.act({ event: pullRequestEvent('opened', { number: OPEN_PULL_REQUEST }), inputs });
    expect(late.outputs, late.shown).toMatchObject({ outcome: 'failed', reason: 'head-moved' });
    expect(live(sandbox, 'wine-pr-8')).toBeUndefined();
    at('open');
    await sandbox.act({ event: pullRequestEvent('reopened', { number: OPEN_PULL_REQUEST }), inputs });
    const closed = await sandbox.act({ event: pullRequestEvent('closed', { number: OPEN_PULL_REQUEST }), inputs });
    expect(closed.outputs, closed.shown).toMatchObject({ outcome: 'failed', reason: 'head-moved' });
    expect(live(sandbox, 'wine-pr-8')).toBeDefined();
  },
);

it('docs/security.md names a test that is there for each claim', () => {
  const root = new URL('../../', import.meta.url);
  const docs = readFileSync(new URL('docs/security.md', root), 'utf8');
  const [, table = ''] = /\| from \| \| tests \|\n\|---\|---\|---\|\n((?:\|.*\n)+)/.exec(docs) ?? [];
  const rows = table.trimEnd().split('\n');
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) {
    const named = [...row.matchAll(/`(test\/[a-z/-]+\.test\.ts)`/g)].map(([, path]) => path ?? '');
    // What is not defended says so, and who is trusted.
    if (named.length === 0) expect(row).toMatch(/\*\*not defended\*\*|\| trusted \|/);
    for (const path of named) expect(() => readFileSync(new URL(path, root))).not.toThrow();
  }
});
