import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import {
  commentEvent,
  type GithubEvent,
  mergeGroupEvent,
  pullRequestEvent,
  pushEvent,
  repositoryDispatchEvent,
  workflowDispatchEvent,
} from '../../sandbox/github/events.ts';

/** GitHub's published schema of all its events. It allows no field that it does not know. */
const SCHEMA: object = createRequire(import.meta.url)('@octokit/webhooks-schemas');

const ajv = new Ajv({
  // Each definition is used as it is; the schema's own hints for types are none of JSON Schema.
  strict: false,
  // Each definition is compiled once: this takes a third of the time.
  inlineRefs: false,
  code: { optimize: false },
  formats: {
    uri: (text) => URL.canParse(text),
    'uri-template': (text) => URL.canParse(text.replace(/\{[^{}]*\}/g, '')),
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/,
  },
}).addSchema(SCHEMA, 'github');

/** What the schema holds against a payload: places and sentences. */
function faultsOf({ name, payload }: GithubEvent): readonly string[] {
  const kind = typeof payload['action'] === 'string' && name !== 'repository_dispatch' ? payload['action'] : 'event';
  const validate = ajv.getSchema(`github#/definitions/${name}$${kind}`);
  if (validate === undefined) return [`GitHub has no event ${name} of kind ${kind}`];
  void validate(payload);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

const said = { login: 'maria', body: '/seldon plan', number: 8 };

const EVENTS: Readonly<Record<string, GithubEvent>> = {
  'a comment on a pull request': commentEvent(said),
  'a comment on an issue': commentEvent({ ...said, isOnIssue: true }),
  'a comment of a bot': commentEvent({ ...said, login: 'helper[bot]' }),
  'an edited comment': commentEvent({ ...said, action: 'edited' }),
  'a deleted comment': commentEvent({ ...said, action: 'deleted' }),
  'an opened pull request': pullRequestEvent('opened', { number: 8 }),
  'an opened draft': pullRequestEvent('opened', { number: 8, isDraft: true }),
  'a pull request from a fork': pullRequestEvent('opened', { number: 8, from: 'stranger/wine' }),
  'a pull request from a repository that is gone': pullRequestEvent('synchronize', { number: 8, from: null }),
  'a pull request with a new commit': pullRequestEvent('synchronize', { number: 8 }),
  'a reopened pull request': pullRequestEvent('reopened', { number: 8 }),
  'a pull request that is a draft no more': pullRequestEvent('ready_for_review', { number: 8 }),
  'a pull request with a label': pullRequestEvent('labeled', { number: 8 }),
  'a pull request that is given up': pullRequestEvent('closed', { number: 8 }),
  'a merged pull request': pullRequestEvent('closed', { number: 8, mergeCommit: 'b'.repeat(40) }),
  'a merge queue': mergeGroupEvent(8),
  'a push': pushEvent({ after: 'b'.repeat(40) }),
  'a run by hand': workflowDispatchEvent({ 'model-uri': 'models:/wine-quality/7' }),
  'a call of another system': repositoryDispatchEvent('mlflow-alias', { model_uri: 'models:/wine-quality/7' }),
};

describe('by GitHub’s schema', () => {
  it.each(Object.entries(EVENTS))('%s is complete and has no other fields', (_, event) => {
    expect(faultsOf(event)).toEqual([]);
  });

  it.each<readonly [string, GithubEvent, string]>([
    [
      'lacks a field',
      without(pushEvent({ after: 'b'.repeat(40) }), 'head_commit'),
      "must have required property 'head",
    ],
    ['has one too many', also(commentEvent(said), { pull_request: {} }), 'must NOT have additional properties'],
    [
      'has a closed pull request that was opened',
      also(EVENTS['a merged pull request'], { action: 'opened' }),
      '/state',
    ],
    [
      'has an address that is none',
      also(commentEvent(said), { sender: { url: 'nowhere' } }),
      'must match format "uri"',
    ],
    ['has an action that GitHub does not know', also(commentEvent(said), { action: 'shouted' }), 'GitHub has no event'],
  ])('a payload is wrong that %s', (_, event, fault) => {
    expect(faultsOf(event).join('\n')).toContain(fault);
  });
});

/** The event with some of its fields said differently. */
function also(event: GithubEvent | undefined, fields: Readonly<Record<string, object | string>>): GithubEvent {
  const { name, payload } = event ?? { name: '', payload: {} };
  const said = Object.entries(fields).map(([key, value]) => {
    return [key, typeof value === 'string' ? value : { ...(payload[key] as object | undefined), ...value }];
  });
  return { name, payload: { ...payload, ...Object.fromEntries(said) } };
}

function without({ name, payload }: GithubEvent, field: string): GithubEvent {
  const { [field]: _, ...rest } = payload;
  return { name, payload: rest };
}
