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

/** Who the token of a workflow writes as: what is assumed where GitHub does not say. */
const WORKFLOW_BOT = 'github-actions[bot]';

/** The pull request's side of GitHub, over octokit. Loaded when first used: a run that tells nobody does without. */
export class GithubRepository implements Repository {
  readonly #options: GithubOptions;
  #octokit: Promise<Octokit> | undefined;
  #author: Promise<string> | undefined;

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

  /** A comment may be there although the answer said otherwise: each try to create one looks for it first. */
  async upsertComment(pullRequest: number, markers: readonly string[], body: string): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const existing = await this.#ourComment(pullRequest, markers);
      if (existing !== undefined) return this.#editComment(existing.id, body);
      try {
        return await this.#createComment(pullRequest, body);
      } catch (error) {
        const wait = error instanceof UserError ? waitBefore(error.cause as Failure, attempt) : undefined;
        if (wait === undefined || attempt >= TRIES) throw error;
        await this.#options.clock.sleep(wait);
      }
    }
  }

  async #createComment(pullRequest: number, body: string): Promise<string> {
    const what = 'comment on the pull request';
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const created = await this.#ask(what, route, { issue_number: pullRequest, body }, 'once');
    return (created as Comment).html_url;
  }

  async #editComment(id: number, body: string): Promise<string> {
    const what = 'edit the comment on the pull request';
    const edited = await this.#ask(what, 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      comment_id: id,
      body,
    });
    return (edited as Comment).html_url;
  }

  /** Marker and author must both be ours: anybody can paste a marker into a comment of their own. */
  async #ourComment(pullRequest: number, markers: readonly string[]): Promise<Comment | undefined> {
    this.#author ??= this.#login();
    const author = await this.#author;
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
        ({ user, body }) => user?.login === author && markers.some((marker) => body?.startsWith(marker) === true),
      );
      if (ours !== undefined || comments.length < PER_PAGE) return ours;
    }
  }

  /** Every kind of token may ask GraphQL who it is; REST (`GET /user`) refuses those of apps and workflows. */
  async #login(): Promise<string> {
    const octokit = await this.#open();
    try {
      const { viewer } = await octokit.graphql<{ viewer: { login: string } }>('{ viewer { login } }');
      return viewer.login;
    } catch {
      return WORKFLOW_BOT;
    }
  }

  /** @param tries `once` for what must not be repeated without a look; a refusal for lack of patience changed nothing */
  async #ask(
    what: string,
    route: string,
    parameters: Record<string, unknown>,
    tries: 'again' | 'once' = 'again',
  ): Promise<unknown> {
    const [owner = '', repo = ''] = this.#options.repository.split('/');
    const octokit = await this.#open();
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await octokit.request(route, { owner, repo, ...parameters });
        return answer.data;
      } catch (error) {
        const failure = error as Failure;
        const wait = waitBefore(failure, attempt);
        const isRefused = failure.status !== undefined && failure.status < 500;
        if (wait === undefined || attempt >= TRIES || (tries === 'once' && !isRefused)) throw explain(what, failure);
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
