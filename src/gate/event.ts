import { isJsonObject, type JsonObject } from '../base/json-value.ts';

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
  /** A step in any other workflow: the inputs decide. */
  | { readonly kind: 'step' }
  /** The event is ignored; `why` is the reason. */
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'comment'; readonly comment: Comment }
  /** A pull request was opened or changed: show its plan. */
  | {
      readonly kind: 'pull-request';
      readonly number: number;
      readonly head: string | undefined;
      readonly isFork: boolean;
    }
  /** A pull request was closed: delete its preview. */
  | { readonly kind: 'closed'; readonly number: number }
  /** Another system, such as an MLflow webhook, announces a model. It may only choose the model. */
  | { readonly kind: 'dispatch'; readonly modelUri: string | undefined };

const CHANGES: readonly unknown[] = ['opened', 'synchronize', 'reopened', 'ready_for_review'];

/** @param prefix first word of a command, such as `/seldon` */
export function triggerOf({ name, payload }: RunnerEvent, prefix: string): Trigger {
  const event = isJsonObject(payload) ? payload : {};
  if (name === 'issue_comment') return commentTrigger(event, prefix);
  if (name === 'pull_request' || name === 'pull_request_target') return pullRequestTrigger(event);
  if (name === 'repository_dispatch') return { kind: 'dispatch', modelUri: modelIn(event['client_payload']) };
  return { kind: 'step' };
}

/** The base branch in a pull request event. The event of a comment does not contain it. */
export function baseOf({ payload }: RunnerEvent): string | undefined {
  const pull = isJsonObject(payload) ? payload['pull_request'] : undefined;
  const base = isJsonObject(pull) && isJsonObject(pull['base']) ? pull['base']['ref'] : undefined;
  return typeof base === 'string' ? base : undefined;
}

/** Events that combine secrets of the default branch's workflow with commits of other users. */
const WITH_OTHERS: readonly string[] = ['issue_comment', 'pull_request_target', 'workflow_run'];

/** Whether the workflow may choose the commit of its files. */
export function mayChooseRef({ name }: RunnerEvent): boolean {
  return !WITH_OTHERS.includes(name);
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
  if (typeof id !== 'number' || typeof body !== 'string' || typeof author !== 'string')
    return ignored('the event has no readable comment');
  if (!isMeant(body, prefix)) return ignored(`its first line does not begin with ${prefix}`);
  if (isJsonObject(user) && user['type'] === 'Bot') return ignored(`${author} is a bot`);
  const number = issue['number'];
  if (typeof number !== 'number') return ignored('the event has no pull request number');
  return { kind: 'comment', comment: { id, body, author, pullRequest: number } };
}

/** A command must be at the start of the comment. Quoted or indented text is not a command. */
function isMeant(body: string, prefix: string): boolean {
  const rest = body.slice(prefix.length);
  return body.startsWith(prefix) && (rest === '' || /^\s/.test(rest));
}

function pullRequestTrigger(event: JsonObject): Trigger {
  const { action, pull_request: pull } = event;
  const number = isJsonObject(pull) ? pull['number'] : undefined;
  if (!isJsonObject(pull) || typeof number !== 'number') return ignored('the event has no pull request');
  if (action === 'closed') return { kind: 'closed', number };
  // For example a label: only the workflow knows its meaning.
  if (!CHANGES.includes(action)) return { kind: 'step' };
  const head = isJsonObject(pull['head']) ? pull['head']['sha'] : undefined;
  return { kind: 'pull-request', number, head: typeof head === 'string' ? head : undefined, isFork: isFork(pull) };
}

/** A head whose repository was deleted also counts as a fork. */
export function isFork(pull: JsonObject): boolean {
  return repositoryOf(pull['head']) === undefined || repositoryOf(pull['head']) !== repositoryOf(pull['base']);
}

function repositoryOf(side: unknown): string | undefined {
  const repository = isJsonObject(side) ? side['repo'] : undefined;
  const name = isJsonObject(repository) ? repository['full_name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function modelIn(payload: unknown): string | undefined {
  const uri = isJsonObject(payload) ? payload['model_uri'] : undefined;
  return typeof uri === 'string' ? uri : undefined;
}

function ignored(why: string): Trigger {
  return { kind: 'ignored', why };
}
