import { UserError } from '../base/errors.ts';
import type { PullRequestFacts, Refusal } from './admission.ts';
import { baseRefusal } from './admission-rules.ts';
import type { Command } from './command.ts';
import type { EventPullRequest, FurtherEvent } from './event.ts';
import { type GateDecision, type GateRequest, proceed, refuse } from './gate-decision.ts';
import { checkHead, openGate, policyOf, withdrawn } from './pull-request-gate.ts';
import { readTargetInputs } from './read-target-inputs.ts';
import { isPreview, type RunInputs, runInputsOf } from './run-inputs.ts';

/** The user who caused the event needs the role of the command that does the same. */
const DEPLOY: Command = { verb: 'deploy', model: undefined, target: undefined, args: new Map() };

/**
 * An event of `allow-events`, which others may have caused: judged like the command `deploy` of the person who started
 * the run, at the beginning and again right before the first change.
 */
export async function admitFurtherEvent(
  request: GateRequest,
  event: FurtherEvent,
  { pull }: { readonly pull: EventPullRequest | undefined },
): Promise<GateDecision> {
  const { raw, repository, actor } = request;
  if (repository === undefined) {
    throw new UserError('bad-input', '`allow-events` needs `github-token`, to ask who caused the event', {
      hint: 'leave the input `github-token` to its default',
    });
  }
  const early = branchRefusal(event, policyOf(raw));
  if (early !== undefined) return refuse(early);
  const question = { author: actor, actor, pullRequest: pull?.number ?? factsOf(event) };
  const places = await readTargetInputs(request, request.ref);
  if (places.some(isPreview)) {
    const cure = 'use the event `pull_request` for previews';
    return refuse({ reason: 'event-not-allowed', sentence: 'an event of `allow-events` ships no preview', cure });
  }
  const orders: readonly RunInputs[] = places.map((place) => runInputsOf(place, new Map()));
  const judge = async () => {
    const gate = await openGate(repository, question);
    for (const order of orders) {
      const refusal = await gate.judge(order, DEPLOY);
      if (refusal !== undefined) return { refusal, gate };
    }
    return { refusal: undefined, gate };
  };
  const { refusal } = await judge();
  if (refusal !== undefined) return refuse(refusal);
  const confirm = async () => {
    const { refusal: now, gate } = await judge();
    if (pull !== undefined) checkHead(gate.pullRequest, pull.head);
    if (now !== undefined) throw withdrawn(now);
  };
  return proceed(orders, { confirm, ...(pull !== undefined && { pull }) });
}

function branchRefusal(
  { branch, isDefaultBranch, isFork }: FurtherEvent,
  { bases, allowForks }: ReturnType<typeof policyOf>,
): Refusal | undefined {
  if (isFork && !allowForks) {
    const cure = 'wait until it is merged, or set `allow-forks: true`';
    return { reason: 'fork-refused', sentence: 'this event is about a commit of a fork', cure };
  }
  return branch === undefined ? undefined : baseRefusal({ base: branch, isDefaultBase: isDefaultBranch }, bases);
}

/** What stands for the pull request where the event has none: the commit of a branch that is allowed. */
function factsOf({ branch, isFork }: FurtherEvent): PullRequestFacts {
  return { isOpen: true, isDraft: false, isFork, head: '', base: branch ?? '', isDefaultBase: true };
}
