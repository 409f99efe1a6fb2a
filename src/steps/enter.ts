import type { AdmissionFacts, Policy, Refusal } from '../core/admission.ts';
import { admissionOf, modelRefusal } from '../core/admission-rules.ts';
import { type Command, helpOf, inputsOf, parseCommand } from '../core/command.ts';
import type { EarlyEnd } from '../core/draft.ts';
import { UserError } from '../core/errors.ts';
import type { Comment, Trigger } from '../core/event.ts';
import { InputReader, type RawInputs } from '../core/input-reader.ts';
import type { InputName } from '../core/inputs.ts';
import { readPolicy } from '../core/policy.ts';
import type { Reason } from '../core/report.ts';
import type { Collaboration, Reaction, Runner } from '../ports.ts';

export interface EntryRequest {
  readonly trigger: Trigger;
  readonly raw: RawInputs;
  readonly prefix: string;
  /** Who started this run. */
  readonly actor: string;
  readonly repository: Collaboration | undefined;
  readonly runner: Pick<Runner, 'info' | 'warning'>;
}

export type Entry =
  | { readonly kind: 'end'; readonly end: EarlyEnd }
  | {
      readonly kind: 'run';
      /** The inputs of the workflow, with what the event chose among what it may choose. */
      readonly raw: RawInputs;
      /** Asked right before the first change. @throws UserError when what was admitted is no longer so */
      readonly confirm: () => Promise<void>;
      /** SHA of the pull request's newest commit, where the event is about one. */
      readonly head: string | undefined;
    };

/**
 * From an event to a run: who asks, what for, and whether they may. Steps of any other workflow pass as they are. With
 * a refusal nothing was asked of the cluster or the registry.
 */
export async function enter(request: EntryRequest): Promise<Entry> {
  const { trigger, raw } = request;
  switch (trigger.kind) {
    case 'step':
      return goOn(raw, new Map());
    case 'ignored':
      return end('ignored', 'not-a-command', { sentence: trigger.why, cure: undefined });
    case 'closed':
      if (!isPreview(raw))
        return end('ignored', 'not-a-command', { sentence: 'the pull request is closed', cure: undefined });
      return goOn(raw, new Map([...previewOf(raw, trigger.number), ['mode', 'remove'], ['model-uri', '']]));
    case 'pull-request':
      return opened(raw, trigger);
    case 'dispatch':
      return dispatched(request, trigger.modelUri);
    case 'comment':
      return commanded(request, trigger.comment);
  }
}

/** A pull request shows its plan; where it gets a preview, that is shipped. The code that asks for it is a fork's or ours. */
function opened(raw: RawInputs, { number, head, isFork }: Extract<Trigger, { kind: 'pull-request' }>): Entry {
  if (!isPreview(raw)) return goOn(raw, new Map([['dry-run', 'true']]), { head });
  if (isFork && !policyOf(raw).allowForks) {
    const cure = 'merge it first, or set `allow-forks: true`';
    return refused({
      reason: 'fork-refused',
      sentence: 'this pull request comes from a fork, and gets no preview',
      cure,
    });
  }
  return goOn(raw, previewOf(raw, number), { head });
}

function isPreview(raw: RawInputs): boolean {
  return raw.input('preview').trim() === 'true';
}

/** What a comment is about where it does not say. */
function placeOf(raw: RawInputs, { pullRequest }: Pick<Comment, 'pullRequest'>): ReadonlyMap<InputName, string> {
  return isPreview(raw) ? previewOf(raw, pullRequest) : new Map();
}

/** The SeldonDeployment of one pull request. */
function previewOf(raw: RawInputs, number: number): ReadonlyMap<InputName, string> {
  const name = raw.input('name').trim();
  if (name === '') {
    throw new UserError('bad-input', 'the input `preview` needs `name`, to which `-pr-<number>` is added', {
      hint: 'for example `name: wine`',
    });
  }
  return new Map([['name', `${name}-pr-${number}`]]);
}

/** Says under the comment how it ended. */
export async function answerComment({ trigger, repository, runner }: EntryRequest, isWell: boolean): Promise<void> {
  if (trigger.kind === 'comment') await react({ repository, runner }, trigger.comment, isWell ? 'rocket' : '-1');
}

function dispatched({ raw }: EntryRequest, modelUri: string | undefined): Entry {
  if (modelUri === undefined) return goOn(raw, new Map());
  const { models } = policyOf(raw);
  const refusal = modelRefusal(modelUri, raw.input('model-uri'), models);
  return refusal === undefined ? goOn(raw, new Map([['model-uri', modelUri]])) : refused(refusal);
}

