import type { ContainerStatus, KubernetesEvent, Pod } from '../seldon/snapshot.ts';

/** What pods and Kubernetes themselves say of a failure, put into lines that can be quoted. */

const MOST_EVENTS = 8;
const LOG_LINES = 20;
/** Lines shown after the telling one, where that is not among the last. */
const LINES_AFTER = 5;

export type ObservedContainer = ContainerStatus & { readonly init: boolean };

/** In the order in which they run; an init container counts as ready once it has done its work. */
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

/** Warnings, without the operator's daily noise; the same sentence once, with its number. */
export function relevantEvents(events: readonly KubernetesEvent[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { reason, message, involvedObject, count = 1 } of events.filter(isRelevant)) {
    const line = `${reason} ${involvedObject.kind}/${involvedObject.name}: ${message ?? ''}`;
    counts.set(line, (counts.get(line) ?? 0) + count);
  }
  return [...counts].slice(-MOST_EVENTS).map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
}

/** A container killed for its probe is told of as normal. A conflict of two writers is the operator's everyday. */
function isRelevant({ type, reason, message = '' }: KubernetesEvent): boolean {
  if (reason === 'Killing') return /failed \w+ probe/.test(message);
  return type === 'Warning' && !(reason === 'UpdateFailed' && /object has been modified/.test(message));
}

/** The end of a log, or the lines around the one that tells, when much was said after it. */
export function relevantLines(text: string, telling: string | undefined): string {
  const lines = text.trimEnd().split('\n');
  const [first = ''] = telling?.split('\n') ?? [];
  const at = first === '' ? -1 : lines.findIndex((line) => line.includes(first));
  const end = at < 0 || at >= lines.length - LOG_LINES ? lines.length : at + 1 + LINES_AFTER;
  return lines.slice(Math.max(0, end - LOG_LINES), end).join('\n');
}
