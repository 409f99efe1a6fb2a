import { isJsonObject, jsonOf } from '../../base/json-value.ts';
import type { DeploymentDraft, DeploymentNews, DeploymentState, Deployments } from '../../record/deployments.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import type { GithubApi } from './api.ts';
import { listWith, objectWith } from './shapes.ts';

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

  /** A deployment may exist although its creation returned an error. So each further attempt searches for it first. */
  async open(draft: DeploymentDraft): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#create(draft);
      } catch (error) {
        const pause = this.#api.pauseBefore(error, attempt);
        if (pause === undefined) throw error;
        await pause;
        const [newest] = await this.#list({ environment: draft.environment, page: 1 });
        if (newest !== undefined && payloadOf(newest)?.['holder'] === draft.payload['holder']) return newest.id;
      }
    }
  }

  async of(environment: string, { namespace, name }: ObjectRef): Promise<readonly number[]> {
    const ids: number[] = [];
    for (let page = 1; ; page++) {
      const listed = await this.#list({ environment, page });
      const ours = listed.filter((one) => {
        const about = payloadOf(one);
        return about?.['namespace'] === namespace && about['name'] === name;
      });
      for (const { id } of ours) ids.push(id);
      if (listed.length < PER_PAGE) return ids;
    }
  }

  async stateOf(id: number): Promise<string | undefined> {
    const [newest] = await this.#api.ask({
      what: 'read the state of the deployment',
      route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
      parameters: { deployment_id: id, per_page: 1 },
      read: listWith<{ readonly state: string }>({ state: 'string' }),
    });
    return newest?.state;
  }

  async mark(
    id: number,
    state: DeploymentState,
    { environmentUrl, logUrl, description }: DeploymentNews,
  ): Promise<void> {
    await this.#api.ask({
      what: 'set the state of the deployment',
      route: 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
      parameters: {
        deployment_id: id,
        state,
        description: description.slice(0, LONGEST_DESCRIPTION),
        ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
        ...(logUrl !== undefined && { log_url: logUrl }),
      },
      read: objectWith({ id: 'number' }),
    });
  }

  async #create(draft: DeploymentDraft): Promise<number> {
    const { ref, environment, isProduction, isTransient, description, payload } = draft;
    const { id } = await this.#api.ask({
      what: 'create the deployment',
      route: 'POST /repos/{owner}/{repo}/deployments',
      parameters: {
        ref,
        environment,
        description: description.slice(0, LONGEST_DESCRIPTION),
        payload,
        production_environment: isProduction,
        transient_environment: isTransient,
        // Our own rules check the requirements. Otherwise GitHub would merge the base branch into the commit.
        auto_merge: false,
        required_contexts: [],
      },
      read: objectWith<{ readonly id: number }>({ id: 'number' }),
      tries: 'once',
    });
    return id;
  }

  /** Newest first. */
  #list({ environment, page }: { readonly environment: string; readonly page: number }): Promise<readonly Listed[]> {
    return this.#api.ask({
      what: 'list the deployments',
      route: 'GET /repos/{owner}/{repo}/deployments',
      parameters: { environment, per_page: PER_PAGE, page },
      read: listWith<Listed>({ id: 'number' }),
    });
  }
}

function payloadOf({ payload }: Listed): Readonly<Record<string, unknown>> | undefined {
  const about = typeof payload === 'string' ? jsonOf(payload) : payload;
  return isJsonObject(about) ? about : undefined;
}
