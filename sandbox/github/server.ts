import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { components } from '@octokit/openapi-types';

type Comment = components['schemas']['issue-comment'];
type SimpleUser = components['schemas']['simple-user'];
type PullRequestSimple = components['schemas']['pull-request-simple'];
type BasicError = components['schemas']['basic-error'];

/** A pull request that exists; `mergeCommit` makes it merged. */
export interface PullRequestSeed {
  readonly number: number;
  readonly mergeCommit?: string;
  readonly locked?: boolean;
}

/** Who a token is. The token of a workflow (`github-actions[bot]`) may not ask. */
export interface TokenSeed {
  readonly login: string;
  /** As a job's `permissions:` block writes them: `pull-requests:write`. */
  readonly permissions: readonly string[];
}

export interface GithubOptions {
  /** `owner/name`. */
  readonly repository: string;
  readonly pullRequests: readonly PullRequestSeed[];
  readonly tokens: Readonly<Record<string, TokenSeed>>;
}

/** Answers the next requests that match wrongly, for tests. */
export interface Fault {
  readonly match: RegExp;
  readonly status: number;
  readonly times: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** The request is carried out, and only its answer lost. */
  readonly late?: boolean;
}

export interface SandboxGithub {
  readonly url: string;
  /** `POST /repos/…` in order. */
  readonly requests: readonly string[];
  comments(pullRequest: number): readonly Comment[];
  /** A comment by somebody else. */
  post(pullRequest: number, login: string, body: string): void;
  fail(fault: Fault): void;
  close(): Promise<void>;
}

/** Characters of a comment's body, as GitHub limits them. */
const LONGEST_BODY = 65_536;
const DOCUMENTATION = 'https://docs.github.com/rest';

