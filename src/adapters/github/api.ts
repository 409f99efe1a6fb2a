import { UserError } from '../../base/errors.ts';
import type { Clock } from '../../base/ports.ts';
import { createAgent, send } from '../http/client.ts';

export interface GithubOptions {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** GITHUB_API_URL; other than github.com on GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly clock: Clock;
}

export interface Failure {
  readonly status?: number;
  readonly message: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

type Octokit = ReturnType<typeof import('@actions/github')['getOctokit']>;

/** Timeout of one request in milliseconds, and number of attempts. */
const DEADLINE = 15_000;
const TRIES = 4;
/** GitHub's API through octokit. It is loaded on first use, because some runs do not need it. */
export class GithubApi {
  readonly #options: GithubOptions;
  #octokit: Promise<Octokit> | undefined;

  constructor(options: GithubOptions) {
    this.#options = options;
  }

  /** @param tries `once` for requests that must not be repeated blindly; a rate-limited request has changed nothing */
  async ask(
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

  async graphql<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const octokit = await this.#open();
    return octokit.graphql<T>(query, variables);
  }

  /** Waits before a retry as long as GitHub requires; undefined if a retry is useless. */
  pauseBefore(error: unknown, attempt: number): Promise<void> | undefined {
    const wait = error instanceof UserError ? waitBefore(error.cause as Failure, attempt) : undefined;
    return wait === undefined || attempt >= TRIES ? undefined : this.#options.clock.sleep(wait);
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

/** The options that octokit passes to `fetch`. */
interface FetchOptions {
  readonly method: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * octokit's requests through our HTTP client: one deadline, proxies supported, and no undici, which would cost 45 ms
 * and 10 MB in every run.
 */
function fetcher(apiUrl: string): (url: string, options: FetchOptions) => Promise<unknown> {
  const agent = createAgent(new URL(apiUrl).protocol);
  return async (url, { method, body, headers }) => {
    const answer = await send({ method, url: new URL(url), headers, agent, timeout: DEADLINE, ...(body && { body }) });
    const told = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
    return { url, status: answer.status, statusText: '', headers: new Map(told), text: async () => answer.body };
  };
}

/** octokit would print each failed request with its URL. We report failures ourselves. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Milliseconds until a retry; undefined if a retry is useless. */
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
  403: 'set `permissions: pull-requests: write` for the job; a run from a fork never has this permission',
  404: 'check the input `pull-request`, and that `github-token` has permission to read this repository',
  410: 'the conversation is locked or deleted',
  422: 'GitHub did not accept the text of the comment',
};
