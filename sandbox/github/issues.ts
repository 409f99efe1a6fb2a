import { anAccount } from './accounts.ts';
import { aRepository } from './repository.ts';

type Shape = Readonly<Record<string, unknown>>;

const OPENED = '2026-08-03T08:00:00Z';
const CLOSED = '2026-08-03T10:00:00Z';

/** The common fields of an issue and a pull request. */
function thread(number: number, author: string): Shape {
  return {
    id: 1_000 + number,
    number,
    title: 'A better wine',
    body: null,
    user: anAccount(author),
    labels: [],
    assignee: null,
    assignees: [],
    milestone: null,
    comments: 0,
    created_at: OPENED,
    updated_at: OPENED,
    author_association: 'NONE',
    active_lock_reason: null,
    locked: false,
  };
}

function reactions(url: string): Shape {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  return { url: `${url}/reactions`, total_count: 0, ...Object.fromEntries(kinds.map((kind) => [kind, 0])) };
}

export interface IssueSeed {
  readonly repository: string;
  readonly number: number;
  readonly author: string;
  /** Events of comments call a pull request an issue that has a `pull_request`. */
  readonly isPullRequest: boolean;
}

/** An open issue, as events of comments describe it. */
export function anIssue({ repository, number, author, isPullRequest }: IssueSeed): Shape {
  const api = `https://api.github.com/repos/${repository}`;
  const url = `${api}/issues/${number}`;
  const page = `https://github.com/${repository}/${isPullRequest ? 'pull' : 'issues'}/${number}`;
  return {
    ...thread(number, author),
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: page,
    node_id: `${isPullRequest ? 'PR' : 'I'}_${number}`,
    state: 'open',
    state_reason: null,
    closed_at: null,
    reactions: reactions(url),
    performed_via_github_app: null,
    ...(isPullRequest && {
      draft: false,
      pull_request: {
        url: `${api}/pulls/${number}`,
        html_url: page,
        diff_url: `${page}.diff`,
        patch_url: `${page}.patch`,
        merged_at: null,
      },
    }),
  };
}

export interface IssueCommentSeed {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  /** The issue or pull request of the comment. */
  readonly issue: Shape;
}

export function anIssueComment({ id, author, body, issue }: IssueCommentSeed): Shape {
  const url = `${issue['repository_url']}/issues/comments/${id}`;
  return {
    id,
    node_id: `IC_${id}`,
    url,
    html_url: `${issue['html_url']}#issuecomment-${id}`,
    issue_url: issue['url'],
    user: anAccount(author),
    created_at: OPENED,
    updated_at: OPENED,
    author_association: 'NONE',
    body,
    reactions: reactions(url),
    performed_via_github_app: null,
  };
}

export interface PullRequestShape {
  readonly repository: string;
  /** `owner/name` of the head's repository; null if it was deleted. */
  readonly from: string | null;
  readonly number: number;
  readonly author: string;
  /** SHA of its newest commit. */
  readonly head: string;
  readonly isDraft: boolean;
  readonly isClosed: boolean;
  /** SHA of the merge. */
  readonly mergeCommit: string | undefined;
}

/** A pull request, as its own events describe it. */
export function aPullRequest(shape: PullRequestShape): Shape {
  const { repository, from, number, author, head, isDraft, isClosed, mergeCommit } = shape;
  const api = `https://api.github.com/repos/${repository}`;
  const urls = {
    url: `${api}/pulls/${number}`,
    html_url: `https://github.com/${repository}/pull/${number}`,
    issue_url: `${api}/issues/${number}`,
    comments_url: `${api}/issues/${number}/comments`,
    review_comments_url: `${api}/pulls/${number}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    commits_url: `${api}/pulls/${number}/commits`,
    statuses_url: `${api}/statuses/${head}`,
  };
  const links = Object.entries({ self: urls.url, ...urls })
    .filter(([name]) => name !== 'url')
    .map(([name, href]) => [name.replace('_url', ''), { href }]);
  return {
    ...thread(number, author),
    ...urls,
    node_id: `PR_${number}`,
    diff_url: `${urls.html_url}.diff`,
    patch_url: `${urls.html_url}.patch`,
    state: isClosed ? 'closed' : 'open',
    closed_at: isClosed ? CLOSED : null,
    merged_at: mergeCommit === undefined ? null : CLOSED,
    merge_commit_sha: mergeCommit ?? null,
    merged: mergeCommit !== undefined,
    merged_by: mergeCommit === undefined ? null : anAccount('octocat'),
    requested_reviewers: [],
    requested_teams: [],
    head: side({ ref: 'better-wine', sha: head, repository: from, owner: author }),
    base: side({ ref: 'main', sha: '0'.repeat(39).concat('1'), repository, owner: 'acme' }),
    _links: Object.fromEntries(links),
    auto_merge: null,
    draft: isDraft,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 1,
    deletions: 1,
    changed_files: 1,
  };
}

interface Side {
  readonly ref: string;
  readonly sha: string;
  readonly repository: string | null;
  /** The owner, where the repository was deleted. */
  readonly owner: string;
}

function side({ ref, sha, repository, owner }: Side): Shape {
  const repo = repository === null ? null : aRepository(repository);
  const login = repository?.split('/')[0] ?? owner;
  return { label: `${login}:${ref}`, ref, sha, user: repo?.['owner'] ?? anAccount(login), repo };
}
