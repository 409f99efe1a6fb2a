import { isJsonObject, jsonOf } from '../../base/json-value.ts';
import type { DeploymentDraft, DeploymentNews, DeploymentState, Deployments } from '../../record/deployments.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import type { GithubApi } from './api.ts';

/** An entry of the API's list. Its payload may be a text. */
interface Listed {
  readonly id: number;
  readonly payload?: unknown;
}

const PER_PAGE = 100;

/** Maximum length of a description in GitHub, in characters. */
const LONGEST_DESCRIPTION = 140;

/** GitHub deployments, as shown on the pull request and the environment's page. */
export class GithubDeployments implements Deployments {
  readonly #api: GithubApi;

  constructor(api: GithubApi) {
    this.#api = api;
  }

  async open(draft: DeploymentDraft): Promise<number> {
    const { ref, environment, isProduction, isTransient, description, payload } = draft;
    const created = await this.#api.ask('create the deployment', 'POST /repos/{owner}/{repo}/deployments', {
      ref,
      environment,
      description: description.slice(0, LONGEST_DESCRIPTION),
      payload,
      production_environment: isProduction,
      transient_environment: isTransient,
      // Our own rules check the requirements. Otherwise GitHub would merge the base branch into the commit.
      auto_merge: false,
      required_contexts: [],
    });
    return (created as { readonly id: number }).id;
  }

  async of(environment: string, { namespace, name }: ObjectRef): Promise<readonly number[]> {
    const ids: number[] = [];
    for (let page = 1; ; page++) {
      const parameters = { environment, per_page: PER_PAGE, page };
      const route = 'GET /repos/{owner}/{repo}/deployments';
      const listed = (await this.#api.ask('list the deployments', route, parameters)) as readonly Listed[];
      const ours = listed.filter(({ payload }) => {
        const about = typeof payload === 'string' ? jsonOf(payload) : payload;
        return isJsonObject(about) && about['namespace'] === namespace && about['name'] === name;
      });
      for (const { id } of ours) ids.push(id);
      if (listed.length < PER_PAGE) return ids;
    }
  }

  async mark(
    id: number,
    state: DeploymentState,
    { environmentUrl, logUrl, description }: DeploymentNews,
  ): Promise<void> {
    const route = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
    await this.#api.ask('set the state of the deployment', route, {
      deployment_id: id,
      state,
      description: description.slice(0, LONGEST_DESCRIPTION),
      ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
      ...(logUrl !== undefined && { log_url: logUrl }),
    });
  }
}