/** An answer under way: what a handler returns. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly token: TokenSeed;
  readonly body: Readonly<Record<string, unknown>>;
}

/** GitHub's REST API, as far as this action uses it: stateful, typed by GitHub's schema, with its rules and errors. */
export async function startGithub(options: GithubOptions): Promise<SandboxGithub> {
  const comments = new Map<number, Comment[]>(options.pullRequests.map(({ number }) => [number, []]));
  const requests: string[] = [];
  const faults: { left: number; fault: Fault }[] = [];
  let nextId = 1001;

  const server = createServer((request, response) => {
    void answer(request).then((result) => reply(response, result));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function add(pullRequest: number, login: string, body: string): Comment {
    const list = comments.get(pullRequest) ?? [];
    const comment = aComment({ origin, repository: options.repository, pullRequest, id: nextId++, login, body });
    list.push(comment);
    return comment;
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', origin);
    const line = `${request.method} ${url.pathname}`;
    requests.push(line);
    const body = await readBody(request);
    const hit = faults.find((one) => one.left > 0 && one.fault.match.test(line));
    if (hit !== undefined) {
      hit.left--;
      const known = options.tokens[tokenOf(request)];
      if (hit.fault.late === true && known !== undefined)
        route({ method: request.method ?? 'GET', url, token: known, body });
      const { status, message = 'Server Error', headers = {} } = hit.fault;
      return { status, body: { message, documentation_url: DOCUMENTATION }, headers };
    }
    const token = options.tokens[tokenOf(request)];
    if (token === undefined) return failure(401, 'Bad credentials');
    return route({ method: request.method ?? 'GET', url, token, body });
  }

  function route(call: Call): Answer {
    const path = call.url.pathname;
    if (path === '/user') return whoAmI(call);
    if (path === '/graphql') return viewerOf(call);
    const inRepository = path.startsWith(`/repos/${options.repository}/`)
      ? path.slice(`/repos/${options.repository}`.length)
      : undefined;
    if (inRepository === undefined) return failure(404, 'Not Found');
    const listed = /^\/issues\/(\d+)\/comments$/.exec(inRepository);
    if (listed !== null) return onComments(call, Number(listed[1]));
    const edited = /^\/issues\/comments\/(\d+)$/.exec(inRepository);
    if (edited !== null && call.method === 'PATCH') return edit(call, Number(edited[1]));
    const commit = /^\/commits\/([0-9a-f]{40})\/pulls$/.exec(inRepository);
    if (commit !== null) return pullsOf(commit[1] ?? '');
    return failure(404, 'Not Found');
  }

  function onComments(call: Call, pullRequest: number): Answer {
    const list = comments.get(pullRequest);
    const seed = options.pullRequests.find((one) => one.number === pullRequest);
    if (list === undefined) return failure(404, 'Not Found');
    if (call.method === 'GET') return page(call.url, list);
    if (!mayComment(call.token)) return forbidden();
    if (seed?.locked === true) return failure(403, 'Unable to create comment because issue is locked.');
    return bodyFault(call) ?? { status: 201, body: add(pullRequest, call.token.login, String(call.body['body'])) };
  }

  function edit(call: Call, id: number): Answer {
    const comment = [...comments.values()].flat().find((one) => one.id === id);
    if (comment === undefined) return failure(404, 'Not Found');
    if (!mayComment(call.token)) return forbidden();
    const fault = bodyFault(call);
    if (fault !== undefined) return fault;
    Object.assign(comment, { body: String(call.body['body']), updated_at: new Date().toISOString() });
    return { status: 200, body: comment };
  }

  function pullsOf(sha: string): Answer {
    const pulls = options.pullRequests
      .filter((one) => one.mergeCommit === sha)
      .map((one) => ({
        number: one.number,
        state: 'closed',
        merged_at: '2026-11-23T08:00:00Z',
        merge_commit_sha: sha,
      }));
    return { status: 200, body: pulls satisfies readonly Partial<PullRequestSimple>[] };
  }

  return {
    url: origin,
    requests,
    comments: (pullRequest) => comments.get(pullRequest) ?? [],
    post: (pullRequest, login, body) => void add(pullRequest, login, body),
    fail: (fault) => void faults.push({ left: fault.times, fault }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function tokenOf({ headers }: IncomingMessage): string {
  return /^(?:token|bearer) (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** GET /user answers people and apps on behalf of people; the token of a workflow gets this 403. */
function whoAmI({ token }: Call): Answer {
  if (token.login.endsWith('[bot]')) return forbidden();
  return { status: 200, body: aUser(token.login) };
}

/** The one GraphQL question that is known here. */
function viewerOf({ token, body }: Call): Answer {
  const isKnown = /^\s*\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(String(body['query']));
  if (!isKnown) return { status: 200, body: { errors: [{ message: 'Parse error: only the viewer is known here' }] } };
  return { status: 200, body: { data: { viewer: { login: token.login } } } };
}

function mayComment({ permissions }: TokenSeed): boolean {
  return permissions.includes('pull-requests:write') || permissions.includes('issues:write');
}

function forbidden(): Answer {
  return failure(403, 'Resource not accessible by integration');
}

function failure(status: number, message: string): Answer {
  const body: BasicError = { message, documentation_url: DOCUMENTATION, status: String(status) };
  return { status, body };
}

function bodyFault({ body }: Call): Answer | undefined {
  const text = body['body'];
  if (typeof text !== 'string' || text === '') return failure(422, 'Invalid request.\n\n"body" wasn\'t supplied.');
  return text.length > LONGEST_BODY
    ? failure(422, 'Validation Failed: body is too long (maximum is 65536 characters)')
    : undefined;
}

/** Pages of at most 100, with the Link header that leads to the next. */
function page(url: URL, list: readonly unknown[]): Answer {
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), 100);
  const at = Number(url.searchParams.get('page') ?? 1);
  const next = new URL(url);
  next.searchParams.set('page', String(at + 1));
  const headers = at * size < list.length ? { link: `<${next.href}>; rel="next"` } : {};
  return { status: 200, body: list.slice((at - 1) * size, at * size), headers };
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return {};
  }
}

function reply(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

interface CommentSeed {
  readonly origin: string;
  readonly repository: string;
  readonly pullRequest: number;
  readonly id: number;
  readonly login: string;
  readonly body: string;
}

function aComment({ origin, repository, pullRequest, id, login, body }: CommentSeed): Comment {
  const api = `${origin}/repos/${repository}/issues`;
  const now = new Date().toISOString();
  return {
    id,
    node_id: `IC_${id}`,
    url: `${api}/comments/${id}`,
    html_url: `https://github.com/${repository}/pull/${pullRequest}#issuecomment-${id}`,
    issue_url: `${api}/${pullRequest}`,
    body,
    user: aUser(login),
    created_at: now,
    updated_at: now,
    author_association: login.endsWith('[bot]') ? 'CONTRIBUTOR' : 'NONE',
  };
}

function aUser(login: string): SimpleUser {
  const api = `https://api.github.com/users/${login}`;
  return {
    login,
    id: login.length,
    node_id: `U_${login}`,
    avatar_url: `https://avatars.githubusercontent.com/${login}`,
    gravatar_id: '',
    url: api,
    html_url: `https://github.com/${login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following`,
    gists_url: `${api}/gists`,
    starred_url: `${api}/starred`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    received_events_url: `${api}/received_events`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
  };
}
