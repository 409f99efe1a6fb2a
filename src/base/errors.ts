/**
 * Failures that a user can cause and fix. Each code is stable: workflows may branch on the `reason` output.
 * A failure that is not caused by an input or a permission is a bug: it is a plain Error, not in this list.
 */
export type UserErrorCode =
  | RefusalReason
  | 'bad-input'
  | 'setup-incomplete'
  | 'targets-invalid'
  | 'model-uri-invalid'
  | 'model-not-found'
  | 'model-not-ready'
  | 'model-unusable'
  | 'artifacts-unreachable'
  | 'registry-unauthorized'
  | 'registry-forbidden'
  | 'registry-unreachable'
  | 'registry-failed'
  | 'kubeconfig-invalid'
  | 'cluster-unauthorized'
  | 'cluster-forbidden'
  | 'cluster-unreachable'
  | 'cluster-failed'
  | 'seldon-not-installed'
  | 'namespace-not-found'
  | 'secret-unusable'
  | 'manifest-invalid'
  | 'manifest-refused'
  | 'object-changed'
  | 'object-not-ours'
  | 'nothing-live'
  | 'nothing-to-promote'
  | 'nothing-to-roll-back'
  | 'rollout-under-way'
  | 'routing-not-honoured'
  | 'metrics-unreachable'
  | 'command-unknown'
  | 'head-moved'
  | 'plan-changed'
  | 'newer-run-live'
  | 'github-failed'
  | 'lease-lost'
  | 'aborted'
  | 'cancelled';

/** Why a request is refused. */
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
  | 'plan-required'
  | 'event-not-allowed'
  | 'locked';

interface UserErrorDetails {
  /** The cure: what to change, by input, permission or object name. */
  readonly hint?: string | undefined;
  /** Anchor in docs/troubleshooting.md, where the cause has a row of its own. */
  readonly row?: string | undefined;
  readonly cause?: unknown;
}

/** A failure with a message for the user: `message` says what and where, `hint` says the cure. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: UserErrorCode;
  readonly hint: string | undefined;
  readonly row: string | undefined;

  constructor(code: UserErrorCode, message: string, details: UserErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.row = details.row;
  }
}

/** Ends a `switch` over a union: the compiler reports a missing case. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
