import type { components } from '@octokit/openapi-types';

type SimpleUser = components['schemas']['simple-user'];

/** A person, a bot (its login ends with `[bot]`) or an organization, as GitHub's API and its events tell them. */
export function anAccount(login: string, type?: 'Organization'): SimpleUser {
  const api = `https://api.github.com/users/${encodeURIComponent(login)}`;
  return {
    login,
    id: login.length,
    node_id: `U_${login}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${login.length}`,
    gravatar_id: '',
    url: api,
    html_url: `https://github.com/${encodeURIComponent(login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: type ?? (login.endsWith('[bot]') ? 'Bot' : 'User'),
    site_admin: false,
  };
}

/** The owner of the repository as events describe it. */
export function anOrganization(login: string): Readonly<Record<string, unknown>> {
  const api = `https://api.github.com/orgs/${login}`;
  return {
    login,
    id: login.length,
    node_id: `O_${login}`,
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${login.length}`,
    description: null,
  };
}
