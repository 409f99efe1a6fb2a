import { CURES, type FailureContext, KNOWN_FAILURES } from './known-failures.ts';
import type { Finding } from './report.ts';
import type { Culprit, Expectation, ExpectedPredictor, RolloutStatus } from './rollout-status.ts';
import { ANNOTATIONS } from './seldon-deployment.ts';
import type { ContainerStatus, KubernetesEvent, Pod, Snapshot } from './snapshot.ts';
import { rcloneRemoteOf } from './storage-uri.ts';

/** A container's log that explains something; `previous` is the run before the restart. */
export interface LogRequest {
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
}

export interface EvidenceRequest {
  readonly logs: readonly LogRequest[];
  /** Uids of objects whose events are wanted. */
  readonly events: readonly string[];
}

export interface ContainerLog extends LogRequest {
  readonly text: string;
}

export interface Case {
  readonly status: Extract<RolloutStatus, { phase: 'failed' }> | { readonly phase: 'ready'; readonly message: string };
  readonly snapshot: Snapshot;
  readonly expected: Expectation;
  readonly logs: readonly ContainerLog[];
  readonly events: readonly KubernetesEvent[];
}

/** The kubelet's event for a probe: on a container that ends, all it says is that nobody listened. */
const PROBE_FAILED = 'Unhealthy';

const MOST_PODS = 3;
const LOG_LINES = 20;
const MOST_EVENTS = 8;

/** What to ask the cluster for, to explain a failed rollout: the culprit's words, else those of all that is not ready. */
export function evidenceWanted(status: Case['status'], snapshot: Snapshot, expected: Expectation): EvidenceRequest {
  const culprit = status.phase === 'failed' ? status.culprit : undefined;
  const pods = suspects(snapshot, expected, culprit);
  const logs = pods.flatMap((pod) =>
    containersOf(pod)
      .filter((one) => (culprit?.container === undefined ? !one.ready : one.name === culprit.container))
      .filter(hasRun)
      .flatMap((one) => logsOf(pod, one)),
  );
  const uids = [culprit?.uid, ...pods.map((pod) => pod.metadata.uid), snapshot.seldonDeployment?.metadata.uid];
  return { logs, events: [...new Set(uids.filter((uid) => uid !== undefined))] };
}

/** A crashed container's words are in the run before, unless the restart has already ended, too. */
function logsOf(pod: Pod, { name, restartCount }: ContainerStatus): readonly LogRequest[] {
  const request = { pod: pod.metadata.name, container: name };
  return [...(restartCount > 0 ? [{ ...request, previous: true }] : []), { ...request, previous: false }];
}

function hasRun({ state, lastState, restartCount }: ContainerStatus): boolean {
  return (
    restartCount > 0 ||
    state?.running !== undefined ||
    state?.terminated !== undefined ||
    lastState?.terminated !== undefined
  );
}

function suspects({ pods }: Snapshot, { predictors }: Expectation, culprit: Culprit | undefined): readonly Pod[] {
  if (culprit?.kind === 'pod') return pods.filter((pod) => pod.metadata.name === culprit.name);
  const markers = predictors.map((one) => one.marker);
  const ours = pods.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined && markers.includes(metadata.annotations?.[ANNOTATIONS.rollout]),
  );
  return ours.filter((pod) => containersOf(pod).some((one) => !one.ready)).slice(0, MOST_PODS);
}

function containersOf({ status }: Pod): readonly ContainerStatus[] {
  const init = (status?.initContainerStatuses ?? []).map((one) => ({
    ...one,
    ready: one.state?.terminated?.exitCode === 0,
  }));
  return [...init, ...(status?.containerStatuses ?? [])];
}

/** Why it failed: the verdict first, explained where its words are known, and quoted; then what else looks wrong. */
export function diagnose(one: Case): readonly Finding[] {
  const { status, expected, logs, events } = one;
  if (status.phase === 'ready') return [];
  const told = events.filter((event) => isTelling(event) && event.reason !== PROBE_FAILED).map((event) => event.message);
  const words = [status.message, ...logs.map((log) => log.text), ...told].join('\n');
  const known = KNOWN_FAILURES.find(({ pattern }) => pattern.test(words));
  const context = contextOf(expected, one);
  const title =
    known === undefined ? capitalised(status.message) : `${capitalised(known.title(context))} (${status.message})`;
  const cure = known?.cure(context) ?? CURES[status.reason];
  return [{ reason: status.reason, title, cure, quotes: quotesOf(one) }];
}

function contextOf({ predictors }: Expectation, { status }: Case): FailureContext {
  const named =
    status.phase === 'failed' ? predictors.find((one) => status.culprit?.name.includes(`-${one.name}-`)) : undefined;
  const predictor: ExpectedPredictor | undefined = named ?? predictors[0];
  const modelUri = predictor?.modelUri ?? '';
  return { modelUri, remote: rcloneRemoteOf(modelUri) };
}

function quotesOf({ status, snapshot, logs, events, expected }: Case): Finding['quotes'] {
  const culprit = status.phase === 'failed' ? status.culprit : undefined;
  const states = suspects(snapshot, expected, culprit).flatMap((pod) =>
    containersOf(pod)
      .filter((one) => !one.ready)
      .map((one) => `${pod.metadata.name}/${one.name}: ${describeState(one)}`),
  );
  const told = tellingEvents(events);
  const spoken = newestOf(logs.filter((log) => log.text.trim() !== ''));
  return [
    ...spoken.map((log) => ({ label: `Last lines of ${log.pod}/${log.container}`, text: lastLines(log.text) })),
    ...(states.length === 0 ? [] : [{ label: 'Containers', text: states.join('\n') }]),
    ...(told.length === 0 ? [] : [{ label: 'Events', text: told.join('\n') }]),
  ];
}

/** One log for each container: the one with the most to say about its end comes first in the requests. */
function newestOf(logs: readonly ContainerLog[]): readonly ContainerLog[] {
  return logs.filter(
    (log, at) => logs.findIndex((other) => other.pod === log.pod && other.container === log.container) === at,
  );
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
}

function describeState({ state = {}, lastState, restartCount }: ContainerStatus): string {
  const ended = state.terminated ?? lastState?.terminated;
  const parts = [
    state.waiting === undefined
      ? undefined
      : `waiting, ${state.waiting.reason ?? ''} ${state.waiting.message ?? ''}`.trim(),
    state.running === undefined ? undefined : 'running, not ready',
    ended === undefined
      ? undefined
      : `ended with ${ended.reason ?? 'Error'}, exit code ${ended.exitCode}${ended.message ? `: ${ended.message}` : ''}`,
    restartCount === 0 ? undefined : `${restartCount} restarts`,
  ];
  return parts.filter(Boolean).join('; ');
}

/** Warnings, without the operator's and kubelet's daily noise; the same sentence once, with its number. */
function tellingEvents(events: readonly KubernetesEvent[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const event of events.filter(isTelling)) {
    const line =
      `${event.reason} ${event.involvedObject.kind}/${event.involvedObject.name}: ${event.message ?? ''}`.trim();
    counts.set(line, (counts.get(line) ?? 0) + (event.count ?? 1));
  }
  return [...counts].slice(-MOST_EVENTS).map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
}

function isTelling({ type, reason, message }: KubernetesEvent): boolean {
  return type === 'Warning' && !(reason === 'UpdateFailed' && /object has been modified/.test(message ?? ''));
}

function capitalised(sentence: string): string {
  return sentence.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
