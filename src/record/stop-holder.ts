import type { Conclude } from '../base/journal.ts';
import type { HeldLeaseRecord } from '../seldon/lease.ts';
import { acquireLease, describe, type HeldLease, type LeaseRequest } from './acquire-lease.ts';

/** How another run was stopped. */
export type Stopped =
  /** No run holds the lease. */
  | { readonly kind: 'nobody' }
  /** It stopped by itself, and put back what it had changed. */
  | { readonly kind: 'stopped'; readonly other: HeldLeaseRecord }
  /** It did not answer: its lease is ours now. */
  | { readonly kind: 'taken'; readonly other: HeldLeaseRecord; readonly lease: HeldLease };

export interface StopRequest extends LeaseRequest {
  /** Who asks, in words. */
  readonly by: string;
}

/** Milliseconds for which the holder may be silent, and between two looks. */
const PATIENCE_MS = 30_000;
const POLL_MS = 1_000;

/** Runs that are an emergency themselves: other runs wait for them and do not stop them. */
const EMERGENCY: readonly (string | undefined)[] = ['abort', 'rollback'];

/** Asks the run that holds the lease to stop. One that does not answer within 30 s loses it. */
export async function stopHolder(request: StopRequest, conclude: Conclude): Promise<Stopped> {
  const { cluster, clock, runner, ref, by, timeout } = request;
  const other = await cluster.leases.look(ref);
  if (other === undefined || EMERGENCY.includes(other.mode)) {
    conclude('no run is to be stopped');
    return { kind: 'nobody' };
  }
  runner.info(`${describe(other)} is asked to stop`);
  const started = clock.now();
  const end = started + Math.max(PATIENCE_MS, timeout * 1000);
  await cluster.leases.askToStop(ref, other.holder, by);
  for (let seen = other; ; ) {
    await clock.sleep(POLL_MS);
    const now = await cluster.leases.look(ref);
    if (now === undefined || now.holder !== other.holder) {
      conclude(`${describe(other)} has stopped`);
      return { kind: 'stopped', other };
    }
    seen = now;
    const isSilent = seen.isStopping !== true && clock.now() - started >= PATIENCE_MS;
    if (!isSilent && clock.now() < end) continue;
    const lease = await acquireLease({ ...request, over: seen, timeout: 5 }, () => {});
    conclude(`${describe(other)} did not answer within ${PATIENCE_MS / 1000} s: its lease is taken over`);
    return { kind: 'taken', other, lease };
  }
}
