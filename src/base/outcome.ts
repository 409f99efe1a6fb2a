import type { UserErrorCode } from './errors.ts';

/** How a run ended. Which of them fail the step: `isFailure`. */
export type Outcome =
  /** It goes on: told while people wait, never the end of a run. */
  | 'under-way'
  /** The model is live and answered. */
  | 'deployed'
  /** It was live already; nothing was applied, all of it proven again. */
  | 'unchanged'
  /** Dry run: rendered and accepted by the server, not applied. */
  | 'planned'
  /** Written to a file for somebody else to apply. */
  | 'rendered'
  /** What was asked back is live and answered. */
  | 'restored'
  /** Looked at, told, and left as it is. */
  | 'reported'
  /** As asked, it is gone. */
  | 'removed'
  /** Nothing to do: the event is not meant for us. */
  | 'ignored'
  /** Somebody asked for what they may not have; nothing was looked at or changed. */
  | 'refused'
  /** A target that it needs is not well; nothing was looked at or changed. */
  | 'skipped'
  /** Ended before anything was changed. */
  | 'failed'
  /** It failed; what was there before is back and available. */
  | 'rolled-back'
  /** It failed; it was the first, and is removed again. */
  | 'withdrawn'
  /** It failed and was left as it is, as `on-failure: keep` asks. */
  | 'kept'
  /** Something was changed and what is live now could not be made certain. */
  | 'unknown';

/** Why a rollout will not come up; the cause of a failed wait. */
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
  | 'mirror-silent'
  | 'gate-failed'
  | 'gate-no-data';

/** Stable codes of the `reason` output. */
export type Reason =
  | 'ok'
  | 'under-way'
  | 'already-live'
  | 'dry-run'
  | 'rendered'
  | 'status'
  | 'help'
  | 'not-a-command'
  | 'need-failed'
  | 'nothing-stale'
  | 'internal-error'
  | RolloutFailureReason
  | ProofFailureReason
  | RefusalReason
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

/** Does the step fail? */
export function isFailure(outcome: Outcome): boolean {
  return !SUCCESSFUL.includes(outcome);
}

export type RefusalReason =
  | 'pull-request-closed'
  | 'base-not-allowed'
  | 'not-permitted'
  | 'rerun-not-permitted'
  | 'not-listed'
  | 'fork-refused'
  | 'draft-refused'
  | 'command-not-allowed'
  | 'target-unknown'
  | 'target-missing'
  | 'review-missing'
  | 'checks-missing'
  | 'argument-not-allowed'
  | 'model-not-allowed'
  | 'plan-required';
