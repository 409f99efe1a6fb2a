import { UserError } from '../../base/errors.ts';
import { type Answer, type PullRequestFacts, ROLES, type Role, type Verdict } from '../../gate/admission.ts';
import type { Collaboration, Reaction } from '../../gate/collaboration.ts';
import { isFork } from '../../gate/event.ts';
import type { CheckFacts, PullRequest, RepositoryFile, ReviewFacts } from './answers.ts';
import type { Failure, GithubApi } from './api.ts';
import { listWith, objectWith } from './shapes.ts';

/** Roles, pull request state and files of the repository, from GitHub's API. */
export class GithubCollaboration implements Collaboration {
  readonly #api: GithubApi;
  /** `owner/name`. */
  readonly #repository: string;

  constructor(api: GithubApi, repository: string) {
    this.#api = api;
    this.#repository = repository;
  }

  /** Reads `role_name` from REST, which has `maintain` and `triage`. The older `permission` reports them as `write` and `read`. */
  async roleOf(login: string): Promise<Role | 'unknown'> {
    const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
    try {
      const { role_name: role, permission } = await this.#api.ask({
        what: `read the role of ${login}`,
        route,
        parameters: { username: login },
        read: objectWith<{ readonly role_name?: string; readonly permission: string }>({ permission: 'string' }),
      });
      // A custom role of the organisation is based on one of the five: that one counts.
      return ROLES.find((one) => one === role) ?? ROLES.find((one) => one === permission) ?? 'unknown';
    } catch (error) {
      if (statusOf(error) === 404) return 'none';
      throw error;
    }
  }

  async pullRequest(number: number): Promise<PullRequestFacts> {
    const pull = await this.#api.ask({
      what: 'read the pull request',
      route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
      parameters: { pull_number: number },
      read: objectWith<PullRequest>({ state: 'string', head: 'object', base: 'object' }),
    });
    const isInBase = pull.merged === true ? await this.#isInBranch(pull.merge_commit_sha, pull.base.ref) : undefined;
    return {
      isOpen: pull.state === 'open',
      isDraft: pull.draft === true,
      isFork: isFork({ ...pull }),
      head: pull.head.sha,
      base: pull.base.ref,
      isDefaultBase: pull.base.ref === pull.base.repo?.default_branch,
      ...(isInBase !== undefined && { isInBase }),
    };
  }

  /** A merge that was taken out of the branch again, by a force push, leaves its commit elsewhere. */
  async #isInBranch(commit: string | null | undefined, branch: string): Promise<Answer> {
    if (commit === null || commit === undefined) return 'unknown';
    const route = 'GET /repos/{owner}/{repo}/compare/{basehead}';
    const basehead = `${branch}...${commit}`;
    try {
      const { status } = await this.#api.ask({
        what: 'look for the merge commit',
        route,
        parameters: { basehead, per_page: 1 },
        read: objectWith<{ readonly status: string }>({ status: 'string' }),
      });
      // `behind`: the branch has all that the commit has, and more.
      return status === 'behind' || status === 'identical' ? 'yes' : 'no';
    } catch {
      // Without permission GitHub finds nothing, as for a commit that is gone.
      return 'unknown';
    }
  }

  async isApproved(pullRequest: number): Promise<Verdict> {
    const query = `query ($owner: String!, $name: String!, $number: Int!) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) {
        reviewDecision headRefOid
        reviewRequests(first: 10) { nodes { requestedReviewer { ... on User { login } ... on Team { slug } } } }
        latestOpinionatedReviews(first: 100) { nodes { state author { login } commit { oid } } }
      } }
    }`;
    const answer = await this.#graphql<{ repository?: { pullRequest?: ReviewFacts | null } | null }>(query, {
      number: pullRequest,
    });
    const facts = answer?.repository?.pullRequest;
    const decision = facts?.reviewDecision;
    if (facts === undefined || facts === null || decision === undefined || decision === null) return UNKNOWN;
    const asked = (facts.reviewRequests?.nodes ?? []).map(({ requestedReviewer: one }) => one?.login ?? one?.slug);
    const against = (facts.latestOpinionatedReviews?.nodes ?? [])
      .filter(({ state }) => state === 'CHANGES_REQUESTED')
      .map(({ author }) => author?.login);
    const missing = [...asked, ...against].filter((one) => one !== undefined);
    if (decision !== 'APPROVED') return { answer: 'no', missing };
    // GitHub keeps an approval after a push, unless the branch's protection says otherwise.
    return isOfNewest(facts) ? { answer: 'yes', missing } : { answer: 'no', missing: [OF_NEWEST] };
  }

  async checksPass(commit: string): Promise<Verdict> {
    const query = `query ($owner: String!, $name: String!, $commit: GitObjectID!) {
      repository(owner: $owner, name: $name) { object(oid: $commit) { ... on Commit { statusCheckRollup { state
        contexts(first: 50) { nodes { ... on CheckRun { name conclusion } ... on StatusContext { context state } } }
      } } } }
    }`;
    const answer = await this.#graphql<{
      repository?: { object?: { statusCheckRollup?: CheckFacts | null } | null } | null;
    }>(query, { commit });
    const rollup = answer?.repository?.object?.statusCheckRollup;
    if (rollup?.state === undefined) return UNKNOWN;
    const missing = (rollup.contexts?.nodes ?? [])
      .filter(({ conclusion, state }) => !GOOD.includes(conclusion ?? state ?? ''))
      .flatMap(({ name, context }) => name ?? context ?? []);
    return { answer: rollup.state === 'SUCCESS' ? 'yes' : 'no', missing };
  }

  /** Only comments that we wrote: anybody may paste a plan into one of their own. */
  async ownComments(pullRequest: number): Promise<readonly string[]> {
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const parameters = { issue_number: pullRequest, per_page: 100 };
    const read = listWith<{ readonly body?: string; readonly user?: { readonly login: string } | null }>({
      id: 'number',
    });
    const [author, comments] = await Promise.all([
      this.#login(),
      this.#api.ask({ what: 'read the comments', route, parameters, read }),
    ]);
    return comments
      .filter(({ user, body }) => user?.login === author && body?.startsWith('<!-- mlflow-to-seldon: ') === true)
      .map(({ body }) => body ?? '');
  }

  async #login(): Promise<string> {
    const answer = await this.#graphql<{ viewer?: { login?: string } }>('{ viewer { login } }', {});
    return answer?.viewer?.login ?? 'github-actions[bot]';
  }

  async isMember(team: string, login: string): Promise<Answer> {
    const [org = '', slug = ''] = team.split('/');
    const route = 'GET /orgs/{org}/teams/{team_slug}/memberships/{username}';
    try {
      const { state } = await this.#api.ask({
        what: 'read a team',
        route,
        parameters: { org, team_slug: slug, username: login },
        read: objectWith<{ readonly state: string }>({ state: 'string' }),
      });
      return state === 'active' ? 'yes' : 'no';
    } catch (error) {
      return statusOf(error) === 404 ? 'no' : 'unknown';
    }
  }

  /** Resolves the commit first, so that the content and the reported commit match. */
  async readFile(path: string, ref: string): Promise<{ readonly text: string; readonly commit: string }> {
    const what = `read ${path} of the repository`;
    try {
      const { sha: commit } = await this.#api.ask({
        what,
        route: 'GET /repos/{owner}/{repo}/commits/{ref}',
        parameters: { ref },
        read: objectWith<{ readonly sha: string }>({ sha: 'string' }),
      });
      const route = 'GET /repos/{owner}/{repo}/contents/{path}';
      // A folder is a list.
      const read = (data: unknown) => objectWith<RepositoryFile>({ type: 'string' })(data) ?? listWith(NOTHING)(data);
      const found = await this.#api.ask({ what, route, parameters: { path, ref: commit }, read });
      const file: RepositoryFile = 'type' in found ? found : {};
      if (file.type !== 'file' || file.encoding !== 'base64' || file.content === undefined)
        throw new UserError('github-failed', `could not ${what}: it is not a plain file of at most 1 MB`, {
          hint: 'name a file in `config`, not a folder, link or submodule, and keep it below 1 MB',
        });
      return { text: Buffer.from(file.content, 'base64').toString('utf8'), commit };
    } catch (error) {
      if (statusOf(error) === 422)
        throw new UserError('github-failed', `could not ${what}: it has no branch, tag or commit ${ref}`, {
          hint: 'correct the input `config-ref`, or run the workflow on a commit that is pushed',
          cause: error,
        });
      if (![403, 404].includes(statusOf(error) ?? 0)) throw error;
      throw new UserError(
        'github-failed',
        `could not ${what} at ${ref}: GitHub does not find it, or access is denied`,
        {
          hint: 'check the path, and that the job has `permissions: contents: read`',
          cause: error,
        },
      );
    }
  }

  async react(comment: number, reaction: Reaction): Promise<void> {
    const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';
    const parameters = { comment_id: comment, content: reaction };
    await this.#api.ask({ what: 'react to the comment', route, parameters, read: objectWith({ id: 'number' }) });
  }

  /** Undefined if GitHub does not answer. An unknown answer counts as no. */
  async #graphql<T>(query: string, variables: Record<string, unknown>): Promise<T | undefined> {
    const [owner = '', name = ''] = this.#repository.split('/');
    try {
      return await this.#api.graphql<T>('read a pull request or commit', query, { owner, name, ...variables });
    } catch {
      return undefined;
    }
  }
}

const NOTHING = {};
const OF_NEWEST = 'an approval of the newest commit';

/** Has somebody approved what is the head now? */
function isOfNewest({ headRefOid, latestOpinionatedReviews }: ReviewFacts): boolean {
  const approvals = (latestOpinionatedReviews?.nodes ?? []).filter(({ state }) => state === 'APPROVED');
  return headRefOid === undefined || approvals.some(({ commit }) => commit?.oid === headRefOid);
}

const UNKNOWN: Verdict = { answer: 'unknown', missing: [] };

/** Ends of checks that do not stand in the way. */
const GOOD: readonly string[] = ['SUCCESS', 'NEUTRAL', 'SKIPPED'];

function statusOf(error: unknown): number | undefined {
  return error instanceof UserError ? (error.cause as Failure | undefined)?.status : undefined;
}
