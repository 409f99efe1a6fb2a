import { isJsonObject, type JsonObject } from '../base/json-value.ts';
import type { PullRequestFacts } from './admission.ts';
import { misnamedModel } from './dispatch-payload.ts';
import { effectOf } from './event-table.ts';

/** The trigger of a run, read from the runner's event. Pure; every field is validated. */

export interface RunnerEvent {
  readonly name: string;
  readonly payload: unknown;
}

/** A comment on a pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
  readonly pullRequest: number;
}

export type Trigger =
  /** The inputs say what to do. */
  | {
      readonly kind: 'step';
      /** The pull request that an event of `allow-events` is about. */
      readonly pull?: EventPullRequest;
      /** Set where `allow-events` let it in, and not the table. */
      readonly optIn?: FurtherEvent;
    }
  /** Nothing to do, and why. */
  | { readonly kind: 'ignored'; readonly why: string; readonly reason: 'not-a-command' | 'event-ignored' }
  | { readonly kind: 'comment'; readonly comment: Comment }
  /** A pull request was opened or changed: its plan is shown. */
  | { readonly kind: 'pull-request'; readonly pull: EventPullRequest }
  /** A pull request was closed: its preview goes. */
  | { readonly kind: 'closed'; readonly pull: EventPullRequest }
  /** A merge queue asks whether its plan still holds. */
  | { readonly kind: 'merge-group'; readonly group: MergeGroup }
  /** Another system says that there is a model, as MLflow's webhooks do: it may choose a model and nothing else. */
  | { readonly kind: 'dispatch'; readonly modelUri: string | undefined; readonly fault?: string };

/** A pull request, as the event has it. */
export interface EventPullRequest extends PullRequestFacts {
  readonly number: number;
}

/** What a merge queue wants to merge. */
export interface MergeGroup {
  readonly head: string;
  readonly base: string;
  readonly isDefaultBase: boolean;
  /** The pull request that the queue added last, by the name of its branch. */
  readonly pullRequest: number | undefined;
}

/** Which commit an event of `allow-events` brings. */
export interface FurtherEvent {
  /** Undefined where the event names no branch. */
  readonly branch: string | undefined;
  readonly isDefaultBranch: boolean;
  readonly isFork: boolean;
}

export interface TriggerSettings {
  /** By which a comment is meant for us, such as `/seldon`. */
  readonly prefix: string;
  /** Entries of `allow-events`. */
  readonly allowEvents: readonly string[];
}

/** What an event leads to: by the table of events, and by what its payload says. */
export function triggerOf({ name, payload }: RunnerEvent, { prefix, allowEvents }: TriggerSettings): Trigger {
  const event = isJsonObject(payload) ? payload : {};
  const action = typeof event['action'] === 'string' ? event['action'] : undefined;
  if (name === 'issue_comment') return commentTrigger(event, prefix);
  const { effect, isOptIn, why } = effectOf({ name, action }, allowEvents);
  if (effect === 'ignore') return unheard(why);
  if (event['deleted'] === true) return unheard('a branch or tag was deleted');
  if (name === 'repository_dispatch') return dispatchTrigger(event['client_payload']);
  if (name === 'merge_group') return mergeGroupTrigger(event);
  const pull = pullRequestIn(event);
  if (isOptIn) return { kind: 'step', optIn: furtherEvent(event), ...(pull !== undefined && { pull }) };
  if (effect === 'deploy') return { kind: 'step' };
  if (pull === undefined) return unheard('the event has no pull request');
  return effect === 'remove-preview' ? { kind: 'closed', pull } : { kind: 'pull-request', pull };
}

/** The branch that a pull request's or a merge queue's event goes into; of a comment the event does not say. */
export function baseOf({ payload }: RunnerEvent): string | undefined {
  const event = isJsonObject(payload) ? payload : {};
  return pullRequestIn(event)?.base ?? mergeGroupIn(event)?.base;
}

/** Events whose runs have no secrets with commits of other people. */
const OF_OUR_OWN: readonly string[] = [
  'push',
  'workflow_dispatch',
  'schedule',
  'release',
  'repository_dispatch',
  'pull_request',
];

/** Whether the workflow may choose the commit of its files. */
export function mayChooseRef({ name }: RunnerEvent): boolean {
  return OF_OUR_OWN.includes(name);
}

/** Does GitHub say that everybody may read this repository? Unknown counts as yes. */
export function isPublicRepository({ payload }: RunnerEvent): boolean {
  const repository = isJsonObject(payload) ? payload['repository'] : undefined;
  return !isJsonObject(repository) || repository['private'] !== true;
}

/** Whether the event is about a pull request, where the next command can be written. */
export function isAboutPullRequest({ name }: RunnerEvent): boolean {
  return ['issue_comment', 'pull_request', 'pull_request_target'].includes(name);
}

