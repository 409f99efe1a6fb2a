import { messageOf } from '../base/errors.ts';
import type { Clock } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { deploymentLabelsOf } from '../seldon/created-objects.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';

export interface RemainderRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly ref: ObjectRef;
  readonly removed: SeldonDeployment;
}

/** Seconds until the pods of a deleted object are deleted: their grace period, and Seldon's preStop of 10 s. */
const REMOVAL_TIMEOUT_S = 180;

/** What is left of a deleted object after its deletion, in words. A failure here does not fail the run. */
export async function remainder({ cluster, clock, ref, removed }: RemainderRequest): Promise<string> {
  try {
    const observation = await cluster.observe(ref, deploymentLabelsOf(removed));
    try {
      const end = clock.now() + REMOVAL_TIMEOUT_S * 1000;
      for (let object = await cluster.read(ref); ; object = await cluster.read(ref)) {
        const hasPods = observation.deployments.length > 0 || observation.pods.length > 0;
        if (object === undefined && !hasPods) return ', and its pods are gone';
        if (clock.now() >= end)
          return object === undefined
            ? '; its pods are still terminating'
            : '; a finalizer still blocks the deletion of the object';
        await observation.change(2_000);
      }
    } finally {
      observation.close();
    }
  } catch (error) {
    return `; the remaining objects could not be read: ${messageOf(error)}`;
  }
}
