import { EXECUTOR } from '../seldon/executor-metrics.ts';
import type { Pod } from '../seldon/snapshot.ts';

/** Seconds; what takes less needs no explanation. */
const LEAST_TOTAL = 15;
const LEAST_PART = 5;
/** By how much the clocks of the cluster and of the runner may differ. */
const CLOCK_SKEW = 5;

/**
 * What the new pods waited for until they were ready, with the input that saves it. The parts overlap, because containers
 * start side by side. Undefined where nothing took long.
 * @param pods of the new predictor
 * @param since milliseconds since the epoch when the wait began: pods that were ready before were not waited for
 */
export function waitProfile(pods: readonly Pod[], since: number): string | undefined {
  const timed = pods.flatMap((pod) => {
    const [ready, total] = [readyTime(pod), startupOf(pod)];
    if (ready === undefined || total === undefined || ready < since / 1000 - CLOCK_SKEW) return [];
    return [{ pod, ready, total }];
  });
  // The one that was ready last is the one that was waited for.
  const last = timed.sort((a, b) => a.ready - b.ready).at(-1);
  if (last === undefined || last.total < LEAST_TOTAL) return undefined;
  const parts = [...initParts(last.pod), ...probeParts(last.pod, last.ready)];
  const list = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${last.total} s from the pod's creation until it was ready${list}`;
}

/** Seconds from a pod's creation until it was ready; undefined if it is not. */
export function startupOf(pod: Pod): number | undefined {
  const [created, ready] = [secondsOf(pod.metadata.creationTimestamp), readyTime(pod)];
  return created === undefined || ready === undefined ? undefined : ready - created;
}

function initParts({ status }: Pod): readonly string[] {
  return (status?.initContainerStatuses ?? []).flatMap(({ name, state }) => {
    const [start, end] = [secondsOf(state?.terminated?.startedAt), secondsOf(state?.terminated?.finishedAt)];
    return start === undefined || end === undefined || end - start < LEAST_PART ? [] : [`${end - start} s ${name}`];
  });
}

/** A probe does not ask before its initial delay is over, however early the container could answer. */
function probeParts({ spec, status }: Pod, ready: number): readonly string[] {
  return (spec?.containers ?? []).flatMap(({ name, readinessProbe }) => {
    const delay = readinessProbe?.initialDelaySeconds ?? 0;
    const running = status?.containerStatuses?.find((one) => one.name === name)?.state?.running;
    const started = secondsOf(running?.startedAt);
    if (started === undefined || delay < LEAST_PART || ready - started < delay) return [];
    return [`${delay} s ${delayWords(name)}`];
  });
}

function delayWords(container: string): string {
  if (container === EXECUTOR)
    return "the orchestrator's readiness probe (only `orchestrator: false` saves it, and then the requests are not counted)";
  return `the initial delay of the readiness probe of ${container} (\`startup-probe: true\` saves it)`;
}

function readyTime({ status }: Pod): number | undefined {
  const condition = status?.conditions?.find(({ type, status: state }) => type === 'Ready' && state === 'True');
  return secondsOf(condition?.lastTransitionTime);
}

function secondsOf(time: unknown): number | undefined {
  const value = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(value) ? undefined : Math.round(value / 1000);
}
