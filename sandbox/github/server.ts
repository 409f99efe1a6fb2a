import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { components } from '@octokit/openapi-types';
import { anAccount } from './accounts.ts';
import { DEFAULT_BRANCH, repositoryFiles } from './files.ts';

type Comment = components['schemas']['issue-comment'];
type PullRequestSimple = components['schemas']['pull-request-simple'];
type BasicError = components['schemas']['basic-error'];

/** A pull request that exists; `mergeCommit` makes it merged. */
export interface PullRequestSeed {
  readonly number: number;
  readonly mergeCommit?: string;
  /** The merge commit was taken out of the base branch again. */
  readonly isRewritten?: boolean;
  readonly locked?: boolean;
  /** Default: `closed` where it is merged, else `open`. */
  readonly state?: 'open' | 'closed';
  readonly isDraft?: boolean;
  readonly isFork?: boolean;
  /** SHA of its newest commit; default 40 times `a`. */
  readonly head?: string;
  /** The branch it goes into; default `main`. */
  readonly base?: string;
  /** GitHub's decision on its reviews. */
  readonly approval?: 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED';
  /** The commit that was approved; default the newest. */
  readonly approvedAt?: string;
  /** Logins of the requested reviewers. */
  readonly reviewers?: readonly string[];
}

/** The owner of a token. The token of a workflow (`github-actions[bot]`) is refused. */
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
  /**
   * Roles in the repository by login: GitHub's five, or a custom role of the organisation, which is based on `write`
   * here.
   */
  readonly people?: Readonly<Record<string, string>>;
  /** Logins by `org/team`. */
  readonly teams?: Readonly<Record<string, readonly string[]>>;
  /** GitHub Enterprise Server: REST below `/api/v3`, GraphQL at `/api/graphql`. */
  readonly isEnterprise?: boolean;
  /** State of all checks of a commit. */
  readonly checks?: Readonly<Record<string, 'SUCCESS' | 'FAILURE' | 'PENDING'>>;
}

/** Spoils the answers to the next matching requests, for tests. */
export interface Fault {
  readonly match: RegExp;
  readonly status: number;
  readonly times: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** The request is executed, and only its answer is lost. */
  readonly late?: boolean;
  /** There is no answer at all. */
  readonly hangs?: boolean;
}

export interface DeploymentRecord {
  readonly id: number;
  readonly ref: string;
  readonly environment: string;
  readonly production: boolean;
  readonly transient: boolean;
  readonly payload: unknown;
  readonly states: readonly string[];
  /** Of its last state. */
  readonly url: string | undefined;
}

export interface SandboxGithub {
  readonly url: string;
  /** `POST /repos/…` in order. */
  readonly requests: readonly string[];
  comments(pullRequest: number): readonly Comment[];
  /** A comment by somebody else; returns its id. */
  post(pullRequest: number, login: string, body: string): number;
  /** Reactions of ours under a comment, in order. */
  reactions(comment: number): readonly string[];
  /** GitHub's record of deployments, with their states. */
  deployments(): readonly DeploymentRecord[];
  /** A commit on a branch that writes one file. */
  write(branch: string, path: string, text: string): void;
  /** What changes about a pull request while stories run. */
  change(pullRequest: number, traits: Partial<PullRequestSeed>): void;
  /** A person gets another role in the repository. */
  setRole(login: string, role: string): void;
  /** The checks of a commit end with another result. */
  setChecks(commit: string, state: 'SUCCESS' | 'FAILURE' | 'PENDING'): void;
  fail(fault: Fault): void;
  close(): Promise<void>;
}

/** GitHub's limit for the characters of a comment. */
const LONGEST_BODY = 65_536;
const DOCUMENTATION = 'https://docs.github.com/rest';

