import { describe, expect, it } from 'vitest';
import {
  type CommentSeed,
  commentEvent,
  type GithubEvent,
  pullRequestEvent,
  pushEvent,
  repositoryDispatchEvent,
  workflowDispatchEvent,
} from '../../sandbox/github/events.ts';
import { triggerOf } from '../../src/gate/event.ts';
import { filledIn, isMet } from '../support/expressions.ts';
import { contextsOf, hears, type Workflow, workflowsIn } from '../support/workflows.ts';

const WORKFLOWS = workflowsIn('examples/*.yml');

function said(body: string, seed: Partial<CommentSeed> = {}): GithubEvent {
  return commentEvent({ login: 'maria', body, number: 8, ...seed });
}

const FORK = { number: 8, from: 'stranger/wine' };
const COMMIT = 'b'.repeat(40);

const EVENTS = {
  command: said('/seldon deploy'),
  'command in capitals': said('/SELDON deploy'),
  'command on an issue': said('/seldon deploy', { isOnIssue: true }),
  'comment that mentions a command': said('try /seldon deploy'),
  'comment that quotes a command': said('> /seldon deploy'),
  'comment that is edited into a command': said('/seldon deploy', { action: 'edited' }),
  'command that is deleted': said('/seldon deploy', { action: 'deleted' }),
  'opened pull request': pullRequestEvent('opened', { number: 8 }),
  'new commit': pullRequestEvent('synchronize', { number: 8 }),
  'reopened pull request': pullRequestEvent('reopened', { number: 8 }),
  'draft that is ready': pullRequestEvent('ready_for_review', { number: 8 }),
  label: pullRequestEvent('labeled', { number: 8 }),
  'merged pull request': pullRequestEvent('closed', { number: 8, mergeCommit: COMMIT }),
  'pull request that is given up': pullRequestEvent('closed', { number: 8 }),
  'opened pull request of a fork': pullRequestEvent('opened', FORK),
  'new commit of a fork': pullRequestEvent('synchronize', FORK),
  'closed pull request of a fork': pullRequestEvent('closed', FORK),
  'pull request of a repository that is gone': pullRequestEvent('reopened', { number: 8, from: null }),
  'push of a model': pushEvent({ after: COMMIT, modified: ['README.md', 'models/wine.uri'] }),
  'push of targets': pushEvent({ after: COMMIT, modified: ['.github/seldon.yml'] }),
  'push of other files': pushEvent({ after: COMMIT, modified: ['README.md'] }),
  'push to another branch': pushEvent({ after: COMMIT, branch: 'better-wine' }),
  'run by hand': workflowDispatchEvent({ 'model-uri': 'models:/wine-quality/7' }),
  'alias that moved': repositoryDispatchEvent('mlflow-alias', { model_uri: 'models:/wine-quality@champion' }),
  'call of another kind': repositoryDispatchEvent('deploy-docs', {}),
} satisfies Readonly<Record<string, GithubEvent>>;

type EventName = keyof typeof EVENTS;

const CHANGES: readonly EventName[] = ['opened pull request', 'new commit', 'reopened pull request'];

/** `startsWith` does not mind capitals. The action does, and ends. */
const COMMANDS: readonly EventName[] = ['command', 'command in capitals'];

/** Which of them start the job of an example; all others start those of nobody. Not named here: only a run by hand. */
const STARTS: Readonly<Record<string, readonly EventName[]>> = {
  'commands.yml': COMMANDS,
  'oidc-aks.yml': COMMANDS,
  'targets.yml': [...COMMANDS, 'push of targets'],
  'plan-model-file.yml': CHANGES,
  'gitops.yml': CHANGES,
  'plan-every-pull-request.yml': [...CHANGES, 'draft that is ready'],
  'preview-per-pull-request.yml': [...CHANGES, 'merged pull request', 'pull request that is given up'],
  'deploy-on-merge.yml': ['push of a model'],
  'canary-on-merge.yml': ['push of a model'],
  'oidc-eks.yml': ['push of a model'],
  'follow-alias.yml': [],
  'sweep-previews.yml': [],
};

function jobsOf(workflow: Workflow) {
  return Object.values(workflow.jobs);
}

/** `on:` lets it through, and the `if:` of a job does. */
function starts(workflow: Workflow, event: GithubEvent): boolean {
  const condition = (job: { readonly if?: string }) => job.if ?? 'success()';
  return hears(workflow, event) && jobsOf(workflow).some((job) => isMet(condition(job), contextsOf(event)));
}

