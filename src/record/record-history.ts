import { messageOf, UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Clock } from '../base/ports.ts';
import type { RunContext } from '../base/run-context.ts';
import { historyOf, isNewest, type NewRevision, provenPart, withRevision } from '../plan/history.ts';
import type { Cluster } from '../seldon/cluster.ts';
import type { ObjectRef } from '../seldon/object-ref.ts';
import { ANNOTATIONS } from '../seldon/seldon-deployment.ts';

export interface RecordRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: ObjectRef;
  readonly context: RunContext;
  /** Number of the revision that this run brought back. */
  readonly restores: number | undefined;
}

const MOST_TRIES = 5;

/**
 * Notes on the object that what it serves now was proven, so that a later rollback finds it.
 * @returns a warning where that could not be written: what is live is live
 */
export async function recordHistory(request: RecordRequest, conclude: Conclude): Promise<string | undefined> {
  try {
    conclude(await write(request));
    return undefined;
  } catch (error) {
    const why = messageOf(error);
    conclude(why, 'failed');
    return `The history on the object was not written, so a later \`rollback\` will not find this model: ${why}`;
  }
}

async function write({ cluster, clock, ref, context, restores }: RecordRequest): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const object = await cluster.read(ref);
    const proven = object && provenPart(object);
    if (object === undefined || proven === undefined) return 'there is nothing to note';
    const history = historyOf(object);
    if (isNewest(object, history)) return `revision ${history[0]?.revision} says so already`;
    const added: NewRevision = {
      ...proven,
      time: new Date(clock.now()).toISOString(),
      ...(context.runUrl !== undefined && { run: context.runUrl }),
      ...(context.commit !== undefined && { commit: context.commit }),
    };
    const all = withRevision(history, added, restores);
    try {
      await cluster.annotate(object, { [ANNOTATIONS.history]: JSON.stringify(all) });
      return `revision ${all[0]?.revision}, ${all.length} kept`;
    } catch (error) {
      const isRace = error instanceof UserError && error.code === 'object-changed';
      if (!isRace || attempt === MOST_TRIES) throw error;
    }
  }
}
