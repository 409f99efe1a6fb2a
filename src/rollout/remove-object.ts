import { UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Clock } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { NothingApplied } from './apply-plan.ts';
import { askAgain } from './ask-again.ts';
import { heldByFinalizer, remainder } from './undo/remainder.ts';

export interface RemovalRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: ObjectRef;
  /** A dry run: nothing is deleted. */
  readonly isDry: boolean;
}

/**
 * Deletes a SeldonDeployment that this action created, and waits until its pods are deleted.
 * @throws UserError object-not-ours if another tool created it; NothingApplied when it is still there
 */
export async function removeObject({ cluster, clock, ref, isDry }: RemovalRequest, conclude: Conclude): Promise<void> {
  const live = await cluster.read(ref);
  const where = `SeldonDeployment ${ref.namespace}/${ref.name}`;
  if (live === undefined) return conclude(`there is no ${where}`);
  if (live.metadata.annotations?.[ANNOTATIONS.rendered] === undefined) {
    throw new UserError('object-not-ours', `${where} was not created by this action`, {
      hint: 'if it is the correct object, delete it with kubectl',
    });
  }
  if (isDry) return conclude(`${where} would be deleted`);
  await cluster.remove(ref, live).catch((error: unknown) => standsDespite(error, { cluster, clock, ref, live }));
  const { isHeld, words } = await remainder({ cluster, clock, ref, removed: live });
  if (isHeld) throw heldByFinalizer(ref, words);
  conclude(`${where} is removed${words}`);
}

/** The answer to a deletion is lost or makes no sense: the object itself tells whether it is being deleted. */
async function standsDespite(
  error: unknown,
  { cluster, clock, ref, live }: Omit<RemovalRequest, 'isDry'> & { readonly live: SeldonDeployment },
): Promise<void> {
  if (!(error instanceof UserError)) throw error;
  const found = await askAgain(clock, () => cluster.read(ref));
  const stands = found?.metadata.uid === live.metadata.uid && found?.metadata.deletionTimestamp === undefined;
  if (stands) throw new NothingApplied(error);
}
