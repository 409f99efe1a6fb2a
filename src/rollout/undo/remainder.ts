import { messageOf, UserError } from '../../base/errors.ts';
import type { Clock } from '../../base/ports.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import { deploymentLabelsOf } from '../../seldon/created-objects.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';

/** Seconds until the pods of a deleted object are deleted: their grace period, and Seldon's preStop of 10 s. */
const REMOVAL_TIMEOUT_S = 180;
/** Seconds in which a controller that works gives its finalizer up. */
const FINALIZER_TIMEOUT_S = 60;

export interface RemainderRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: ObjectRef;
  readonly removed: SeldonDeployment;
}

export interface Remainder {
  /** A finalizer keeps the object, and with it its pods and routes: the model still answers. */
  readonly isHeld: boolean;
  readonly words: string;
}

/** What is left of a deleted object after its deletion. What cannot be read does not fail the run. */
export async function remainder({ cluster, clock, ref, removed }: RemainderRequest): Promise<Remainder> {
  const after = (words: string): Remainder => ({ isHeld: false, words });
  try {
    const observation = await cluster.observe(ref, deploymentLabelsOf(removed));
    try {
      const start = clock.now();
      for (let object = await cluster.read(ref); ; object = await cluster.read(ref)) {
        const hasPods = observation.deployments.length > 0 || observation.pods.length > 0;
        const isOther = object !== undefined && object.metadata.uid !== removed.metadata.uid;
        if (isOther) return after(', and another person or tool has created it again');
        if (object === undefined && !hasPods) return after(', and its pods are gone');
        const waited = (clock.now() - start) / 1000;
        if (object !== undefined && waited >= FINALIZER_TIMEOUT_S) return held(object);
        if (waited >= REMOVAL_TIMEOUT_S) return after('; its pods are still terminating');
        await observation.change(2_000);
      }
    } finally {
      observation.close();
    }
  } catch (error) {
    return after(`; the remaining objects could not be read: ${messageOf(error)}`);
  }
}

/** The error of a removal that a finalizer holds up. */
export function heldByFinalizer({ namespace, name }: ObjectRef, words: string): UserError {
  return new UserError('object-not-ours', `SeldonDeployment ${namespace}/${name} was to be removed${words}`, {
    hint: 'find out which controller has to remove that finalizer, and why it does not; then the object goes by itself',
  });
}

function held({ metadata }: SeldonDeployment): Remainder {
  const names = (metadata.finalizers ?? []).map((one) => `\`${one}\``).join(', ');
  const which = names === '' ? 'a finalizer' : `the finalizer ${names}`;
  return { isHeld: true, words: `, but ${which} keeps it: its pods still answer` };
}