function commentTrigger(event: JsonObject, prefix: string): Trigger {
  const { action, issue, comment } = event;
  if (action !== 'created') return ignored(`a comment with action ${String(action)} is not a command`);
  if (!isJsonObject(issue) || !isJsonObject(issue['pull_request']))
    return ignored('the comment is not on a pull request');
  if (!isJsonObject(comment)) return ignored('the event has no comment');
  const { id, body, user } = comment;
  const author = isJsonObject(user) ? user['login'] : undefined;
  if (!isNumberOf(id) || typeof body !== 'string' || typeof author !== 'string')
    return ignored('the event has no readable comment');
  if (!isMeant(body, prefix)) return ignored(`its first line does not begin with ${prefix}`);
  if (isJsonObject(user) && user['type'] === 'Bot') return ignored(`${author} is a bot`);
  if (isJsonObject(user) && user['type'] !== undefined && user['type'] !== 'User')
    return ignored(`${author} is not a person`);
  const number = issue['number'];
  if (!isNumberOf(number)) return ignored('the event has no pull request number');
  return { kind: 'comment', comment: { id, body, author, pullRequest: number } };
}

/** A command must be at the start of the comment. Quoted or indented text is not a command. */
function isMeant(body: string, prefix: string): boolean {
  const rest = body.slice(prefix.length);
  return body.startsWith(prefix) && (rest === '' || /^\s/.test(rest));
}

function pullRequestIn(event: JsonObject): EventPullRequest | undefined {
  const { pull_request: pull } = event;
  if (!isJsonObject(pull) || !isNumberOf(pull['number'])) return undefined;
  const { head, base, state, draft } = pull;
  const number = pull['number'] as number;
  const branch = textIn(base, 'ref');
  return {
    number,
    isOpen: state === 'open',
    isDraft: draft === true,
    isFork: isFork(pull),
    head: textIn(head, 'sha') ?? '',
    base: branch ?? '',
    isDefaultBase: branch !== undefined && branch === defaultBranchOf(event, base),
  };
}

function mergeGroupTrigger(event: JsonObject): Trigger {
  const group = mergeGroupIn(event);
  return group === undefined ? unheard('the event has no merge group') : { kind: 'merge-group', group };
}

function mergeGroupIn(event: JsonObject): MergeGroup | undefined {
  const { merge_group: group } = event;
  const [head, base] = [textIn(group, 'head_sha'), textIn(group, 'base_ref')?.replace(/^refs\/heads\//, '')];
  if (head === undefined || base === undefined) return undefined;
  const [, number] = /\/pr-(\d{1,10})-[0-9a-f]{40}$/.exec((textIn(group, 'head_ref') ?? '').slice(-200)) ?? [];
  const isDefaultBase = base === defaultBranchOf(event, undefined);
  return { head, base, isDefaultBase, pullRequest: number === undefined ? undefined : Number(number) };
}

/** `workflow_run`, `check_suite` and `check_run` say which branch of which repository they were about. */
function furtherEvent(event: JsonObject): FurtherEvent {
  const { check_run: check } = event;
  const about = [event['workflow_run'], event['check_suite'], isJsonObject(check) ? check['check_suite'] : undefined];
  const run = about.find(isJsonObject);
  const branch = textIn(run, 'head_branch');
  const [theirs, ours] = [textIn(run?.['head_repository'], 'full_name'), textIn(event['repository'], 'full_name')];
  return {
    branch,
    isDefaultBranch: branch !== undefined && branch === defaultBranchOf(event, undefined),
    isFork: run?.['head_repository'] !== undefined && theirs !== ours,
  };
}

function defaultBranchOf(event: JsonObject, base: unknown): string | undefined {
  const repository = isJsonObject(base) ? base['repo'] : undefined;
  return textIn(repository, 'default_branch') ?? textIn(event['repository'], 'default_branch');
}

function textIn(value: unknown, key: string): string | undefined {
  const text = isJsonObject(value) ? value[key] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** A head whose repository was deleted also counts as a fork. */
export function isFork(pull: JsonObject): boolean {
  return repositoryOf(pull['head']) === undefined || repositoryOf(pull['head']) !== repositoryOf(pull['base']);
}

function repositoryOf(side: unknown): string | undefined {
  return isJsonObject(side) ? textIn(side['repo'], 'full_name') : undefined;
}

/** A model that cannot be read must not become the one of the workflow. */
function dispatchTrigger(payload: unknown): Trigger {
  const modelUri = isJsonObject(payload) ? payload['model_uri'] : undefined;
  if (modelUri === undefined || modelUri === null) return { kind: 'dispatch', ...misnamedModel(payload) };
  if (typeof modelUri === 'string' && modelUri.trim() !== '') return { kind: 'dispatch', modelUri };
  return unheard('its `client_payload.model_uri` is not a model URI');
}

/** GitHub's ids and numbers. */
function isNumberOf(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function ignored(why: string): Trigger {
  return { kind: 'ignored', why, reason: 'not-a-command' };
}

function unheard(why: string): Trigger {
  return { kind: 'ignored', why, reason: 'event-ignored' };
}
