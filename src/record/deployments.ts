import type { ObjectRef } from '../seldon/cluster.ts';

/** What GitHub's record of deployments says of one. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** GitHub's record of deployments. */
export interface Deployments {
  /** @returns its id */
  open(deployment: DeploymentDraft): Promise<number>;
  /** Ids of those of an environment that are about one SeldonDeployment. */
  of(environment: string, ref: ObjectRef): Promise<readonly number[]>;
  mark(id: number, state: DeploymentState, told: DeploymentNews): Promise<void>;
}

export interface DeploymentDraft {
  /** Commit or branch it belongs to. */
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
