import type { Finding } from '../../base/finding.ts';
import { predictorLines } from '../../plan/live-state.ts';
import { describe } from '../../record/acquire-lease.ts';
import { type Stopped, stopHolder } from '../../record/stop-holder.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import type { HeldLeaseRecord } from '../../seldon/lease.ts';
import { ANNOTATIONS } from '../../seldon/seldon-deployment.ts';
import { leaseKey, leaseOrder } from '../leases/lease-order.ts';
import type { Run } from '../run-state.ts';

/** Stops the run that is changing this object, so that an emergency need not wait for it. */
export async function stopOthers(self: Run, ref: ObjectRef): Promise<Stopped> {
  const { config, control, context, journal } = self;
  const { lockTimeout: timeout } = config;
  if (timeout === undefined) return { kind: 'nobody' };
  const by = `${context.actor ?? 'somebody'}, by ${context.runUrl ?? 'a run outside GitHub'},`;
  const order = leaseOrder(self, ref, timeout);
  const stopped = await journal.step('turn', (conclude) =>
    control.leases.turn(leaseKey(self), () => stopHolder({ ...order, by }, conclude)),
  );
  if (stopped.kind === 'taken') self.open.lease = stopped.lease;
  return stopped;
}

/** Is there anything of the other run to put back? Its URL is on what it applied. */
export async function hasChanged(
  { peers }: Pick<Run, 'peers'>,
  ref: ObjectRef,
  other: HeldLeaseRecord,
): Promise<boolean> {
  const live = await peers.cluster.read(ref);
  return live !== undefined && live.metadata.annotations?.[ANNOTATIONS.runUrl] === other.run;
}

/** What is told of a run that stopped by itself, or that had nothing to stop. */
export async function tellStopped(self: Run, ref: ObjectRef, stopped: Stopped): Promise<void> {
  const { peers, draft } = self;
  const live = await peers.cluster.read(ref);
  const isNobody = stopped.kind === 'nobody';
  const title = isNobody
    ? 'no run is changing this SeldonDeployment; to go back to the model before, use `rollback`'
    : `${describe(stopped.other)} was stopped; this is what is live now`;
  const reason = isNobody ? 'nothing-to-abort' : 'stopped';
  const finding: Finding = { reason, title, cure: undefined, quotes: [] };
  const predictors = live === undefined ? [] : predictorLines(live);
  Object.assign(draft, { outcome: 'reported', reason, findings: [finding], predictors });
}
