import { isJsonObject, type JsonObject } from '../base/json-value.ts';

/** What set a run going, read from the runner's event: pure, and suspicious of every field. */

export interface RunnerEvent {
  readonly name: string;
  readonly payload: unknown;
}

/** Somebody's comment on a pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
  readonly pullRequest: number;
}

export type Trigger =
  /** Steps in any workflow: the inputs say what to do. */
  | { readonly kind: 'step' }
  /** Nothing to do, and why. */
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'comment'; readonly comment: Comment }
  /** A pull request was opened or changed: its plan is shown. */
  | {
      readonly kind: 'pull-request';
      readonly number: number;
      readonly head: string | undefined;
      readonly isFork: boolean;
    }
  /** A pull request was closed: its preview goes. */
  | { readonly kind: 'closed'; readonly number: number }
  /** Another system says that there is a model, as MLflow's webhooks do: it may choose a model and nothing else. */
  | { readonly kind: 'dispatch'; readonly modelUri: string | undefined };

const CHANGES: readonly unknown[] = ['opened', 'synchronize', 'reopened', 'ready_for_review'];

/** @param prefix by which a comment is meant for us, such as `/seldon` */
export function triggerOf({ name, payload }: RunnerEvent, prefix: string): Trigger {
  const event = isJsonObject(payload) ? payload : {};
  if (name === 'issue_comment') return commentTrigger(event, prefix);
  if (name === 'pull_request' || name === 'pull_request_target') return pullRequestTrigger(event);
  if (name === 'repository_dispatch') return { kind: 'dispatch', modelUri: modelIn(event['client_payload']) };
  return { kind: 'step' };
}

/** The branch that a pull request's event goes into; what a comment's goes into the event does not say. */
export function baseOf({ payload }: RunnerEvent): string | undefined {
  const pull = isJsonObject(payload) ? payload['pull_request'] : undefined;
  const base = isJsonObject(pull) && isJsonObject(pull['base']) ? pull['base']['ref'] : undefined;
  return typeof base === 'string' ? base : undefined;
}

/** Events that bring secrets of the default branch's workflow together with commits of whoever asks. */
const WITH_OTHERS: readonly string[] = ['issue_comment', 'pull_request_target', 'workflow_run'];

/** May the workflow say of which commit it takes its files? */
export function mayChooseRef({ name }: RunnerEvent): boolean {
  return !WITH_OTHERS.includes(name);
}

/** Is there a conversation in which the next command can be given? */
export function isAboutPullRequest({ name }: RunnerEvent): boolean {
  return ['issue_comment', 'pull_request', 'pull_request_target'].includes(name);
}

function commentTrigger(event: JsonObject, prefix: string): Trigger {
  const { action, issue, comment } = event;
  if (action !== 'created') return ignored(`a comment that was ${String(action)} is no command`);
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
  if (typeof number !== 'number') return ignored('the event has no number of a pull request');
  return { kind: 'comment', comment: { id, body, author, pullRequest: number } };
}

/** At the very start: what is quoted, indented or said in passing is no command. */
function isMeant(body: string, prefix: string): boolean {
  const rest = body.slice(prefix.length);
  return body.startsWith(prefix) && (rest === '' || /^\s/.test(rest));
}

function pullRequestTrigger(event: JsonObject): Trigger {
  const { action, pull_request: pull } = event;
  const number = isJsonObject(pull) ? pull['number'] : undefined;
  if (!isJsonObject(pull) || typeof number !== 'number') return ignored('the event has no pull request');
  if (action === 'closed') return { kind: 'closed', number };
  // A label, say: what is meant by it only the workflow knows.
  if (!CHANGES.includes(action)) return { kind: 'step' };
  const head = isJsonObject(pull['head']) ? pull['head']['sha'] : undefined;
  return { kind: 'pull-request', number, head: typeof head === 'string' ? head : undefined, isFork: isFork(pull) };
}

/** A head whose repository is gone is somebody else's, too. */
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
