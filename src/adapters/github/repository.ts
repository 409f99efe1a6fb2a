import type { Repository } from '../../report/repository.ts';
import type { GithubApi } from './api.ts';
import { listWith, objectWith } from './shapes.ts';

/** The fields of a comment that we read. */
interface Comment {
  readonly id: number;
  readonly html_url: string;
  readonly body?: string;
  readonly user?: { readonly login: string; readonly type: string } | null;
}

/** The fields of a pull request that we read. */
interface PullRequest {
  readonly number: number;
  readonly state: string;
  readonly merged_at?: string | null;
  readonly merge_commit_sha?: string | null;
}

const PER_PAGE = 100;
const COMMENT = { id: 'number', html_url: 'string' } as const;

/** The author of comments with a workflow's token; used if GitHub does not report the login. */
const WORKFLOW_BOT = 'github-actions[bot]';

/** The comments of a pull request. One comment for each object is ours. */
export class GithubRepository implements Repository {
  readonly #api: GithubApi;
  #author: Promise<string> | undefined;

  constructor(api: GithubApi) {
    this.#api = api;
  }

  async pullRequestOf(commit: string): Promise<number | undefined> {
    const pulls = await this.#api.ask({
      what: 'find the pull request of a commit',
      route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
      parameters: { commit_sha: commit },
      read: listWith<PullRequest>({ number: 'number', state: 'string' }),
    });
    const merged =
      pulls.find((pull) => pull.merge_commit_sha === commit) ??
      pulls.find((pull) => typeof pull.merged_at === 'string');
    return (merged ?? pulls.find((pull) => pull.state === 'open'))?.number;
  }

  /** A comment may exist although its creation returned an error. So each attempt to create one searches for it first. */
  async upsertComment(
    pullRequest: number,
    markers: readonly string[],
    body: (previous: string | undefined) => string,
  ): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const existing = await this.#ourComment(pullRequest, markers);
      if (existing !== undefined) return this.#editComment(existing.id, body(existing.body));
      try {
        return await this.#createComment(pullRequest, body(undefined));
      } catch (error) {
        const pause = this.#api.pauseBefore(error, attempt);
        if (pause === undefined) throw error;
        await pause;
      }
    }
  }

  async #createComment(pullRequest: number, body: string): Promise<string> {
    const created = await this.#api.ask({
      what: 'comment on the pull request',
      route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
      parameters: { issue_number: pullRequest, body },
      read: objectWith<Comment>(COMMENT),
      tries: 'once',
    });
    return created.html_url;
  }

  async #editComment(id: number, body: string): Promise<string> {
    const edited = await this.#api.ask({
      what: 'edit the comment on the pull request',
      route: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
      parameters: { comment_id: id, body },
      read: objectWith<Comment>(COMMENT),
    });
    return edited.html_url;
  }

  /** Marker and author must both match, because anyone can paste a marker into a comment. */
  async #ourComment(pullRequest: number, markers: readonly string[]): Promise<Comment | undefined> {
    this.#author ??= this.#login();
    const author = await this.#author;
    for (let page = 1; ; page++) {
      const comments = await this.#api.ask({
        what: 'read the comments of the pull request',
        route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        parameters: { issue_number: pullRequest, per_page: PER_PAGE, page },
        read: listWith<Comment>(COMMENT),
      });
      const ours = comments.find(
        ({ user, body }) => user?.login === author && markers.some((marker) => body?.startsWith(marker) === true),
      );
      if (ours !== undefined || comments.length < PER_PAGE) return ours;
    }
  }

  /** Every kind of token can read its login from GraphQL. REST (`GET /user`) refuses tokens of apps and workflows. */
  async #login(): Promise<string> {
    try {
      const answer = await this.#api.graphql<{ viewer?: { login?: string } }>('read the login', '{ viewer { login } }');
      return answer.viewer?.login ?? WORKFLOW_BOT;
    } catch {
      return WORKFLOW_BOT;
    }
  }
}