it.each([...WORKFLOWS])('%s starts its job for the intended events', (path, workflow) => {
  const started = Object.entries(EVENTS).filter(([, event]) => starts(workflow, event));
  expect(started.map(([name]) => name)).toEqual(STARTS[path.replace('examples/', '')] ?? ['run by hand']);
});

const CONDITIONS = [...WORKFLOWS].flatMap(([path, workflow]) =>
  jobsOf(workflow)
    .flatMap((job) => [job, ...job.steps])
    .flatMap((one) => (one.if === undefined ? [] : [[path, one.if, workflow] as const])),
);

/** What an earlier step said is asked of no event. */
const OF_EVENTS = CONDITIONS.filter(([, condition]) => !condition.includes('steps.'));

it.each(OF_EVENTS)('%s: `if: %s` is true of some events and false of others', (_, condition, workflow) => {
  const heard = Object.values(EVENTS).filter((event) => hears(workflow, event));
  expect(new Set(heard.map((event) => isMet(condition, contextsOf(event))))).toEqual(new Set([true, false]));
});

it('only a file that was written is committed', () => {
  const [, condition = ''] = CONDITIONS.find(([, text]) => text.includes('steps.')) ?? [];
  const after = (outcome: string) => isMet(condition, { steps: { render: { outputs: { outcome } } } });
  expect(['rendered', 'unchanged', 'failed'].map(after)).toEqual([true, false, false]);
});

it.each([
  "github.event.issue && beginsWith('a', 'a')",
  "secrets.KUBECONFIG != ''",
  'github.event.issue &&',
  "${{ github.event.issue }} && 'x'",
])('`if: %s` is a mistake', (condition) => {
  expect(() => isMet(condition, contextsOf(EVENTS.command))).toThrow();
});

/** The group in which a run for this event waits. */
function groupOf(example: string, event: GithubEvent, runId?: number): string {
  const { concurrency, jobs } = WORKFLOWS.get(`examples/${example}`) ?? { jobs: {} };
  const { group } = concurrency ?? Object.values(jobs)[0]?.concurrency ?? { group: '' };
  return filledIn(group, contextsOf(event, runId));
}

describe('runs wait for each other', () => {
  const commented = [...WORKFLOWS].filter(
    ([, { on, concurrency }]) => 'issue_comment' in on && concurrency !== undefined,
  );

  it.each(commented)('%s: commands of all pull requests, and nothing that is none', (path, workflow) => {
    const example = path.replace('examples/', '');
    const other = said('/seldon promote', { number: 9 });
    expect(groupOf(example, other, 2)).toBe(groupOf(example, EVENTS.command, 1));
    const idle = Object.values(EVENTS).filter((event) => hears(workflow, event) && !starts(workflow, event));
    expect(idle.length).toBeGreaterThan(2);
    // GitHub keeps one run waiting and drops the others: one that does nothing must not take that place.
    const groups = idle.map((event, at) => groupOf(example, event, at));
    expect(new Set([...groups, groupOf(example, EVENTS.command)]).size).toBe(idle.length + 1);
  });

  it.each(commented)('%s: emergency and read-only commands never wait', (path) => {
    const example = path.replace('examples/', '');
    for (const verb of ['abort', 'rollback', 'status', 'help', 'lock the reason', 'unlock'])
      expect(groupOf(example, said(`/seldon ${verb}`), 7)).toMatch(/-7$/);
  });

  it('previews: those of one pull request', () => {
    const group = (number: number) =>
      groupOf('preview-per-pull-request.yml', pullRequestEvent('synchronize', { number }), number);
    expect(group(8)).toBe(groupOf('preview-per-pull-request.yml', EVENTS['merged pull request']));
    expect(group(8)).not.toBe(group(9));
  });
});

const SETTINGS = { prefix: '/seldon', allowEvents: [] };

describe('the action', () => {
  it.each(['merged pull request', 'pull request that is given up'] as const)('removes the preview of a %s', (name) => {
    expect(triggerOf(EVENTS[name], SETTINGS)).toMatchObject({ kind: 'closed', pull: { number: 8 } });
  });

  it.each(['command in capitals', 'comment that quotes a command'] as const)('ignores a %s', (name) => {
    expect(triggerOf(EVENTS[name], SETTINGS).kind).toBe('ignored');
  });
});
