import type { RequestCount } from '../../seldon/executor-metrics.ts';
import type { Buckets } from './latency.ts';

/** What all executors of one SeldonDeployment have counted so far. */
export interface CounterReading {
  /** Executors that were read, also those that counted nothing yet. */
  readonly instances: readonly InstanceReading[];
  /** Names of executors that are there and did not answer. */
  readonly unread: readonly string[];
  /** Seconds by the clock of a source that collects counts for itself; undefined where executors are read now. */
  readonly time?: number;
}

export interface InstanceReading {
  /** Unique among the executors of this object. */
  readonly instance: string;
  readonly counts: readonly RequestCount[];
  /** When the source collected these counts, by its own clock. */
  readonly time?: number | undefined;
}

/** Where requests are counted. */
export interface CounterSource {
  /** Where the counts come from, for messages: `Prometheus`, `the executors`. */
  readonly name: string;
  /**
   * Does an executor that appears later begin at zero? Yes where pods are listed; Prometheus may just not have read it.
   */
  readonly seesNewInstances: boolean;
  /** @throws UserError when the counts cannot be read */
  read(): Promise<CounterReading>;
}

/** Requests of one predictor in a window. */
export interface Counted {
  readonly requests: number;
  /** Of those, the ones that did not end with HTTP 200. */
  readonly failures: number;
  readonly buckets: Buckets;
}

export type CountedByPredictor = ReadonlyMap<string, Counted>;

/** Counts of one executor, by predictor, code and bound. */
type Values = ReadonlyMap<string, RequestCount>;

const NO_VALUES: Values = new Map();

/** The newest count of each series, by executor. */
export interface CounterState {
  readonly known: ReadonlyMap<string, Values>;
  /** Executors whose counts at the start are unknown. */
  readonly unread: ReadonlySet<string>;
  /** When counting began, by the clock of the source. */
  readonly start: number;
}

export const NOTHING_COUNTED: Counted = { requests: 0, failures: 0, buckets: new Map() };

/** The state from which growth is counted: all that was counted before is no growth. */
export function startFrom({ instances, unread, time: start = 0 }: CounterReading): CounterState {
  const isCurrent = (one: InstanceReading) => !isOlder(one, start);
  const old = instances.filter((one) => isOlder(one, start)).map(({ instance }) => instance);
  return {
    known: new Map(instances.filter(isCurrent).map(({ instance, counts }) => [instance, valuesOf(counts)])),
    unread: new Set([...unread, ...old]),
    start,
  };
}

/** Collected before counting began: what happened in between, such as our own questions, is not in it. */
function isOlder({ time }: InstanceReading, start: number): boolean {
  return time !== undefined && time < start;
}

/** How much all counters grew since the state before, and the state from now on. */
export function advance(
  state: CounterState,
  reading: CounterReading,
  { seesNewInstances }: Pick<CounterSource, 'seesNewInstances'>,
): { readonly state: CounterState; readonly grown: CountedByPredictor } {
  const known = new Map(state.known);
  const grown: RequestCount[] = [];
  for (const one of reading.instances) {
    const { instance, counts } = one;
    if (isOlder(one, state.start)) continue;
    const values = valuesOf(counts);
    const isNew = !state.known.has(instance);
    known.set(instance, values);
    if (isNew && (!seesNewInstances || state.unread.has(instance))) continue;
    const before = state.known.get(instance) ?? NO_VALUES;
    const base = hasRestarted(before, values) ? NO_VALUES : before;
    for (const [key, value] of values) grown.push({ ...value, count: value.count - (base.get(key)?.count ?? 0) });
  }
  const unread = new Set([...state.unread, ...reading.unread].filter((instance) => !known.has(instance)));
  return { state: { known, unread, start: state.start }, grown: sumByPredictor(grown) };
}

/** Everything that the executors have counted since they started. */
export function lifetimeOf({ instances }: CounterReading): CountedByPredictor {
  return sumByPredictor(instances.flatMap(({ counts }) => counts));
}

export function addCounted(one: Counted, other: Counted): Counted {
  const buckets = new Map(one.buckets);
  for (const [bound, count] of other.buckets) buckets.set(bound, (buckets.get(bound) ?? 0) + count);
  return { requests: one.requests + other.requests, failures: one.failures + other.failures, buckets };
}

/** A process that began again counts from zero: one of its counters falls, or is gone. */
function hasRestarted(before: Values, now: Values): boolean {
  return [...before].some(([key, { count }]) => (now.get(key)?.count ?? -1) < count);
}

/** One count for each key: the executor counts by HTTP method as well. */
function valuesOf(counts: readonly RequestCount[]): Values {
  const values = new Map<string, RequestCount>();
  for (const one of counts) {
    const key = JSON.stringify([one.predictor, one.code, String(one.bound)]);
    values.set(key, { ...one, count: one.count + (values.get(key)?.count ?? 0) });
  }
  return values;
}

function sumByPredictor(counts: readonly RequestCount[]): CountedByPredictor {
  const sums = new Map<string, { requests: number; failures: number; buckets: Map<number, number> }>();
  for (const { predictor, code, bound, count } of counts) {
    const sum = sums.get(predictor) ?? { requests: 0, failures: 0, buckets: new Map<number, number>() };
    sums.set(predictor, sum);
    if (bound !== Number.POSITIVE_INFINITY) {
      sum.buckets.set(bound, (sum.buckets.get(bound) ?? 0) + count);
      continue;
    }
    sum.requests += count;
    if (code !== '200') sum.failures += count;
  }
  return sums;
}
