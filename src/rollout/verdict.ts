import type { RolloutFailureReason } from '../base/outcome.ts';

/** The object that a verdict is about. Its logs and events explain the verdict. */
export interface FailingObject {
  readonly kind: 'pod' | 'deployment' | 'seldon-deployment';
  readonly name: string;
  readonly uid?: string | undefined;
  readonly container?: string | undefined;
  readonly init?: boolean | undefined;
}

/** A condition that usually means failure. It counts as failed after it has lasted `grace` seconds. */
export interface FailureWarning {
  readonly reason: RolloutFailureReason;
  readonly message: string;
  readonly failingObject?: FailingObject;
  readonly grace: number;
}

/** Reasons that no pod explains: another person or tool acted. */
export const DONE_BY_OTHERS: ReadonlySet<RolloutFailureReason> = new Set([
  'object-deleted',
  'object-changed',
  'superseded',
]);

export type RolloutStatus =
  | {
      readonly phase: 'in-progress';
      readonly message: string;
      /** What must change next: watched Deployments and pods, the operator's status, or a routing object. */
      readonly waitsFor: 'deployments' | 'operator' | 'routes';
      readonly warning?: FailureWarning;
      /** A Deployment's status is about an earlier generation: it neither repeats nor withdraws an earlier warning. */
      readonly isUnobserved?: true;
    }
  | {
      readonly phase: 'ready';
      readonly message: string;
      /** Names of Deployments that belong to no predictor and that the operator will not delete. */
      readonly orphans?: readonly string[];
    }
  /** It will never come up by itself. */
  | {
      readonly phase: 'failed';
      readonly reason: RolloutFailureReason;
      readonly message: string;
      readonly failingObject?: FailingObject;
    };
