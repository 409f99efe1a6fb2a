import { bestEffort } from '../../base/best-effort.ts';
import type { Clock } from '../../base/ports.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import type { KubernetesEvent, Pod, Snapshot } from '../../seldon/snapshot.ts';
import { hasEnded } from '../pod-failure.ts';

/** Events are read for a few pods and seldom: each read is a list on the API server. */
const MOST_PODS = 3;
const INTERVAL_MS = 10_000;

interface EventRequest {
  readonly cluster: Pick<Cluster, 'events'>;
  readonly ref: ObjectRef;
  readonly clock: Clock;
}

/** Adds the events of pods that do not start: a volume that cannot be mounted is said nowhere else. */
export function startReadingEvents({ cluster, ref, clock }: EventRequest): (snapshot: Snapshot) => Promise<Snapshot> {
  let events: readonly KubernetesEvent[] = [];
  let readAt = clock.now();
  return async (snapshot) => {
    const stuck = snapshot.pods.filter(isStuck);
    if (stuck.length === 0) return snapshot;
    if (clock.now() - readAt >= INTERVAL_MS) {
      const uids = stuck.flatMap(({ metadata: { uid } }) => uid ?? []).slice(0, MOST_PODS);
      const lists = await Promise.all(uids.map((uid) => bestEffort(cluster.events(ref.namespace, uid))));
      events = lists.flatMap((list) => list ?? []);
      readAt = clock.now();
    }
    return { ...snapshot, events };
  };
}

function isStuck(pod: Pod): boolean {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const all = [...initContainerStatuses, ...containerStatuses];
  const runs = all.some(({ state }) => state?.running !== undefined || state?.terminated !== undefined);
  return pod.metadata.deletionTimestamp === undefined && !hasEnded(pod) && !runs && all.every((one) => !one.ready);
}
