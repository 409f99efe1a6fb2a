import type { Clock } from '../../base/ports.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import { deploymentLabelsOf } from '../../seldon/created-objects.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { Pod } from '../../seldon/snapshot.ts';
import { askAgain } from '../ask-again.ts';
import { hasEnded } from '../pod-failure.ts';

interface Peers {
  readonly cluster: Pick<Cluster, 'observe'>;
  readonly clock: Clock;
}

/** Times that something is asked again because its pods were replaced. Who deletes them more often means it. */
export const MOST_REPLACEMENTS = 3;

/**
 * Remembers the pods of an object. A drained node, an eviction or a person may replace them at any time: what failed
 * while they were away says nothing about the model. A container that restarts in its pod is another matter.
 * @returns a question: are all pods of one of its Deployments gone since?
 */
export async function followPods(
  { cluster, clock }: Peers,
  ref: ObjectRef,
  object: SeldonDeployment,
): Promise<() => Promise<boolean>> {
  const standing = async () => {
    const observation = await askAgain(clock, () => cluster.observe(ref, deploymentLabelsOf(object)));
    const { pods } = observation;
    observation.close();
    return pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && !hasEnded(pod));
  };
  const before = await standing();
  return async () => {
    const now = new Set((await standing()).map(({ metadata }) => metadata.uid));
    return [...Map.groupBy(before, ownerOf).values()].some((pods) =>
      pods.every(({ metadata }) => !now.has(metadata.uid)),
    );
  };
}

/** The ReplicaSet: after a restart of the Deployment it is another one. */
function ownerOf({ metadata }: Pod): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}
