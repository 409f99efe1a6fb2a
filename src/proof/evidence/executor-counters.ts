import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import { executorPortOf, requestCounts } from '../../seldon/executor-metrics.ts';
import type { Pod } from '../../seldon/snapshot.ts';
import type { CounterReading, CounterSource } from './counters.ts';

/** Milliseconds one page may take: a slow one must not delay a verdict. */
const TIMEOUT = 5_000;
/** Pods that are read at each look; more show the same. */
const MOST_PODS = 64;

/**
 * The counters of the executors themselves, read through the API server: for clusters without Prometheus.
 * @param labels see `Cluster.observe`
 */
export function executorCounters(
  cluster: Pick<Cluster, 'observe' | 'pod'>,
  ref: ObjectRef,
  labels: readonly string[],
): CounterSource {
  return {
    name: 'the executors',
    seesNewInstances: true,
    async read() {
      const observation = await cluster.observe(ref, labels);
      const pods = observation.pods.filter(hasExecutor);
      observation.close();
      const pages = await Promise.all(pods.slice(0, MOST_PODS).map((pod) => readPage(cluster, ref, pod)));
      return readingOf(ref, pods, pages);
    },
  };
}

function hasExecutor(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && executorPortOf(pod) !== undefined;
}

/** Undefined where the executor does not answer. @throws UserError cluster-forbidden without `get pods/proxy` */
async function readPage(cluster: Pick<Cluster, 'pod'>, ref: ObjectRef, pod: Pod): Promise<string | undefined> {
  const port = executorPortOf(pod);
  if (port === undefined) return undefined;
  const endpoint = cluster.pod({ namespace: ref.namespace, name: pod.metadata.name }, port);
  const answer = await endpoint.send({ method: 'GET', path: '/prometheus', timeout: TIMEOUT });
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : undefined;
}

function readingOf(ref: ObjectRef, pods: readonly Pod[], pages: readonly (string | undefined)[]): CounterReading {
  const names = pods.map(({ metadata }) => metadata.name);
  return {
    instances: names.flatMap((instance, at) => {
      const page = pages[at];
      if (page === undefined) return [];
      return [{ instance, counts: requestCounts(page).filter(({ deployment }) => deployment === ref.name) }];
    }),
    unread: names.filter((_, at) => pages[at] === undefined),
  };
}