async function commanded(request: EntryRequest, comment: Comment): Promise<Entry> {
  const { raw, prefix, repository, runner } = request;
  if (repository === undefined) {
    throw new UserError(
      'bad-input',
      'a comment asks for something, and there is no `github-token` to ask who wrote it',
      {
        hint: 'give `github-token`, or leave the input to its default',
      },
    );
  }
  await react({ repository, runner }, comment, 'eyes');
  const command = parseCommand(comment.body, prefix);
  if ('fault' in command) {
    // Only who may use commands at all is told how: others would make us talk.
    const refusal = await admission({ ...request, repository }, comment, HELP);
    return refusal.refusal === undefined
      ? end('refused', 'command-unknown', { sentence: command.fault, cure: `comment \`${prefix} help\`` })
      : refused(refusal.refusal);
  }
  const { refusal, head } = await admission({ ...request, repository }, comment, command);
  if (refusal !== undefined) return refused(refusal);
  if (command.verb === 'help') {
    return end('reported', 'help', {
      sentence: 'commands, on the first line of a comment',
      cure: `\n\n${helpOf(prefix)}`,
    });
  }
  const chosen = new Map(placeOf(raw, comment));
  for (const [name, value] of inputsOf(command)) chosen.set(name, value);
  chosen.set('pull-request', String(comment.pullRequest));
  return goOn(raw, chosen, { head, confirm: () => confirmHead(repository, comment.pullRequest, head) });
}

const HELP: Command = { verb: 'help', subject: undefined, args: new Map() };

async function admission(
  { raw, actor, repository }: EntryRequest & { readonly repository: Collaboration },
  { author, pullRequest: number }: Comment,
  command: Command,
): Promise<{ readonly refusal: Refusal | undefined; readonly head: string }> {
  const policy = policyOf(raw);
  const [role, actorRole, pullRequest] = await Promise.all([
    repository.roleOf(author),
    actor === author ? undefined : repository.roleOf(actor),
    repository.pullRequest(number),
  ]);
  const [isApproved, checksPass, memberships] = await Promise.all([
    policy.requireReview ? repository.isApproved(number) : undefined,
    policy.requireChecks ? repository.checksPass(pullRequest.head) : undefined,
    Promise.all(policy.teams.map((team) => repository.isMember(team, author))),
  ]);
  const facts: AdmissionFacts = {
    command,
    commenter: { login: author, role },
    actor: { login: actor, role: actorRole ?? role },
    pullRequest,
    isApproved,
    checksPass,
    inTeam: memberships.includes('yes') ? 'yes' : memberships.length > 0 ? 'no' : undefined,
    given: (name) => placeOf(raw, { pullRequest: number }).get(name) ?? raw.input(name),
    chosen: inputsOf(command),
  };
  return { refusal: admissionOf(facts, policy), head: pullRequest.head };
}

async function confirmHead(repository: Collaboration, number: number, head: string): Promise<void> {
  const now = await repository.pullRequest(number);
  if (now.head === head && now.isOpen) return;
  const what = now.isOpen ? 'got a new commit' : 'was closed';
  throw new UserError('head-moved', `the pull request ${what} while this run prepared its change`, {
    hint: 'look at it, and give the command again',
  });
}

function policyOf(raw: RawInputs): Policy {
  const read = new InputReader(raw);
  const policy = readPolicy(read);
  read.end();
  return policy;
}

function goOn(
  raw: RawInputs,
  chosen: ReadonlyMap<InputName, string>,
  { head, confirm = async () => {} }: Partial<Pick<Extract<Entry, { kind: 'run' }>, 'head' | 'confirm'>> = {},
): Entry {
  const input = (name: InputName) => chosen.get(name) ?? raw.input(name);
  return { kind: 'run', raw: { env: raw.env, input }, confirm, head };
}

function refused({ reason, sentence, cure }: Refusal): Entry {
  return end('refused', reason, { sentence, cure });
}

function end(
  outcome: EarlyEnd['outcome'],
  reason: Reason,
  { sentence, cure }: { readonly sentence: string; readonly cure: string | undefined },
): Entry {
  return { kind: 'end', end: { outcome, reason, finding: { reason, title: sentence, cure, quotes: [] } } };
}

/** A reaction is a courtesy: without it everything goes on. */
async function react(
  { repository, runner }: Pick<EntryRequest, 'repository' | 'runner'>,
  comment: Comment,
  reaction: Reaction,
): Promise<void> {
  try {
    await repository?.react(comment.id, reaction);
  } catch (error) {
    runner.info(`no reaction under the comment: ${error instanceof Error ? error.message : String(error)}`);
  }
}
