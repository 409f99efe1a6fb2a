import { UserError } from '../../base/errors.ts';
import type { TokenAccess, TokenArea } from '../../record/token-access.ts';
import type { Failure, GithubApi } from './api.ts';
import { listWith } from './shapes.ts';

/** A cheap list of each area. */
const LISTS: Readonly<Record<TokenArea, string>> = {
  contents: 'GET /repos/{owner}/{repo}/commits',
  'pull-requests': 'GET /repos/{owner}/{repo}/pulls',
  deployments: 'GET /repos/{owner}/{repo}/deployments',
};

/** Asks GitHub for one entry of a list, to see whether the token may read it. */
export class GithubTokenAccess implements TokenAccess {
  readonly #api: GithubApi;

  constructor(api: GithubApi) {
    this.#api = api;
  }

  async mayRead(area: TokenArea): Promise<boolean> {
    try {
      const what = `read the ${area} of the repository`;
      await this.#api.ask({ what, route: LISTS[area], parameters: { per_page: 1 }, read: listWith({}) });
      return true;
    } catch (error) {
      const { status } = error instanceof UserError ? ((error.cause ?? {}) as Partial<Failure>) : {};
      if (status === 403 || status === 404) return false;
      // An empty repository has no commits to list.
      if (status === 409) return true;
      throw error;
    }
  }
}
