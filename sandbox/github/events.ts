import { anAccount, anOrganization } from './accounts.ts';
import { anIssue, anIssueComment, aPullRequest } from './issues.ts';
import { aRepository } from './repository.ts';

/** Events as GitHub sends them to a runner: complete, so that they are valid in its published webhook schema. */
export interface GithubEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const REPOSITORY = 'acme/wine';

/** The fields of every event. */
function event(name: string, sender: string, payload: GithubEvent['payload']): GithubEvent {
  return {
    name,
    payload: {
      repository: aRepository(REPOSITORY),
      organization: anOrganization('acme'),
      sender: anAccount(sender),
      ...payload,
    },
  };
}

export interface CommentSeed {
  readonly login: string;
  readonly body: string;
  /** The pull request or issue of the comment. */
  readonly number: number;
  readonly id?: number;
  /** Default: created. */
  readonly action?: 'created' | 'edited' | 'deleted';
  readonly isOnIssue?: boolean;
}

/** Somebody comments on an open pull request. */
export function commentEvent(seed: CommentSeed): GithubEvent {
  const { login, body, number, id = 1001, action = 'created', isOnIssue = false } = seed;
  const issue = anIssue({ repository: REPOSITORY, number, author: login, isPullRequest: !isOnIssue });
  return event('issue_comment', login, {
    action,
    issue,
    comment: anIssueComment({ id, author: login, body, issue }),
    ...(action === 'edited' && { changes: { body: { from: 'something else' } } }),
  });
}

export type PullRequestAction = 'opened' | 'synchronize' | 'reopened' | 'ready_for_review' | 'labeled' | 'closed';

export interface PullRequestEventSeed {
  readonly number: number;
  /** `owner/name` of the head's repository; null if it was deleted. Default: the repository itself. */
  readonly from?: string | null;
  /** SHA of its newest commit; default 40 times `a`. */
  readonly head?: string;
  readonly isDraft?: boolean;
  /** SHA of the merge that closed it. */
  readonly mergeCommit?: string;
}

/** Additional fields of some actions. */
const BESIDE: Readonly<Partial<Record<PullRequestAction, (head: string) => GithubEvent['payload']>>> = {
  synchronize: (head) => ({ before: 'e'.repeat(40), after: head }),
  labeled: () => ({
    label: {
      id: 1,
      node_id: 'LA_1',
      url: `https://api.github.com/repos/${REPOSITORY}/labels/model`,
      name: 'model',
      description: null,
      color: 'ededed',
      default: false,
    },
  }),
};

export function pullRequestEvent(action: PullRequestAction, seed: PullRequestEventSeed): GithubEvent {
  const { number, from = REPOSITORY, head = 'a'.repeat(40), isDraft = false, mergeCommit } = seed;
  const author = from === null || from === REPOSITORY ? 'maria' : (from.split('/')[0] ?? 'maria');
  const isClosed = action === 'closed';
  return event('pull_request', author, {
    action,
    number,
    pull_request: aPullRequest({ repository: REPOSITORY, from, number, author, head, isDraft, isClosed, mergeCommit }),
    ...BESIDE[action]?.(head),
  });
}

export interface PushSeed {
  /** SHA of the newest commit. */
  readonly after: string;
  readonly branch?: string;
  /** Paths of the files that it changes. */
  readonly modified?: readonly string[];
}

/** One commit is pushed, as a merge does it. */
export function pushEvent({ after, branch = 'main', modified = ['models/wine.uri'] }: PushSeed): GithubEvent {
  const before = '0'.repeat(39).concat('1');
  const page = `https://github.com/${REPOSITORY}`;
  const person = { name: 'octocat', email: 'octocat@example.com' };
  const commit = {
    id: after,
    tree_id: 'f'.repeat(40),
    distinct: true,
    message: 'A better wine (#7)',
    timestamp: '2026-08-03T12:00:00+02:00',
    url: `${page}/commit/${after}`,
    author: { ...person, username: 'octocat' },
    committer: { ...person, username: 'octocat' },
    added: [],
    removed: [],
    modified,
  };
  return event('push', 'octocat', {
    ref: `refs/heads/${branch}`,
    before,
    after,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    compare: `${page}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: [commit],
    head_commit: commit,
    repository: pushedRepository(),
    pusher: person,
  });
}

/** Pushes give the times of their repository in seconds, and more fields of its owner. */
function pushedRepository(): Readonly<Record<string, unknown>> {
  const repository = aRepository(REPOSITORY);
  const seconds = (name: string) => Math.floor(Date.parse(String(repository[name])) / 1_000);
  return {
    ...repository,
    owner: { ...anAccount('acme', 'Organization'), name: 'acme', email: null },
    created_at: seconds('created_at'),
    pushed_at: seconds('pushed_at'),
    stargazers: 0,
    master_branch: 'main',
    organization: 'acme',
  };
}

/** Somebody presses “Run workflow”. Inputs arrive as text. */
export function workflowDispatchEvent(inputs: Readonly<Record<string, string>> = {}): GithubEvent {
  const workflow = '.github/workflows/deploy-by-hand.yml';
  return event('workflow_dispatch', 'octocat', { inputs, ref: 'refs/heads/main', workflow });
}

/** Another system calls GitHub's API; `action` is its event type. */
export function repositoryDispatchEvent(action: string, clientPayload: GithubEvent['payload']): GithubEvent {
  return event('repository_dispatch', 'relay[bot]', {
    action,
    branch: 'main',
    client_payload: clientPayload,
    installation: { id: 1, node_id: 'MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMQ==' },
  });
}

/** A merge queue requests the checks of its merge commit. */
export function mergeGroupEvent(pullRequest: number, head = 'f'.repeat(40)): GithubEvent {
  const base = '0'.repeat(39).concat('1');
  const person = { name: 'octocat', email: 'octocat@example.com' };
  return event('merge_group', 'octocat', {
    action: 'checks_requested',
    merge_group: {
      head_sha: head,
      head_ref: `refs/heads/gh-readonly-queue/main/pr-${pullRequest}-${base}`,
      base_sha: base,
      base_ref: 'refs/heads/main',
      head_commit: {
        id: head,
        tree_id: 'f'.repeat(40),
        message: 'A better wine',
        timestamp: '2026-08-03T12:00:00+02:00',
        author: person,
        committer: person,
      },
    },
  });
}
