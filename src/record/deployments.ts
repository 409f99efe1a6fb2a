import type { ObjectRef } from '../seldon/cluster.ts';

/** State of a GitHub deployment. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** The deployments API of GitHub. */
export interface Deployments {
  /** @returns its id */
  open(deployment: DeploymentDraft): Promise<number>;
  /** Ids of the deployments of one SeldonDeployment in an environment. */
  of(environment: string, ref: ObjectRef): Promise<readonly number[]>;
  mark(id: number, state: DeploymentState, told: DeploymentNews): Promise<void>;
}

export interface DeploymentDraft {
  /** Commit or branch that is deployed. */
  readonly ref: string;
  readonly environment: string;
  readonly isProduction: boolean;
  readonly isTransient: boolean;
  readonly description: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface DeploymentNews {
  readonly environmentUrl: string | undefined;
  readonly logUrl: string | undefined;
  readonly description: string;
}
