import { describe, expect, it } from 'vitest';
import {
  type CommentSeed,
  commentEvent,
  type PullRequestAction,
  pullRequestEvent,
  pushEvent,
  repositoryDispatchEvent,
  workflowDispatchEvent,
} from '../../sandbox/github/events.ts';
import { type RunnerEvent, triggerOf } from '../../src/gate/event.ts';

const HEAD = 'a'.repeat(40);

function pull(action: PullRequestAction, from?: string | null): RunnerEvent {
  return pullRequestEvent(action, { number: 8, ...(from !== undefined && { from }) });
}

function asTarget(event: RunnerEvent): RunnerEvent {
  return { ...event, name: 'pull_request_target' };
}

const PULL = { number: 8, head: HEAD, isFork: false, isOpen: true, isDraft: false, base: 'main', isDefaultBase: true };
const OURS = { kind: 'pull-request', pull: PULL };
const FORKED = { kind: 'pull-request', pull: { ...PULL, isFork: true } };
const CLOSED = { kind: 'closed', pull: { ...PULL, isOpen: false } };

it.each<readonly [string, RunnerEvent, object]>([
  ['a push', pushEvent({ after: HEAD }), { kind: 'step' }],
  ['a run by hand', workflowDispatchEvent({ 'model-uri': 'models:/wine/1' }), { kind: 'step' }],
  // A called workflow has the name of its caller's event.
  ['a called workflow', { name: 'workflow_call', payload: {} }, expect.objectContaining({ kind: 'ignored' })],
  ['a schedule', { name: 'schedule', payload: { schedule: '17 4 * * 1' } }, { kind: 'step' }],
  ['an opened pull request', pull('opened'), OURS],
  ['a new commit', pull('synchronize'), OURS],
  ['a draft that is ready', pull('ready_for_review'), OURS],
  ['a reopened one, on the base’s side', asTarget(pull('reopened')), OURS],
  ['one from a fork', pull('opened', 'stranger/wine'), FORKED],
  ['one from a fork, on the base’s side', asTarget(pull('opened', 'stranger/wine')), FORKED],
  ['one from a repository that is gone', pull('opened', null), FORKED],
  ['a label', pull('labeled'), OURS],
  ['a merge', pullRequestEvent('closed', { number: 8, mergeCommit: HEAD }), CLOSED],
  ['a pull request that is given up', pull('closed'), CLOSED],
  [
    'a pull request of which nothing is said',
    { name: 'pull_request', payload: { action: 'opened' } },
    { kind: 'ignored', why: 'the event has no pull request', reason: 'event-ignored' },
  ],
  [
    'a dispatched model, and what else is sent',
    repositoryDispatchEvent('mlflow-alias', { model_uri: 'models:/wine/1', name: 'x' }),
    { kind: 'dispatch', modelUri: 'models:/wine/1' },
  ],
  [
    'a dispatched model that is no text',
    repositoryDispatchEvent('mlflow-alias', { model_uri: 5 }),
    { kind: 'ignored', why: 'its `client_payload.model_uri` is not a model URI', reason: 'event-ignored' },
  ],
])('%s', (_, event, trigger) => {
  expect(triggerOf(event, { prefix: '/seldon', allowEvents: [] })).toEqual(trigger);
});

describe('a comment', () => {
  const said = (body: string, { prefix = '/seldon', ...seed }: Partial<CommentSeed> & { prefix?: string } = {}) =>
    triggerOf(commentEvent({ id: 5, login: 'maria', body, number: 8, ...seed }), { prefix, allowEvents: [] });

  it('is read only if it begins with the prefix', () => {
    expect(said('/seldon')).toEqual({
      kind: 'comment',
      comment: { id: 5, body: '/seldon', author: 'maria', pullRequest: 8 },
    });
    expect(said('/seldon plan\r\nplease').kind).toBe('comment');
    expect(said('.deploy now', { prefix: '.deploy' }).kind).toBe('comment');
    expect(said('/seldonish').kind).toBe('ignored');
    expect(said('please /seldon plan').kind).toBe('ignored');
  });

  it('is ignored on an issue, from a bot, or if it is edited or deleted', () => {
    expect(said('/seldon', { isOnIssue: true })).toMatchObject({ why: 'the comment is not on a pull request' });
    expect(said('/seldon', { login: 'helper[bot]' })).toMatchObject({ why: 'helper[bot] is a bot' });
    expect(said('/seldon', { action: 'edited' })).toMatchObject({
      why: 'a comment with action edited is not a command',
    });
    expect(said('/seldon', { action: 'deleted' })).toMatchObject({
      why: 'a comment with action deleted is not a command',
    });
  });
});
