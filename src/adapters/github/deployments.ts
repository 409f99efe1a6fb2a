import { isJsonObject, jsonOf } from '../../base/json-value.ts';
import type { DeploymentDraft, DeploymentNews, DeploymentState, Deployments } from '../../record/deployments.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import type { GithubApi } from './api.ts';

/** As the API lists them; a payload may come back as the text it was. */
interface Listed {
  readonly id: number;
  readonly payload?: unknown;
}

const PER_PAGE = 100;

/** Characters GitHub takes of a description. */
const LONGEST_DESCRIPTION = 140;

/** GitHub's record of deployments: what the pull request and the environment's page show. */
export class GithubDeployments implements Deployments {
  readonly #api: GithubApi;

  constructor(api: GithubApi) {
    this.#api = api;
  }

  async open(draft: DeploymentDraft): Promise<number> {
    const { ref, environment, isProduction, isTransient, description, payload } = draft;
    const created = await this.#api.ask('record the deployment', 'POST /repos/{owner}/{repo}/deployments', {
      ref,
      environment,
      description: description.slice(0, LONGEST_DESCRIPTION),
      payload,
      production_environment: isProduction,
      transient_environment: isTransient,
      // What must be so before is asked by our own rules; GitHub would merge the base branch into the commit otherwise.
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
      ids.push(...ours.map(({ id }) => id));
      if (listed.length < PER_PAGE) return ids;
    }
  }

  async mark(
    id: number,
    state: DeploymentState,
    { environmentUrl, logUrl, description }: DeploymentNews,
  ): Promise<void> {
    const route = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
    await this.#api.ask('record how the deployment stands', route, {
      deployment_id: id,
      state,
      description: description.slice(0, LONGEST_DESCRIPTION),
      ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
      ...(logUrl !== undefined && { log_url: logUrl }),
    });
  }
}
