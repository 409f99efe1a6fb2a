import type { UserErrorCode } from './errors.ts';

/** Outcome of a run. `isFailure` says which outcomes fail the step. */
export type Outcome =
  /** The run is in progress; never a final outcome. */
  | 'under-way'
  /** The model is live and proven. */
  | 'deployed'
  /** The model was already live. Nothing was applied, and it was proven again. */
  | 'unchanged'
  /** Dry run: rendered and accepted by the server, not applied. */
  | 'planned'
  /** Written to a file for GitOps. */
  | 'rendered'
  /** The requested earlier model is live and proven. */
  | 'restored'
  /** The live state was reported; nothing was changed. */
  | 'reported'
  /** The object was deleted as requested. */
  | 'removed'
  /** Nothing to do: the event is not for this action. */
  | 'ignored'
  /** The user has no permission for the command; nothing was read or changed. */
  | 'refused'
  /** A target that it needs has failed; nothing was read or changed. */
  | 'skipped'
  /** Failed before any change. */
  | 'failed'
  /** Failed; the previous state is restored and available. */
  | 'rolled-back'
  /** Failed; it was the first deployment, and the object was deleted. */
  | 'withdrawn'
  /** Failed, and the previous state is not back: restoring it was refused, or what was restored is not available. */
  | 'undo-failed'
  /** Failed and left as it is: because of `on-failure: keep`, or because the run was stopped or lost its lease. */
  | 'kept'
  /** Failed and left as it is: another person or tool has changed the object since, and that is live. */
  | 'object-changed'
  /** Something was changed, and the cluster could not be asked what is live. */
  | 'unknown';

/** Why a rollout failed while waiting for its pods. */
export type RolloutFailureReason =
  | 'image-not-found'
  | 'storage-failed'
  | 'container-config-invalid'
  | 'crash-loop'
  | 'out-of-memory'
  | 'unschedulable'
  | 'quota-exceeded'
  | 'pods-refused'
  | 'progress-deadline-exceeded'
  | 'operator-failed'
  | 'object-deleted'
  | 'object-changed'
  | 'superseded'
  | 'scaled-to-zero'
  | 'deployment-paused'
  | 'volume-failed'
  | 'sandbox-failed'
  | 'evicted'
  | 'probe-failed'
  | 'rollout-timeout';

/** Why a rolled-out model is not accepted. */
export type ProofFailureReason =
  | 'health-failed'
  | 'prediction-failed'
  | 'prediction-invalid'
  | 'prediction-unexpected'
  | 'prediction-unproven'
  | 'endpoint-failed'
  | 'answers-differ'
  | 'evaluation-failed'
  | 'evaluation-undecided'
  | 'mirror-silent'
  | 'gate-failed'
  | 'gate-no-data'
  | 'gate-undecided';

/** Stable codes of the `reason` output. */
export type Reason =
  | 'ok'
  | 'under-way'
  | 'already-live'
  | 'dry-run'
  | 'rendered'
  | 'status'
  | 'checked'
  | 'help'
  | 'lock'
  | 'unlock'
  | 'stopped'
  | 'nothing-to-abort'
  | 'not-a-command'
  | 'event-ignored'
  | 'need-failed'
  | 'nothing-stale'
  | 'decision-needed'
  | 'not-planned'
  | 'internal-error'
  | RolloutFailureReason
  | ProofFailureReason
  | UserErrorCode;

const SUCCESSFUL: readonly Outcome[] = [
  'under-way',
  'deployed',
  'unchanged',
  'planned',
  'rendered',
  'restored',
  'reported',
  'removed',
  'ignored',
];

/** Whether the outcome fails the step. */
export function isFailure(outcome: Outcome): boolean {
  return !SUCCESSFUL.includes(outcome);
}
