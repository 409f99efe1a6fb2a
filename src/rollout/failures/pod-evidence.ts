import type { ContainerStatus, KubernetesEvent, Pod } from '../../seldon/snapshot.ts';

/** Messages of pods and Kubernetes about a failure, as lines to quote. */

const MOST_EVENTS = 8;
const LOG_LINES = 20;
/** Lines shown after the matching line, if that is not among the last lines. */
const LINES_AFTER = 5;

export type ObservedContainer = ContainerStatus & { readonly init: boolean };

/** Containers in the order in which they run. An init container counts as ready after it has completed. */
export function containersOf({ status }: Pod): readonly ObservedContainer[] {
  const init = (status?.initContainerStatuses ?? []).map((one) => {
    return { ...one, ready: one.state?.terminated?.exitCode === 0, init: true };
  });
  return [...init, ...(status?.containerStatuses ?? []).map((one) => ({ ...one, init: false }))];
}

/** `waiting, CrashLoopBackOff …; ended with Error, exit code 1; 2 restarts`. */
export function stateInWords({ state = {}, lastState, restartCount }: ContainerStatus): string {
  const ended = state.terminated ?? lastState?.terminated;
  const parts = [
    state.waiting && `waiting, ${state.waiting.reason ?? ''} ${state.waiting.message ?? ''}`.trim(),
    state.running && 'running, not ready',
    ended && `ended with ${ended.reason ?? 'Error'}, exit code ${ended.exitCode}`,
    ended?.message,
    restartCount > 0 && `${restartCount} ${restartCount === 1 ? 'restart' : 'restarts'}`,
  ];
  return parts.filter(Boolean).join('; ');
}

/** Why a pod as a whole ended: `Evicted: The node was low on resource: …`; empty for one that runs. */
export function endInWords({ status }: Pod): string {
  return [status?.reason, status?.message].filter(Boolean).join(': ');
}

/** Warnings, without the operator's daily noise; the same sentence once, with its number. */
export function relevantEvents(events: readonly KubernetesEvent[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { reason, message, involvedObject, count = 1 } of events.filter(isRelevant)) {
    const line = `${reason} ${involvedObject.kind}/${involvedObject.name}: ${message ?? ''}`;
    counts.set(line, (counts.get(line) ?? 0) + count);
  }
  return [...counts].slice(-MOST_EVENTS).map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
}

/** Kubernetes reports a container killed by its probe as Normal. Update conflicts are routine for the operator. */
function isRelevant({ type, reason, message = '' }: KubernetesEvent): boolean {
  if (reason === 'Killing') return /failed \w+ probe/.test(message);
  return type === 'Warning' && !/object has been modified/.test(message);
}

/** The end of a log, or the lines around the matching line if many lines follow it. */
export function relevantLines(text: string, telling: string | undefined): string {
  const lines = text.trimEnd().split('\n');
  const [first = ''] = telling?.split('\n') ?? [];
  const at = first === '' ? -1 : lines.findIndex((line) => line.includes(first));
  const end = at < 0 || at >= lines.length - LOG_LINES ? lines.length : at + 1 + LINES_AFTER;
  return lines.slice(Math.max(0, end - LOG_LINES), end).join('\n');
}
