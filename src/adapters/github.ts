import { UserError } from '../core/errors.ts';
import type { Clock, Repository } from '../ports.ts';
import { createAgent, send } from './http.ts';

export interface GithubOptions {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** GITHUB_API_URL; other than github.com on GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly clock: Clock;
}

/** The parts of GitHub's answers that are read here. */
interface Comment {
  readonly id: number;
  readonly html_url: string;
  readonly body?: string;
  readonly user?: { readonly login: string; readonly type: string } | null;
}

interface Failure {
  readonly status?: number;
  readonly message: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

type Octokit = ReturnType<typeof import('@actions/github')['getOctokit']>;

/** Milliseconds one request may take, and tries in all. */
const DEADLINE = 15_000;
const TRIES = 4;
const PER_PAGE = 100;

/** Who the token of a workflow writes as. It may not ask who it is: GET /user is refused to it. */
const WORKFLOW_BOT = 'github-actions[bot]';

/** The pull request's side of GitHub, over octokit. Loaded when first used: a run that tells nobody does without. */
export class GithubRepository implements Repository {
  readonly #options: GithubOptions;
  #octokit: Promise<Octokit> | undefined;

  constructor(options: GithubOptions) {
    this.#options = options;
  }

  async pullRequestOf(commit: string): Promise<number | undefined> {
    const found = await this.#ask(
      'look up the pull request of a commit',
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

  async upsertComment(pullRequest: number, marker: string, body: string): Promise<string> {
    const existing = await this.#ourComment(pullRequest, marker);
    const written =
      existing === undefined
        ? await this.#ask('comment on the pull request', 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
            issue_number: pullRequest,
            body,
          })
        : await this.#ask(
            'edit the comment on the pull request',
            'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
            { comment_id: existing.id, body },
          );
    return (written as Comment).html_url;
  }

  /** Marker and author must both be ours: anybody can paste a marker into a comment of their own. */
  async #ourComment(pullRequest: number, marker: string): Promise<Comment | undefined> {
    const author = await this.#login();
    for (let page = 1; ; page++) {
      const comments = (await this.#ask(
        'read the comments of the pull request',
        'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        {
          issue_number: pullRequest,
          per_page: PER_PAGE,
          page,
        },
      )) as readonly Comment[];
      const ours = comments.find(
        (comment) => comment.user?.login === author && comment.body?.startsWith(marker) === true,
      );
      if (ours !== undefined || comments.length < PER_PAGE) return ours;
    }
  }

  /** A personal token or an app's user token may ask who it is; the token of a workflow may not. */
  async #login(): Promise<string> {
    try {
      const user = (await this.#ask('ask who the token belongs to', 'GET /user', {})) as { login: string };
      return user.login;
    } catch (error) {
      if (error instanceof UserError && isForbidden(error.cause)) return WORKFLOW_BOT;
      throw error;
    }
  }

  async #ask(what: string, route: string, parameters: Record<string, unknown>): Promise<unknown> {
    const [owner = '', repo = ''] = this.#options.repository.split('/');
    const octokit = await this.#open();
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await octokit.request(route, { owner, repo, ...parameters });
        return answer.data;
      } catch (error) {
        const failure = error as Failure;
        const wait = waitBefore(failure, attempt);
        if (wait === undefined || attempt >= TRIES) throw explain(what, failure);
        await this.#options.clock.sleep(wait);
      }
    }
  }

  #open(): Promise<Octokit> {
    this.#octokit ??= import('@actions/github').then(({ getOctokit }) =>
      getOctokit(this.#options.token, {
        baseUrl: this.#options.apiUrl,
        log: SILENT,
        request: { fetch: fetcher(this.#options.apiUrl) },
      }),
    );
    return this.#octokit;
  }
}

/** What octokit asks of a `fetch`. */
interface FetchOptions {
  readonly method: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * octokit's requests over our own HTTP: one deadline, proxies honoured, and no undici, which would cost every run 45 ms
 * and 10 MB.
 */
function fetcher(apiUrl: string): (url: string, options: FetchOptions) => Promise<unknown> {
  const agent = createAgent(new URL(apiUrl).protocol);
  return async (url, { method, body, headers }) => {
    const answer = await send({ method, url: new URL(url), headers, agent, timeout: DEADLINE, ...(body && { body }) });
    const told = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
    return { url, status: answer.status, statusText: '', headers: new Map(told), text: async () => answer.body };
  };
}

/** octokit would print each failed request with its URL; what fails is told once, by us. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Milliseconds until a retry; undefined when a retry is of no use. */
function waitBefore({ status = 0, message, response }: Failure, attempt: number): number | undefined {
  const asked = Number(response?.headers?.['retry-after']);
  const isLimit = status === 429 || (status === 403 && (asked > 0 || /secondary rate limit/i.test(message)));
  if (isLimit) return Math.min(asked > 0 ? asked * 1000 : 2_000 * 2 ** attempt, 60_000);
  return status >= 500 || status === 0 ? 250 * 2 ** attempt : undefined;
}

function isForbidden(cause: unknown): boolean {
  const status = (cause as Failure | undefined)?.status;
  return status === 403 || status === 401;
}

function explain(what: string, failure: Failure): UserError {
  const { status = 0 } = failure;
  const reason =
    status === 0 ? 'GitHub did not answer' : `GitHub answered ${status}: ${failure.message.split(' - http')[0]}`;
  return new UserError('github-failed', `could not ${what}: ${reason}`, { cause: failure, hint: HINTS[status] });
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'the input `github-token` is not valid',
  403: 'give the job `permissions: pull-requests: write`; a run from a fork never has it',
  404: 'check the input `pull-request`, and that `github-token` may read this repository',
  410: 'the conversation is locked or gone',
  422: 'GitHub did not take the text of the comment',
};
