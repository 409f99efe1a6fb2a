import type { ObjectRef } from '../seldon/cluster.ts';

/** State of a GitHub deployment. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** The deployments API of GitHub. */
export interface Deployments {
  /** @returns its id */
  open(deployment: DeploymentDraft): Promise<number>;
  /** Ids of the deployments of one SeldonDeployment in an environment, newest first. */
  of(environment: string, ref: ObjectRef): Promise<readonly number[]>;
  /** The state that was set last; undefined if none was set. */
  stateOf(id: number): Promise<string | undefined>;
  mark(id: number, state: DeploymentState, told: DeploymentNews): Promise<void>;
}

export interface DeploymentDraft {
  /** Commit or branch that is deployed. */
  readonly ref: string;
  readonly environment: string;
  readonly isProduction: boolean;
  readonly isTransient: boolean;
  readonly description: string;
  /** Its `holder` is unique for each attempt of each run, so that a deployment whose answer was lost is found again. */
  readonly payload: Readonly<Record<string, unknown>> & { readonly holder: string };
}

export interface DeploymentNews {
  readonly environmentUrl: string | undefined;
  readonly logUrl: string | undefined;
  readonly description: string;
}
