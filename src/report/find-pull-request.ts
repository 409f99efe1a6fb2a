import type { PullRequestHint } from './pull-request.ts';
import type { Repository } from './repository.ts';

/** The number of the pull request that a run belongs to; undefined if there is none, or if there is no token to ask GitHub. */
export async function findPullRequest(
  hint: PullRequestHint | undefined,
  repository: Repository | undefined,
): Promise<number | undefined> {
  if (hint === undefined) return undefined;
  return 'number' in hint ? hint.number : repository?.pullRequestOf(hint.commit);
}
