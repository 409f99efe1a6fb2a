import type { PullRequestHint } from './pull-request.ts';
import type { Repository } from './repository.ts';

/** The number of the pull request that a run belongs to; undefined where there is none, or nobody may be asked. */
export async function findPullRequest(
  hint: PullRequestHint | undefined,
  repository: Repository | undefined,
): Promise<number | undefined> {
  if (hint === undefined) return undefined;
  return 'number' in hint ? hint.number : repository?.pullRequestOf(hint.commit);
}
