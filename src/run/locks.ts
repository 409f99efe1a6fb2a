import { UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import type { Lock } from '../seldon/lease.ts';
import type { Peers, Run } from './run-state.ts';

/** Modes that a lock does not stop: they look, or take back. */
const PASSES: readonly string[] = ['abort', 'rollback', 'status', 'lock', 'unlock'];

/** @throws UserError locked while the object is locked */
export async function checkLock({ config, peers }: Pick<Run, 'config' | 'peers'>, ref: ObjectRef): Promise<void> {
  if (config.lockTimeout === undefined || config.manifestFile !== undefined || PASSES.includes(config.mode)) return;
  const lock = await standingLock({ peers }, ref);
  if (lock === undefined) return;
  throw new UserError('locked', `SeldonDeployment ${ref.namespace}/${ref.name} is locked: ${lockInWords(lock)}`, {
    hint: 'ask that person, or unlock it with the command `unlock`; `abort` and `rollback` are not stopped by a lock',
  });
}

/** The lock that counts now. */
export async function standingLock(
  { peers }: { readonly peers: Pick<Peers, 'cluster' | 'clock'> },
  ref: ObjectRef,
): Promise<Lock | undefined> {
  const lock = await peers.cluster.leases.readLock(ref);
  const end = Date.parse(lock?.until ?? '');
  // An end that cannot be parsed counts as none.
  return Number.isFinite(end) && end <= peers.clock.now() ? undefined : lock;
}

/** `octocat, since 2026-11-26 13:00, until …: the dashboards are wrong`. */
export function lockInWords({ by, since, until, reason }: Lock): string {
  const at = (time: string) => time.slice(0, 16).replace('T', ' ');
  const end = until === undefined ? '' : `, until ${at(until)}`;
  return `by ${by}, since ${at(since)}${end}: ${reason}`;
}

/** Sets or takes away the lock of one SeldonDeployment. */
export async function changeLock(
  { config, peers, context, journal, draft }: Run,
  ref: ObjectRef,
): Promise<{ readonly outcome: Outcome; readonly reason: Reason }> {
  const { leases } = peers.cluster;
  const now = peers.clock.now();
  const said = (reason: 'lock' | 'unlock', title: string) => {
    const finding: Finding = { reason, title, cure: undefined, quotes: [] };
    draft.findings = [finding];
    return { outcome: 'reported', reason } as const;
  };
  if (config.mode === 'unlock') {
    const lock = await journal.step('turn', () => leases.removeLock(ref));
    return said('unlock', lock === undefined ? 'there was no lock' : `the lock is gone: ${lockInWords(lock)}`);
  }
  const lock: Lock = {
    by: context.actor ?? 'somebody',
    reason: (config.lockReason ?? 'no reason given').slice(0, LONGEST_REASON),
    since: new Date(now).toISOString(),
    until: config.lockExpiry === undefined ? undefined : new Date(now + config.lockExpiry * 1000).toISOString(),
    run: context.runUrl,
  };
  await journal.step('turn', () => leases.writeLock(ref, lock));
  return said('lock', `changes are refused, ${lockInWords(lock)}`);
}

/** Characters of a reason. */
const LONGEST_REASON = 300;