/** The answer of a handler. */
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
  const pulls = new Map<number, PullRequestSeed>(options.pullRequests.map((one) => [one.number, one]));
  const reactions = new Map<number, string[]>();
  const deployments: (DeploymentRecord & { states: string[]; url: string | undefined })[] = [];
  const files = repositoryFiles(options.pullRequests.flatMap(({ mergeCommit }) => mergeCommit ?? []));
  const people: Record<string, string> = { ...options.people };
  const checks: Record<string, string> = { ...options.checks };
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
    const path = options.isEnterprise === true ? pathOfEnterprise(url.pathname) : url.pathname;
    if (path === undefined) return failure(404, 'Not Found');
    url.pathname = path;
    const body = await readBody(request);
    const hit = faults.find((one) => one.left > 0 && one.fault.match.test(line));
    if (hit !== undefined) {
      hit.left--;
      if (hit.fault.hangs === true) return new Promise(() => {});
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
    if (path === '/graphql') return graphql(call, { pulls, checks });
    const member = /^\/orgs\/([^/]+)\/teams\/([^/]+)\/memberships\/([^/]+)$/.exec(path);
    if (member !== null) return membership(options.teams ?? {}, member);
    const inRepository = path.startsWith(`/repos/${options.repository}/`)
      ? path.slice(`/repos/${options.repository}`.length)
      : undefined;
    if (inRepository === undefined) return failure(404, 'Not Found');
    const listed = /^\/issues\/(\d+)\/comments$/.exec(inRepository);
    if (listed !== null) return onComments(call, Number(listed[1]));
    const edited = /^\/issues\/comments\/(\d+)$/.exec(inRepository);
    if (edited !== null && call.method === 'PATCH') return edit(call, Number(edited[1]));
    const reacted = /^\/issues\/comments\/(\d+)\/reactions$/.exec(inRepository);
    if (reacted !== null) return react(call, Number(reacted[1]));
    const asked = /^\/collaborators\/([^/]+)\/permission$/.exec(inRepository);
    if (asked !== null) return roleOf(people, decodeURIComponent(asked[1] ?? ''));
    if (inRepository === '/deployments') return call.method === 'POST' ? deploy(call) : listDeployments(call);
    const marked = /^\/deployments\/(\d+)\/statuses$/.exec(inRepository);
    if (marked !== null)
      return call.method === 'POST' ? mark(call, Number(marked[1])) : statesOf(call, Number(marked[1]));
    if (inRepository === '/pulls') return listPulls(call);
    const pull = /^\/pulls\/(\d+)$/.exec(inRepository);
    if (pull !== null) return pullRequest(options.repository, pulls.get(Number(pull[1])));
    const compared = /^\/compare\/[^/]+\.\.\.([0-9a-f]{40})$/.exec(decodeURIComponent(inRepository));
    if (compared !== null) return compare(call, compared[1] ?? '');
    const commit = /^\/commits\/([0-9a-f]{40})\/pulls$/.exec(inRepository);
    if (commit !== null) return pullsOf(commit[1] ?? '');
    // What a token may not see is answered with 404.
    if (!call.token.permissions.includes('contents:read')) return failure(404, 'Not Found');
    return files.answer(inRepository, call.url.searchParams) ?? failure(404, 'Not Found');
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

  function react(call: Call, id: number): Answer {
    if (!mayComment(call.token)) return forbidden();
    const list = reactions.get(id) ?? [];
    list.push(String(call.body['content']));
    reactions.set(id, list);
    return { status: 201, body: { id, content: call.body['content'] } };
  }

  function deploy({ token, body }: Call): Answer {
    if (!token.permissions.includes('deployments:write')) return forbidden();
    const { ref, environment, payload, production_environment: production } = body;
    const transient = body['transient_environment'] === true;
    const id = nextId++;
    const record = {
      ref: String(ref),
      environment: String(environment),
      production: production === true,
      transient,
      payload,
    };
    deployments.push({ id, ...record, states: [], url: undefined });
    return { status: 201, body: { id } };
  }

  /** Newest first. */
  function listDeployments({ url }: Call): Answer {
    const environment = url.searchParams.get('environment');
    const listed = deployments.filter((one) => environment === null || one.environment === environment).toReversed();
    return page(
      url,
      listed.map(({ states: _, url: __, ...told }) => told),
    );
  }

  function mark({ token, body }: Call, id: number): Answer {
    if (!token.permissions.includes('deployments:write')) return forbidden();
    const deployment = deployments.find((one) => one.id === id);
    if (deployment === undefined) return failure(404, 'Not Found');
    deployment.states.push(String(body['state']));
    deployment.url = typeof body['environment_url'] === 'string' ? body['environment_url'] : undefined;
    return { status: 201, body: { id: nextId++, state: body['state'] } };
  }

  /** Newest first. */
  function statesOf({ url }: Call, id: number): Answer {
    const deployment = deployments.find((one) => one.id === id);
    if (deployment === undefined) return failure(404, 'Not Found');
    return page(
      url,
      deployment.states.toReversed().map((state) => ({ id, state })),
    );
  }

  function listPulls({ url, token }: Call): Answer {
    if (!token.permissions.some((one) => one.startsWith('pull-requests:'))) return forbidden();
    const open = [...pulls.values()].filter(({ state, mergeCommit }) =>
      state === undefined ? mergeCommit === undefined : state === 'open',
    );
    return page(
      url,
      open.map(({ number }) => ({ number, state: 'open' })),
    );
  }

  /** Merge commits are behind the branch that they are in. */
  function compare({ token }: Call, sha: string): Answer {
    if (!token.permissions.includes('contents:read')) return failure(404, 'Not Found');
    const merged = [...pulls.values()].find((one) => one.mergeCommit === sha);
    if (merged === undefined) return failure(404, 'Not Found');
    return { status: 200, body: { status: merged.isRewritten === true ? 'diverged' : 'behind', commits: [] } };
  }

  function pullsOf(sha: string): Answer {
    const found = [...pulls.values()]
      .filter((one) => one.mergeCommit === sha)
      .map((one) => ({
        number: one.number,
        state: 'closed',
        merged_at: '2026-11-23T08:00:00Z',
        merge_commit_sha: sha,
      }));
    return { status: 200, body: found satisfies readonly Partial<PullRequestSimple>[] };
  }

  return {
    url: options.isEnterprise === true ? `${origin}/api/v3` : origin,
    requests,
    comments: (pullRequest) => comments.get(pullRequest) ?? [],
    post: (pullRequest, login, body) => Number(add(pullRequest, login, body).id),
    reactions: (comment) => reactions.get(comment) ?? [],
    deployments: () => deployments,
    write: files.write,
    change: (pullRequest, traits) => {
      const known = pulls.get(pullRequest);
      if (known !== undefined) pulls.set(pullRequest, { ...known, ...traits });
    },
    setRole: (login, role) => void Object.assign(people, { [login]: role }),
    setChecks: (commit, state) => void Object.assign(checks, { [commit]: state }),
    fail: (fault) => void faults.push({ left: fault.times, fault }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The path on github.com; undefined where an Enterprise Server has none. */
function pathOfEnterprise(path: string): string | undefined {
  if (path === '/api/graphql') return '/graphql';
  return path.startsWith('/api/v3/') ? path.slice('/api/v3'.length) : undefined;
}

function tokenOf({ headers }: IncomingMessage): string {
  return /^(?:token|bearer) (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** GET /user answers people and apps that act for people; the token of a workflow gets this 403. */
function whoAmI({ token }: Call): Answer {
  if (token.login.endsWith('[bot]')) return forbidden();
  return { status: 200, body: anAccount(token.login) };
}

interface Known {
  readonly pulls: ReadonlyMap<number, PullRequestSeed>;
  readonly checks: Readonly<Record<string, string>>;
}

/** The three GraphQL queries that this server supports. */
function graphql({ token, body }: Call, { pulls, checks }: Known): Answer {
  const query = String(body['query']).replace(/\s+/g, ' ');
  const variables = (body['variables'] ?? {}) as Readonly<Record<string, unknown>>;
  const data = (value: unknown): Answer => ({ status: 200, body: { data: value } });
  if (/^ ?\{ viewer \{ login \} \} ?$/.test(query)) return data({ viewer: { login: token.login } });
  if (query.includes('reviewDecision')) {
    const pull = pulls.get(Number(variables['number']));
    const asked = (pull?.reviewers ?? []).map((login) => ({ requestedReviewer: { login } }));
    const head = pull?.head ?? 'a'.repeat(40);
    const review = { state: 'APPROVED', author: { login: 'octocat' }, commit: { oid: pull?.approvedAt ?? head } };
    const told = {
      reviewDecision: pull?.approval ?? null,
      reviewRequests: { nodes: asked },
      headRefOid: head,
      latestOpinionatedReviews: { nodes: pull?.approval === 'APPROVED' ? [review] : [] },
    };
    return data({ repository: { pullRequest: pull === undefined ? null : told } });
  }
  if (query.includes('statusCheckRollup')) {
    const state = checks[String(variables['commit'])];
    const contexts = { nodes: [{ name: 'build', conclusion: state }] };
    return data({ repository: { object: state === undefined ? null : { statusCheckRollup: { state, contexts } } } });
  }
  return { status: 200, body: { errors: [{ message: 'Parse error: that question is not known here' }] } };
}

const ROLES = ['read', 'triage', 'write', 'maintain', 'admin'];

/** `permission` is the older field: it has neither `maintain` nor `triage`, nor custom roles. */
function roleOf(people: Readonly<Record<string, string>>, login: string): Answer {
  const role = people[login];
  const older = { triage: 'read', maintain: 'write' }[role ?? ''] ?? (ROLES.includes(role ?? '') ? role : 'write');
  const told = role === undefined ? { permission: 'none', role_name: 'none' } : { permission: older, role_name: role };
  return { status: 200, body: { ...told, user: anAccount(login) } };
}

function membership(teams: Readonly<Record<string, readonly string[]>>, [, org, team, login]: RegExpExecArray): Answer {
  const isMember = teams[`${org}/${team}`]?.includes(login ?? '') === true;
  return isMember ? { status: 200, body: { state: 'active', role: 'member' } } : failure(404, 'Not Found');
}

function pullRequest(repository: string, seed: PullRequestSeed | undefined): Answer {
  if (seed === undefined) return failure(404, 'Not Found');
  const { isDraft = false, isFork = false, head = 'a'.repeat(40), base = DEFAULT_BRANCH } = seed;
  const state = seed.state ?? (seed.mergeCommit === undefined ? 'open' : 'closed');
  const headRepository = isFork ? { full_name: 'stranger/wine' } : { full_name: repository };
  const baseRepository = { full_name: repository, default_branch: DEFAULT_BRANCH };
  const sides = { head: { sha: head, repo: headRepository }, base: { ref: base, repo: baseRepository } };
  const merge = { merged: seed.mergeCommit !== undefined, merge_commit_sha: seed.mergeCommit ?? null };
  return { status: 200, body: { number: seed.number, state, draft: isDraft, ...merge, ...sides } };
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

/** Pages of at most 100, with a Link header to the next page. */
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
    user: anAccount(login),
    created_at: now,
    updated_at: now,
    author_association: login.endsWith('[bot]') ? 'CONTRIBUTOR' : 'NONE',
  };
}
