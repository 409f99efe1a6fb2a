/** Events as GitHub sends them to a runner, as far as they matter: the shapes of its webhook schema. */

export interface CommentSeed {
  readonly id: number;
  readonly login: string;
  readonly body: string;
  readonly pullRequest: number;
}

/** `issue_comment`, created, on a pull request. */
export function commentEvent({ id, login, body, pullRequest }: CommentSeed): Record<string, unknown> {
  const repository = 'https://api.github.com/repos/acme/wine';
  const page = `https://github.com/acme/wine/pull/${pullRequest}`;
  const user = { login, id: login.length, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
  return {
    action: 'created',
    issue: {
      number: pullRequest,
      state: 'open',
      title: 'A better wine',
      user,
      html_url: page,
      pull_request: { url: `${repository}/pulls/${pullRequest}`, html_url: page },
    },
    comment: { id, body, user, html_url: `${page}#issuecomment-${id}`, author_association: 'NONE' },
    repository: { full_name: 'acme/wine', default_branch: 'main' },
    sender: user,
  };
}
