import type { Clock } from '../../base/ports.ts';
import type { Snapshot } from '../../seldon/snapshot.ts';
import { isNodeComing } from '../failures/pod-events.ts';
import type { FailureWarning, RolloutStatus } from '../verdict.ts';

export type Judge = (verdict: RolloutStatus, snapshot: Snapshot) => RolloutStatus;

/**
 * Seconds for which a Deployment's word that it failed may be about the pods it had before: its controller carries
 * conditions over to a new generation until it has counted the new pods.
 */
const STALE_CONDITION_S = 3;

/** Seconds of the rollout for which the graces are written; a longer `timeout` stretches them. */
const USUAL_TIMEOUT_S = 600;

/** Seconds that a pod with a node needs for its image, its files and its environment. */
const POD_START_S = 480;

/** Seconds in which the kubelet tries a container twice more: it waits 10, 20 and 40 s. */
const TWO_MORE_ATTEMPTS_S = 30;

/** Seconds in which a Deployment notices that the quota has room again. */
const QUOTA_RETRY_S = 60;

/** Lets a warning become a verdict once it has lasted: not every unschedulable pod stays so. */
export function startJudging({ clock, timeout }: { readonly clock: Clock; readonly timeout: number }): Judge {
  const since = new Map<string, number>();
  let podsEndedAt = Number.NEGATIVE_INFINITY;
  let standing: FailureWarning | undefined;
  return (verdict, snapshot) => {
    const now = clock.now();
    if (snapshot.pods.some((pod) => pod.metadata.deletionTimestamp !== undefined)) podsEndedAt = now;
    const status = withGrace(verdict);
    // Seldon rewrites a Deployment without a number of replicas at every pass: its conditions are out of date half of the time.
    if (status.phase === 'in-progress' && status.isUnobserved)
      return standing === undefined ? status : { ...status, message: standing.message, warning: standing };
    const warning = status.phase === 'in-progress' ? status.warning : undefined;
    standing = warning;
    const what = warning && `${warning.reason} ${warning.failingObject?.name ?? ''}`;
    for (const known of since.keys()) if (known !== what && !isLastingOver(known)) since.delete(known);
    if (warning === undefined || what === undefined) return status;
    const start = since.get(what) ?? now;
    since.set(what, start);
    // What ends now frees the quota; the Deployment needs a moment to see that.
    const freed = warning.reason === 'quota-exceeded' && podsEndedAt >= start;
    const grace = freed ? stretched(QUOTA_RETRY_S, timeout) : graceOf(warning, { timeout, snapshot });
    return now - (freed ? podsEndedAt : start) < grace * 1000 ? status : { phase: 'failed', ...warning };
  };
}

/** A storage initializer that runs again has not got over its failure until it has ended well. */
function isLastingOver(what: string): boolean {
  return what.startsWith('storage-failed ');
}

/** Seconds a warning may last, by `timeout` and by what the cluster is doing about it. */
function graceOf(
  { reason, grace, failingObject }: FailureWarning,
  { timeout, snapshot }: { readonly timeout: number; readonly snapshot: Snapshot },
): number {
  if (failingObject?.kind === 'deployment' && grace === STALE_CONDITION_S) return Math.min(grace, timeout / 4);
  if (reason !== 'unschedulable') return stretched(grace, timeout);
  const pod = snapshot.pods.find(({ metadata }) => metadata.uid === failingObject?.uid);
  if (isNodeComing(pod, snapshot.events ?? [])) return timeout;
  // A node may take as long as the timeout leaves beside the start of the pod itself.
  return Math.max(stretched(grace, timeout), Math.min(timeout / 3, timeout - POD_START_S));
}

function stretched(grace: number, timeout: number): number {
  return timeout < USUAL_TIMEOUT_S ? Math.min(grace, timeout / 4) : (grace * timeout) / USUAL_TIMEOUT_S;
}

/** Failures that look certain in one snapshot, but may pass. */
function withGrace(status: RolloutStatus): RolloutStatus {
  if (status.phase !== 'failed') return status;
  const { phase: _, ...failure } = status;
  const waiting = (grace: number): RolloutStatus => {
    return { phase: 'in-progress', message: failure.message, waitsFor: 'deployments', warning: { ...failure, grace } };
  };
  if (status.failingObject?.kind === 'deployment') return waiting(STALE_CONDITION_S);
  return status.reason === 'storage-failed' ? waiting(TWO_MORE_ATTEMPTS_S) : status;
}
