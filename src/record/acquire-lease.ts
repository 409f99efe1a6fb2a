import { messageOf, UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import type { HeldLeaseRecord, LeaseRecord } from '../seldon/lease.ts';

/** Who asks for the lease. */
export interface LeaseClaim {
  readonly holder: string;
  readonly run: string | undefined;
  /** What this run does, for others that wait. */
  readonly mode?: string;
}

export interface LeaseRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info' | 'warning' | 'saveState'>;
  readonly ref: ObjectRef;
  readonly claim: LeaseClaim;
  /** Seconds to wait while another run holds the lease. */
  readonly timeout: number;
  /** Whose lease may be taken although it is valid. */
  readonly over?: HeldLeaseRecord;
}

export interface HeldLease {
  /** Aborted, with a UserError as its reason, once this run must not change anything more. */
  readonly halted: AbortSignal;
  /** Never throws: a lease that is not released expires. */
  release(): Promise<void>;
}

/** Seconds for which a lease is valid after its last renewal, and milliseconds between two renewals or reads. */
const DURATION_S = 60;
const RENEW_INTERVAL_MS = 15_000;
/** Milliseconds between two reads of the lease for a request to stop. */
const LOOK_INTERVAL_MS = 3_000;
const POLL_INTERVAL_MS = 2_000;

/**
 * Waits until no other run holds the lease of this SeldonDeployment, takes it and renews it until it is released. Our own
 * clock decides whether another run's lease has expired: it measures the time since we last saw a renewal.
 */
export async function acquireLease(request: LeaseRequest, conclude: Conclude): Promise<HeldLease> {
  const { cluster, clock, runner, ref, timeout } = request;
  const { holder, run, mode } = request.claim;
  const claim: LeaseRecord = { holder, run, mode, seconds: DURATION_S };
  const end = clock.now() + timeout * 1000;
  // Saved before we hold the lease, so a run that is killed leaves no lease behind. We only release our own lease.
  runner.saveState('lease', JSON.stringify({ ref, claim }));
  let seen: { readonly claim: HeldLeaseRecord; readonly at: number } | undefined;
  for (;;) {
    const expired = seen !== undefined && clock.now() - seen.at > seen.claim.seconds * 1000 ? seen.claim : undefined;
    const other = await cluster.acquireLease(ref, claim, expired ?? takeable(request, seen?.claim));
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

/** The holder's last renewal may have come since it was last seen: it is the same holder, whatever it wrote. */
function takeable({ over }: LeaseRequest, seen: HeldLeaseRecord | undefined): HeldLeaseRecord | undefined {
  return seen !== undefined && seen.holder === over?.holder ? seen : over;
}

/** @param claim ours, which the cluster has just accepted */
function keepRenewing({ cluster, clock, runner, ref }: LeaseRequest, claim: LeaseRecord): HeldLease {
  const over = new AbortController();
  const halt = new AbortController();
  const where = `${ref.namespace}/${ref.name}`;
  const lost = (what: string) => {
    runner.warning(what);
    halt.abort(new UserError('lease-lost', `${what}: this run stops before its next change`, { hint: AFTER_LOSS }));
  };
  let renewed = clock.now();
  const look = async () => {
    const standing = await cluster.leases.look(ref);
    if (standing !== undefined && standing.holder !== claim.holder)
      return lost(`${describe(standing)} has taken over the lease of ${where}`);
    if (standing?.stop === undefined || halt.signal.aborted) return;
    runner.info(`${standing.stop} asks this run to stop`);
    await cluster.leases.answerStop(ref, claim.holder);
    halt.abort(
      new UserError('aborted', `${standing.stop} stopped this run`, {
        hint: 'look at what is live, and deploy again when you are ready',
      }),
    );
  };
  const renew = async () => {
    const other = await cluster.acquireLease(ref, claim, undefined);
    if (other === undefined) renewed = clock.now();
    else lost(`${describe(other)} has taken over the lease of ${where}`);
  };
  const keep = async () => {
    for (let at = 1; ; at++) {
      await clock.sleep(LOOK_INTERVAL_MS, over.signal);
      if (over.signal.aborted || isLost(halt.signal)) return;
      try {
        await (at % (RENEW_INTERVAL_MS / LOOK_INTERVAL_MS) === 0 ? renew() : look());
      } catch (error) {
        // The lease is still valid: the next renewal may be in time.
        runner.info(`the lease of ${where} could not be renewed: ${messageOf(error)}`);
        if (clock.now() - renewed > DURATION_S * 1000) lost(`the lease of ${where} ran out`);
      }
    }
  };
  void keep();
  return {
    halted: halt.signal,
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

const AFTER_LOSS = 'look at what is live; the run that has the lease now goes on from there';

/** Must this run change nothing at all any more, not even put back what it changed? */
export function isLost(halted: AbortSignal): boolean {
  return halted.reason instanceof UserError && halted.reason.code === 'lease-lost';
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

export function describe({ run, holder }: LeaseRecord): string {
  return `another run (${run ?? holder})`;
}
