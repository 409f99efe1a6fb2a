import { bestEffort } from '../../base/best-effort.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { Clock } from '../../base/ports.ts';
import { lastOtherWriter } from '../../plan/live/ownership.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import { askAgain } from '../ask-again.ts';
import { isAsApplied } from '../others/upon-live.ts';

/** What is live of a rollout that this run must not touch any more; `unknown` if the cluster cannot be asked. */
export interface LeftAsItIs {
  readonly outcome: Extract<Outcome, 'kept' | 'object-changed' | 'unknown'>;
  /** Undefined if there is none, or if it could not be read. */
  readonly live: SeldonDeployment | undefined;
}

/** Looks at what a rollout left, and changes nothing. */
export async function leftAsItIs(
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
  ref: ObjectRef,
  applied: SeldonDeployment,
): Promise<LeftAsItIs> {
  const found = await bestEffort(askAgain(clock, () => cluster.read(ref)).then((live) => ({ live })));
  if (found === undefined) return { outcome: 'unknown', live: undefined };
  const { live } = found;
  return { outcome: changedByOthers(live, applied) === undefined ? 'kept' : 'object-changed', live };
}

/** What another person or tool did to the object since it was applied, in words; undefined if nothing. */
export function changedByOthers(now: SeldonDeployment | undefined, applied: SeldonDeployment): string | undefined {
  if (now === undefined) return 'the SeldonDeployment was deleted by another person or tool';
  if (now.metadata.uid !== applied.metadata.uid)
    return 'the SeldonDeployment was deleted and re-created by another person or tool';
  if (!isAsApplied(now, applied))
    return `the SeldonDeployment was changed by ${lastOtherWriter(now).words}, and the action does not undo such changes`;
  return undefined;
}
