import type { Finding } from '../base/finding.ts';
import type { RolloutFailureReason } from '../base/outcome.ts';
import { ANNOTATIONS } from '../seldon/seldon-deployment.ts';
import type { KubernetesEvent, Pod, Snapshot } from '../seldon/snapshot.ts';
import type { Expectation } from './expectation.ts';
import { CURES, type FailureContext, KNOWN_FAILURES, type KnownFailure, type Source } from './known-failures.ts';
import { containersOf, type ObservedContainer, relevantEvents, relevantLines, stateInWords } from './pod-evidence.ts';
import type { RolloutStatus } from './verdict.ts';

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

type FailedStatus = Extract<RolloutStatus, { phase: 'failed' }>;

export interface FailureCase {
  readonly status: FailedStatus | { readonly phase: 'ready'; readonly message: string };
  readonly snapshot: Snapshot;
  readonly expected: Expectation;
  readonly logs: readonly ContainerLog[];
  readonly events: readonly KubernetesEvent[];
}

const MOST_PODS = 3;
/** Seldon's orchestrator: it fails because the model does, and says so at length. */
const ORCHESTRATOR = 'seldon-container-engine';

/** Reasons that no log can explain, and that need no pattern: the verdict's own sentence is the cause. */
const SELF_EXPLAINING: ReadonlySet<RolloutFailureReason> = new Set([
  'image-not-found',
  'out-of-memory',
  'quota-exceeded',
  'operator-failed',
  'object-deleted',
  'object-changed',
  'superseded',
]);

/** Reasons that no pod explains: somebody else acted. */
const DONE_BY_OTHERS: ReadonlySet<RolloutFailureReason> = new Set(['object-deleted', 'object-changed', 'superseded']);

/** What to ask the cluster for, to explain a failed rollout: the failing object's words, else those of all that is not ready. */
export function evidenceWanted(
  status: FailureCase['status'],
  snapshot: Snapshot,
  expected: Expectation,
): EvidenceRequest {
  if (status.phase === 'ready' || DONE_BY_OTHERS.has(status.reason)) return { logs: [], events: [] };
  const pods = suspects(status, snapshot, expected);
  const logs = pods.flatMap((pod) => {
    const failing = containersOf(pod).filter((one) => isSuspect(one, status) && hasRun(one));
    return failing.toSorted(orchestratorLast).flatMap((one) => logsOf(pod, one));
  });
  const uids = [
    status.failingObject?.uid,
    ...pods.map((pod) => pod.metadata.uid),
    snapshot.seldonDeployment?.metadata.uid,
  ];
  return { logs, events: [...new Set(uids.filter((uid) => uid !== undefined))] };
}

function suspects({ failingObject }: FailedStatus, { pods }: Snapshot, { predictors }: Expectation): readonly Pod[] {
  if (failingObject?.kind === 'pod') return pods.filter((pod) => pod.metadata.name === failingObject.name);
  const markers = predictors.map((one) => one.marker);
  const ours = pods.filter(({ metadata: { deletionTimestamp, annotations } }) => {
    return deletionTimestamp === undefined && markers.includes(annotations?.[ANNOTATIONS.rollout]);
  });
  return ours.filter((pod) => containersOf(pod).some((one) => !one.ready)).slice(0, MOST_PODS);
}

function isSuspect(container: ObservedContainer, { failingObject }: FailedStatus): boolean {
  return failingObject?.container === undefined ? !container.ready : container.name === failingObject.container;
}

function orchestratorLast(a: ObservedContainer, b: ObservedContainer): number {
  return Number(a.name === ORCHESTRATOR) - Number(b.name === ORCHESTRATOR);
}

function hasRun({ state, lastState }: ObservedContainer): boolean {
  return [state?.running, state?.terminated, lastState?.terminated].some((one) => one !== undefined);
}

/** Of a container that runs again, the run before tells; of one that does not, the last. Either may be gone. */
function logsOf(pod: Pod, { name, restartCount, state }: ObservedContainer): readonly LogRequest[] {
  const last = { pod: pod.metadata.name, container: name, previous: false };
  if (restartCount === 0) return [last];
  const before = { ...last, previous: true };
  return state?.running === undefined ? [last, before] : [before, last];
}

