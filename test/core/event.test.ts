import { expect, it } from 'vitest';
import { commentEvent } from '../../sandbox/github/events.ts';
import { triggerOf } from '../../src/core/event.ts';

const HEAD = 'a'.repeat(40);

function pull(action: string, repository: string | null = 'acme/wine') {
  const head = { sha: HEAD, repo: repository === null ? null : { full_name: repository } };
  return { action, pull_request: { number: 8, head, base: { repo: { full_name: 'acme/wine' } } } };
}

it.each([
  ['push', {}, { kind: 'step' }],
  ['workflow_dispatch', {}, { kind: 'step' }],
  ['workflow_call', {}, { kind: 'step' }],
  ['schedule', {}, { kind: 'step' }],
  ['pull_request', pull('opened'), { kind: 'pull-request', number: 8, head: HEAD, isFork: false }],
  ['pull_request', pull('synchronize'), { kind: 'pull-request', number: 8, head: HEAD, isFork: false }],
  ['pull_request_target', pull('reopened'), { kind: 'pull-request', number: 8, head: HEAD, isFork: false }],
  ['pull_request', pull('opened', 'stranger/wine'), { kind: 'pull-request', number: 8, head: HEAD, isFork: true }],
  ['pull_request', pull('opened', null), { kind: 'pull-request', number: 8, head: HEAD, isFork: true }],
  ['pull_request', pull('labeled'), { kind: 'step' }],
  ['pull_request', pull('closed'), { kind: 'closed', number: 8 }],
  ['pull_request', { action: 'opened' }, { kind: 'ignored', why: 'the event has no pull request' }],
  [
    'repository_dispatch',
    { client_payload: { model_uri: 'models:/wine/1', name: 'x' } },
    { kind: 'dispatch', modelUri: 'models:/wine/1' },
  ],
  ['repository_dispatch', { client_payload: { model_uri: 5 } }, { kind: 'dispatch', modelUri: undefined }],
] as const)('%s with %j', (name, payload, trigger) => {
  expect(triggerOf({ name, payload }, '/seldon')).toEqual(trigger);
});

it('hears a comment that begins with the prefix, and nothing else', () => {
  const said = (body: string, prefix = '/seldon') => {
    const payload = commentEvent({ id: 1, login: 'maria', body, pullRequest: 8 });
    return triggerOf({ name: 'issue_comment', payload }, prefix).kind;
  };
  expect(said('/seldon')).toBe('comment');
  expect(said('/seldon plan\r\nplease')).toBe('comment');
  expect(said('.deploy now', '.deploy')).toBe('comment');
  expect(said('/seldonish')).toBe('ignored');
  expect(said('please /seldon plan')).toBe('ignored');
});
