import { mostOf } from '../../base/numbers/extremes.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import { type Labels, type RequestCount, requestCountOf, SERVER_REQUESTS } from '../../seldon/executor-metrics.ts';
import type { CounterReading, CounterSource } from './counters.ts';
import type { Metrics, Sample } from './metrics.ts';

/** Labels of the executor itself. All others name the target that Prometheus read. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  ...['__name__', 'code', 'deployment_name', 'le', 'method'],
  ...['predictor_name', 'predictor_version', 'service'],
]);
/** The names under which Prometheus usually keeps a pod's namespace; the metric itself has none. */
const NAMESPACE_LABELS = ['namespace', 'kubernetes_namespace', 'exported_namespace'] as const;

/**
 * The counters of the executors as Prometheus read them last. When that was is asked first, so that the counts are never
 * older than they say.
 */
export function prometheusCounters(metrics: Pick<Metrics, 'series'>, ref: ObjectRef): CounterSource {
  const query = countersQuery(ref.name);
  return {
    name: 'Prometheus',
    seesNewInstances: false,
    read: async () => {
      const times = await metrics.series(timesQuery(ref.name));
      return readingOf({ times, samples: await metrics.series(query) }, ref);
    },
  };
}

/** The newest sample of each bucket: counts are exact, where `increase` would extrapolate. */
export function countersQuery(deployment: string): string {
  return `${SERVER_REQUESTS}_bucket{deployment_name="${deployment}",service="predictions"}`;
}

/** When Prometheus read each executor last, in seconds since the epoch. */
export function timesQuery(deployment: string): string {
  return `timestamp(${SERVER_REQUESTS}_bucket{deployment_name="${deployment}",service="predictions",le="+Inf"})`;
}

interface Answers {
  readonly times: readonly Sample[];
  readonly samples: readonly Sample[];
}

function readingOf({ times, samples }: Answers, ref: ObjectRef): CounterReading {
  const collected = new Map<string, number>();
  for (const { labels, value } of times) {
    const instance = instanceOf(labels);
    collected.set(instance, Math.max(value, collected.get(instance) ?? 0));
  }
  const instances = new Map<string, RequestCount[]>();
  for (const { labels, value } of samples) {
    const count = requestCountOf(labels, value);
    if (count === undefined || !isIn(labels, ref.namespace)) continue;
    const instance = instanceOf(labels);
    const counts = instances.get(instance) ?? [];
    counts.push(count);
    instances.set(instance, counts);
  }
  return {
    // An executor that had no time yet was read in between: it is older than anything we may count from.
    instances: [...instances].map(([instance, counts]) => ({ instance, counts, time: collected.get(instance) ?? 0 })),
    unread: [],
    time: Math.max(0, mostOf([...times, ...samples].map(({ time }) => time))),
  };
}

/** Another namespace may have an object of the same name. */
function isIn(labels: Labels, namespace: string): boolean {
  const label = NAMESPACE_LABELS.find((name) => labels[name] !== undefined);
  return label === undefined || labels[label] === namespace;
}

function instanceOf(labels: Labels): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([name]) => !OWN_LABELS.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
