import type { Finding } from '../../base/finding.ts';
import { historyOf } from '../../plan/history.ts';
import { describe } from '../../record/acquire-lease.ts';
import { deactivateRecords } from '../../record/github-deployment.ts';
import { heldByFinalizer, remainder } from '../../rollout/undo/remainder.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import type { HeldLeaseRecord } from '../../seldon/lease.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { Run } from '../run-state.ts';

/**
 * Deletes what a run had created that did not answer and lost its lease, if it was the first deployment and never proven:
 * there is no earlier model to return to, and no user of one.
 * @returns false if there is something else to do
 */
export async function withdrawFirst(self: Run, ref: ObjectRef, other: HeldLeaseRecord): Promise<boolean> {
  const { config, peers, control, journal, draft } = self;
  const { cluster, clock, deployments, runner } = peers;
  const live = await cluster.read(ref);
  if (live === undefined || !isFirstOf(live, other)) return false;
  await journal.step('remove', async (conclude) => {
    await control.confirm();
    await cluster.remove(ref, live);
    const { isHeld, words } = await remainder({ cluster, clock, ref, removed: live });
    if (isHeld) throw heldByFinalizer(ref, words);
    conclude(`it was the first deployment, and was never proven: SeldonDeployment ${ref.name} is deleted${words}`);
  });
  await deactivateRecords({ deployments, runner, config: config.record }, ref);
  const title = `${describe(other)} was stopped during the first deployment, which is deleted: there is no earlier model`;
  const finding: Finding = { reason: 'stopped', title, cure: undefined, quotes: [] };
  Object.assign(draft, { outcome: 'removed', reason: 'stopped', findings: [finding], predictors: [] });
  return true;
}

/** Created by that run, changed by nobody since, and never proven. The server counts each change of a spec. */
export function isFirstOf({ metadata, ...object }: SeldonDeployment, { run }: HeldLeaseRecord): boolean {
  const { annotations = {}, generation } = metadata;
  const isOurs = annotations[ANNOTATIONS.rendered] !== undefined && annotations[ANNOTATIONS.runUrl] === run;
  return run !== undefined && isOurs && generation === 1 && historyOf({ metadata, ...object }).length === 0;
}
