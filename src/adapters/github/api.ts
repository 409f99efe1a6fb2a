import { messageOf, UserError } from '../../base/errors.ts';
import type { Clock } from '../../base/ports.ts';
import { createAgent, FIRST_PATIENCE, isAway, PATIENCE, send } from '../http/client.ts';
import type { Read } from './shapes.ts';

export interface GithubOptions {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** GITHUB_API_URL; other than github.com on GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly clock: Clock;
  /** Called with a message before a retry. */
  readonly onRetry?: (message: string) => void;
}

export interface GithubRequest<T> {
  /** In words, for messages: `read the pull request`. */
  readonly what: string;
  readonly route: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** An answer that it cannot read is not GitHub's: it comes from a proxy, or is cut. */
  readonly read: Read<T>;
  /** `once` for requests that must not be repeated blindly; a rate-limited request has changed nothing. */
  readonly tries?: 'again' | 'once';
}

export interface Failure {
  /** Undefined without an answer, and for an answer that is not GitHub's. */
  readonly status?: number;
  readonly message: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

type Octokit = ReturnType<typeof import('@actions/github')['getOctokit']>;

/** Timeout of one request in milliseconds, and number of attempts while GitHub answers with an error. */
const DEADLINE = 15_000;
const TRIES = 4;
/** Characters of an error page that are quoted. */
const LONGEST_QUOTE = 300;

/** GitHub's API through octokit. It is loaded on first use, because some runs do not need it. */
export class GithubApi {
  readonly #options: GithubOptions;
  #octokit: Promise<Octokit> | undefined;
  #hasAnswered = false;
  /** When GitHub stopped to answer: all requests share one budget, so that an outage delays a run only once. */
  #awaySince: number | undefined;

  constructor(options: GithubOptions) {
    this.#options = options;
  }

  /** @throws UserError github-failed */
  async ask<T>({ what, route, parameters, read, tries = 'again' }: GithubRequest<T>): Promise<T> {
    const [owner = '', repo = ''] = this.#options.repository.split('/');
    const octokit = await this.#open();
    for (let attempt = 1; ; attempt++) {
      try {
        const { data } = await octokit.request(route, { owner, repo, ...parameters });
        return this.#accept(read(data));
      } catch (error) {
        const failure = failureOf(error);
        const wait = this.#waitBefore(failure, attempt);
        const isRefused = failure.status !== undefined && failure.status < 500;
        if (wait === undefined || (tries === 'once' && !isRefused)) throw explain(what, failure);
        await this.#pause(failure, wait);
      }
    }
  }

  /** A question that changes nothing. @throws UserError github-failed */
  async graphql<T>(what: string, query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const octokit = await this.#open();
    for (let attempt = 1; ; attempt++) {
      try {
        const answer: unknown = await octokit.graphql(query, variables);
        return this.#accept(typeof answer === 'object' && answer !== null ? (answer as T) : undefined);
      } catch (error) {
        const failure = failureOf(error);
        const isAnswer = error instanceof Error && error.name === 'GraphqlResponseError';
        const wait = isAnswer ? undefined : this.#waitBefore(failure, attempt);
        if (wait === undefined) throw explain(what, failure);
        await this.#pause(failure, wait);
      }
    }
  }

  /** Waits before a retry as long as GitHub requires; undefined if a retry is useless. */
  pauseBefore(error: unknown, attempt: number): Promise<void> | undefined {
    if (!(error instanceof UserError)) return undefined;
    const failure = error.cause as Failure;
    const wait = this.#waitBefore(failure, attempt);
    return wait === undefined ? undefined : this.#pause(failure, wait);
  }

  #accept<T>(value: T | undefined): T {
    if (value === undefined) throw new Error('the answer is not one of GitHub: it is cut, or comes from a proxy');
    this.#hasAnswered = true;
    this.#awaySince = undefined;
    return value;
  }

  /** Milliseconds until a retry; undefined if a retry is useless, or if GitHub has been away for too long. */
  #waitBefore(failure: Failure, attempt: number): number | undefined {
    const wait = waitOf(failure, attempt);
    if (wait === undefined || failure.status === 429 || !isAway(failure.status))
      return attempt >= TRIES ? undefined : wait;
    const now = this.#options.clock.now();
    this.#awaySince ??= now;
    const end = this.#awaySince + (this.#hasAnswered ? PATIENCE : FIRST_PATIENCE);
    return now + wait > end ? undefined : wait;
  }

  #pause(failure: Failure, wait: number): Promise<void> {
    const { clock, onRetry } = this.#options;
    onRetry?.(`GitHub: ${reasonOf(failure)}; retry in ${Math.ceil(wait / 100) / 10} s`);
    return clock.sleep(wait);
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
function waitOf({ status = 0, message, response }: Failure, attempt: number): number | undefined {
  const asked = Number(response?.headers?.['retry-after']);
  const isLimit = status === 429 || (status === 403 && (asked > 0 || /secondary rate limit/i.test(message)));
  if (isLimit) return Math.min(asked > 0 ? asked * 1000 : 2_000 * 2 ** attempt, 60_000);
  return status >= 500 || status === 0 ? Math.min(250 * 2 ** attempt, 10_000) : undefined;
}

/** octokit gives the status 500 to an error without an answer. */
function failureOf(error: unknown): Failure {
  const { status, response } = error as Partial<Failure>;
  const message = messageOf(error);
  return response === undefined || status === undefined ? { message } : { status, message, response };
}

function reasonOf({ status, message }: Failure): string {
  const said = message.split(' - http')[0] ?? '';
  return status === undefined ? said : `HTTP ${status}, ${said.slice(0, LONGEST_QUOTE)}`;
}

function explain(what: string, failure: Failure): UserError {
  const { status, message } = failure;
  const reason =
    status === undefined
      ? `GitHub did not answer as it should: ${reasonOf(failure)}`
      : `GitHub answered ${status}: ${message.split(' - http')[0]?.slice(0, LONGEST_QUOTE)}`;
  return new UserError('github-failed', `could not ${what}: ${reason}`, { cause: failure, hint: HINTS[status ?? 0] });
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'the input `github-token` is not valid',
  403: 'set `permissions: pull-requests: write` for the job; a run from a fork never has this permission',
  404: 'check the input `pull-request`, and that `github-token` has permission to read this repository',
  410: 'the conversation is locked or deleted',
  422: 'GitHub did not accept the text of the comment',
};
