import { messageOf, UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import type { HeldLeaseRecord, LeaseRecord } from '../seldon/lease.ts';

export interface LeaseRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info' | 'warning' | 'saveState'>;
  readonly ref: ObjectRef;
  readonly holder: string;
  readonly run: string | undefined;
  /** Seconds to wait while another run holds the lease. */
  readonly timeout: number;
}

export interface HeldLease {
  /** Never throws. A lease that is not released expires. */
  release(): Promise<void>;
}

/** Seconds for which a lease is valid after its last renewal, and milliseconds between two renewals or reads. */
const DURATION_S = 60;
const RENEW_INTERVAL_MS = 15_000;
const POLL_INTERVAL_MS = 2_000;

/**
 * Waits until no other run holds the lease of this SeldonDeployment, takes it and renews it until it is released. Our own
 * clock decides whether another run's lease has expired: it measures the time since we last saw a renewal.
 */
export async function acquireLease(request: LeaseRequest, conclude: Conclude): Promise<HeldLease> {
  const { cluster, clock, runner, ref, holder, run, timeout } = request;
  const claim: LeaseRecord = { holder, run, seconds: DURATION_S };
  const end = clock.now() + timeout * 1000;
  // Saved before we hold the lease, so a run that is killed leaves no lease behind. We only release our own lease.
  runner.saveState('lease', JSON.stringify({ ref, claim }));
  let seen: { readonly claim: HeldLeaseRecord; readonly at: number } | undefined;
  for (;;) {
    const expired = seen !== undefined && clock.now() - seen.at > seen.claim.seconds * 1000 ? seen.claim : undefined;
    const other = await cluster.acquireLease(ref, claim, expired);
    if (other === undefined) break;
    if (seen === undefined) runner.info(`waiting for ${describe(other)} to release the lease`);
    if (seen?.claim.holder !== other.holder || seen.claim.renewed !== other.renewed)
      seen = { claim: other, at: clock.now() };
    if (clock.now() >= end) throw heldByOther(ref, other, timeout);
    await clock.sleep(Math.min(POLL_INTERVAL_MS, Math.max(0, end - clock.now())));
  }
  conclude(seen === undefined ? 'no other run holds the lease' : `${describe(seen.claim)} has released the lease`);
  return keepRenewing(request, claim);
}

function keepRenewing({ cluster, clock, runner, ref }: LeaseRequest, claim: LeaseRecord): HeldLease {
  const over = new AbortController();
  const where = `${ref.namespace}/${ref.name}`;
  const renew = async () => {
    for (;;) {
      await clock.sleep(RENEW_INTERVAL_MS, over.signal);
      if (over.signal.aborted) return;
      try {
        const other = await cluster.acquireLease(ref, claim, undefined);
        if (other === undefined) continue;
        return runner.warning(`${describe(other)} has taken over the lease of ${where}`);
      } catch (error) {
        // The lease is still valid: the next renewal may be in time.
        runner.info(`the lease of ${where} could not be renewed: ${messageOf(error)}`);
      }
    }
  };
  void renew();
  return {
    release: async () => {
      over.abort();
      try {
        await cluster.releaseLease(ref, claim);
        runner.saveState('lease', '');
      } catch (error) {
        runner.warning(`the lease of ${where} could not be released; it will expire: ${messageOf(error)}`);
      }
    },
  };
}

function heldByOther({ namespace, name }: ObjectRef, other: HeldLeaseRecord, timeout: number): UserError {
  const waited = timeout === 0 ? '' : `, still after ${timeout} s`;
  return new UserError(
    'rollout-under-way',
    `${describe(other)} is changing SeldonDeployment ${namespace}/${name}${waited}`,
    {
      hint: 'run this again when that run has ended; the input `lock-timeout` sets how long to wait',
    },
  );
}

function describe({ run, holder }: LeaseRecord): string {
  return `another run (${run ?? holder})`;
}
