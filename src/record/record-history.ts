import { messageOf, UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Clock } from '../base/ports.ts';
import type { RunContext } from '../base/run-context.ts';
import { hasRevision, historyOf, isNewest, type NewRevision, provenPart, withRevision } from '../plan/history.ts';
import { isAsApplied } from '../rollout/others/upon-live.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { staleServicesOf } from '../seldon/created-objects.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';

export interface RecordRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: ObjectRef;
  readonly context: RunContext;
  /** The object that was proven. */
  readonly proven: SeldonDeployment;
  /** Number of the revision that this run restored. */
  readonly restores: number | undefined;
}

const MOST_TRIES = 5;
const TOO_LONG = 'its predictor alone has more than 64 KiB; the history keeps the revisions that it has';

export interface RecordEnd {
  /** Set if the record could not be written; the rollout is still a success. */
  readonly warning?: string;
  /** The object was still the proven one when its history was read or written. */
  readonly isAsProven: boolean;
}

/** Records on the object that its current model was proven, so that a later rollback finds it. */
export async function recordHistory(request: RecordRequest, conclude: Conclude): Promise<RecordEnd> {
  try {
    const written = await write(request);
    conclude(written ?? 'there is no proven revision to record');
    return { isAsProven: written !== undefined };
  } catch (error) {
    const why = messageOf(error);
    conclude(why, 'failed');
    const warning = `The history on the object was not written, so a later \`rollback\` will not find this model: ${why}`;
    return { warning, isAsProven: false };
  }
}

/** @returns what was done; undefined if the object has nothing to record */
async function write({
  cluster,
  clock,
  ref,
  context,
  restores,
  proven: stored,
}: RecordRequest): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const object = await settledObject({ cluster, clock, ref });
    const proven = object && provenPart(object);
    if (object === undefined || proven === undefined) return undefined;
    if (!isAsApplied(object, stored)) throw new Error('another person or tool changed the object after its proof');
    const history = historyOf(object);
    if (isNewest(object, history)) return `revision ${history[0]?.revision} is already recorded`;
    const added: NewRevision = {
      ...proven,
      time: new Date(clock.now()).toISOString(),
      ...(context.runUrl !== undefined && { run: context.runUrl }),
      ...(context.commit !== undefined && { commit: context.commit }),
    };
    const all = withRevision(history, added, restores);
    if (!hasRevision(all, added)) throw new Error(TOO_LONG);
    try {
      await cluster.annotate(object, { [ANNOTATIONS.history]: JSON.stringify(all) });
      return `revision ${all[0]?.revision} is recorded; the history has ${all.length} revisions`;
    } catch (error) {
      const isRace = error instanceof UserError && error.code === 'object-changed';
      if (!isRace || attempt === MOST_TRIES) throw error;
    }
  }
}

/** Seconds for which the operator may still be writing what it removed, and milliseconds between two looks. */
const SETTLE_TIMEOUT_S = 20;
const SETTLE_INTERVAL_MS = 250;

/**
 * The object once the operator's status lists no Service of a predictor that is gone. A write of ours in between makes
 * the operator lose its own: it then looks for that Service for ever (recorded: status_write_lost).
 */
async function settledObject({
  cluster,
  clock,
  ref,
}: Pick<RecordRequest, 'cluster' | 'clock' | 'ref'>): Promise<SeldonDeployment | undefined> {
  const end = clock.now() + SETTLE_TIMEOUT_S * 1000;
  for (;;) {
    const object = await cluster.read(ref);
    if (object === undefined || staleServicesOf(object).length === 0 || clock.now() >= end) return object;
    await clock.sleep(SETTLE_INTERVAL_MS);
  }
}
