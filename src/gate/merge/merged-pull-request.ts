import { isEmergency, type PullRequestFacts, type Refusal } from '../admission.ts';
import type { Command } from '../command.ts';

/**
 * A merged pull request is where people decide about what its merge brought. All else that is closed has no command that
 * changes something.
 */
export function closedRefusal(pullRequest: PullRequestFacts, { verb, args }: Command): Refusal | undefined {
  const { isOpen, isInBase, base } = pullRequest;
  if (isOpen || isEmergency(verb) || verb === 'status' || verb === 'help') return undefined;
  if (isInBase === undefined)
    return refusal(
      'pull-request-closed',
      'this pull request is closed',
      'reopen it, or comment on an open pull request',
    );
  if (!isMerged(pullRequest)) {
    const sentence =
      isInBase === 'no'
        ? `the merge commit of this pull request is no longer in \`${base}\``
        : `GitHub did not say whether the merge commit of this pull request is in \`${base}\``;
    return refusal('pull-request-closed', sentence, 'comment on an open pull request');
  }
  const decided = verb === 'plan' ? args.get('mode') : verb;
  if (decided === 'promote' || decided === 'rollback') return undefined;
  return refusal(
    'pull-request-closed',
    'this pull request is merged, so a command here can only promote or roll back what it deployed',
    'comment `promote` or `rollback` here, or other commands on an open pull request',
  );
}

/** Its merge commit is in the base branch. */
export function isMerged({ isInBase }: Pick<PullRequestFacts, 'isInBase'>): boolean {
  return isInBase === 'yes';
}

function refusal(reason: 'pull-request-closed', sentence: string, cure: string): Refusal {
  return { reason, sentence, cure };
}
