import { acquireLease, type HeldLease, type LeaseRequest } from '../../record/acquire-lease.ts';
import type { RecordOrder } from '../../record/github-deployment.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import type { Run } from '../run-state.ts';

/** What to ask for a lease with. From here on the post step looks at what a killed run left, also after a takeover. */
export function leaseOrder({ config, peers, control, context }: Run, ref: ObjectRef, timeout: number): LeaseRequest {
  const { cluster, clock, runner } = peers;
  const left = { ref, mode: config.mode, target: context.target, context: config.cluster.context };
  runner.saveState('unfinished', JSON.stringify(left));
  const claim = { holder: control.holder, run: context.runUrl, mode: config.mode };
  return { cluster, clock, runner, ref, claim, timeout };
}

/** Names the object of a run among those of several clusters. */
export function leaseKey({ peers, draft }: Pick<Run, 'peers' | 'draft'>): string {
  return `${peers.cluster.server} ${draft.namespace}/${draft.name}`;
}

/** What to open a GitHub deployment with. */
export function recordOrder({ config, peers, control, draft }: Run): RecordOrder {
  const { deployments, runner } = peers;
  return { deployments, runner, config: config.record, holder: control.holder, report: draft };
}

/** Acquires the lease. From here on, no other run changes this object, and the post step closes what is left open. */
export async function waitForLease(self: Run, ref: ObjectRef): Promise<HeldLease> {
  const { lockTimeout: timeout } = self.config;
  const order = leaseOrder(self, ref, timeout ?? 0);
  if (timeout === undefined) return { release: async () => {}, halted: new AbortController().signal };
  return self.journal.step('turn', (conclude) =>
    self.control.leases.turn(leaseKey(self), () => acquireLease(order, conclude)),
  );
}
