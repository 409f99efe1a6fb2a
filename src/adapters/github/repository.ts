import type { Repository } from '../../report/repository.ts';
import type { GithubApi } from './api.ts';

/** The fields of a comment that we read. */
interface Comment {
  readonly id: number;
  readonly html_url: string;
  readonly body?: string;
  readonly user?: { readonly login: string; readonly type: string } | null;
}

const PER_PAGE = 100;

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
    const found = await this.#api.ask(
      'find the pull request of a commit',
      'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
      {
        commit_sha: commit,
      },
    );
    const pulls = found as readonly {
      number: number;
      state: string;
      merged_at: string | null;
      merge_commit_sha?: string | null;
    }[];
    const merged =
      pulls.find((pull) => pull.merge_commit_sha === commit) ?? pulls.find((pull) => pull.merged_at !== null);
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
    const what = 'comment on the pull request';
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const created = await this.#api.ask(what, route, { issue_number: pullRequest, body }, 'once');
    return (created as Comment).html_url;
  }

  async #editComment(id: number, body: string): Promise<string> {
    const what = 'edit the comment on the pull request';
    const edited = await this.#api.ask(what, 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      comment_id: id,
      body,
    });
    return (edited as Comment).html_url;
  }

  /** Marker and author must both match, because anyone can paste a marker into a comment. */
  async #ourComment(pullRequest: number, markers: readonly string[]): Promise<Comment | undefined> {
    this.#author ??= this.#login();
    const author = await this.#author;
    for (let page = 1; ; page++) {
      const comments = (await this.#api.ask(
        'read the comments of the pull request',
        'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        {
          issue_number: pullRequest,
          per_page: PER_PAGE,
          page,
        },
      )) as readonly Comment[];
      const ours = comments.find(
        ({ user, body }) => user?.login === author && markers.some((marker) => body?.startsWith(marker) === true),
      );
      if (ours !== undefined || comments.length < PER_PAGE) return ours;
    }
  }

  /** Every kind of token can read its login from GraphQL. REST (`GET /user`) refuses tokens of apps and workflows. */
  async #login(): Promise<string> {
    try {
      const { viewer } = await this.#api.graphql<{ viewer: { login: string } }>('{ viewer { login } }');
      return viewer.login;
    } catch {
      return WORKFLOW_BOT;
    }
  }
}