/** Why it failed: the verdict, explained where its words are known, with the cure and the words themselves. */
export function diagnose(one: FailureCase): readonly Finding[] {
  const { status } = one;
  if (status.phase === 'ready') return [];
  const testimonies = SELF_EXPLAINING.has(status.reason) ? [] : statementsOf(one, status);
  const known = firstKnown(testimonies);
  const context = contextOf(one, status);
  const title = known && `${known.failure.title(context, known.match)} (${status.message})`;
  return [
    {
      reason: status.reason,
      title: title ?? asSentence(status.message),
      cure: known?.failure.cure(context, known.match) ?? CURES[status.reason],
      quotes: quotesOf(one, status, known?.match[0]),
    },
  ];
}

interface Statement {
  readonly speaker: Source;
  readonly text: string;
}

/** Logs come first: Kubernetes mostly sees what a container did, not why. */
function statementsOf({ logs, events, snapshot, expected }: FailureCase, status: FailedStatus): readonly Statement[] {
  const init = new Set(
    snapshot.pods.flatMap(({ status: is }) => is?.initContainerStatuses ?? []).map((one) => one.name),
  );
  const said = logs
    .filter(({ container }) => container !== ORCHESTRATOR)
    .map(({ container, text }): Statement => ({ speaker: init.has(container) ? 'initializer' : 'server', text }));
  const states = suspects(status, snapshot, expected).flatMap(containersOf).map(stateInWords);
  const seen = [status.message, ...states, ...relevantEvents(events)];
  return [...said, ...seen.map((text): Statement => ({ speaker: 'kubernetes', text }))];
}

function firstKnown(
  testimonies: readonly Statement[],
): { readonly failure: KnownFailure; readonly match: RegExpMatchArray } | undefined {
  for (const { speaker, text } of testimonies) {
    for (const failure of KNOWN_FAILURES.filter((one) => one.speaker === speaker)) {
      const match = failure.pattern.exec(text);
      if (match !== null) return { failure, match };
    }
  }
  return undefined;
}

function contextOf({ snapshot, expected }: FailureCase, status: FailedStatus): FailureContext {
  const marker = suspects(status, snapshot, expected)[0]?.metadata.annotations?.[ANNOTATIONS.rollout];
  const predictor = expected.predictors.find((one) => one.marker === marker) ?? expected.predictors[0];
  const live = snapshot.seldonDeployment?.spec.predictors.find(({ name }) => name === predictor?.name);
  return { modelUri: predictor?.modelUri ?? '', secret: live?.graph.envSecretRefName };
}

function quotesOf(
  { snapshot, logs, events, expected }: FailureCase,
  status: FailedStatus,
  telling?: string,
): Finding['quotes'] {
  const states = suspects(status, snapshot, expected).flatMap((pod) =>
    containersOf(pod)
      .filter((one) => !one.ready)
      .map((one) => `${pod.metadata.name}/${one.name}: ${stateInWords(one)}`),
  );
  const told = relevantEvents(events);
  const spoken = logs.filter(isFirstWithText).map(({ pod, container, text }) => {
    return { label: `Last lines of ${pod}/${container}`, text: relevantLines(text, telling) };
  });
  return [
    ...spoken,
    ...(states.length === 0 ? [] : [{ label: 'Containers', text: states.join('\n') }]),
    ...(told.length === 0 ? [] : [{ label: 'Events', text: told.join('\n') }]),
  ];
}

/** One log for each container: the requests name the one with the most to say first. */
function isFirstWithText(log: ContainerLog, at: number, logs: readonly ContainerLog[]): boolean {
  const ofSame = logs.findIndex(({ pod, container, text }) => {
    return pod === log.pod && container === log.container && text.trim() !== '';
  });
  return ofSame === at;
}

/** Begins with a capital letter, unless a name stands there. */
function asSentence(message: string): string {
  return message.replace(/^[a-z](?=[a-z]*[ ,])/, (letter) => letter.toUpperCase());
}
