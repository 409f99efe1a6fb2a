import type { Finding } from '../../base/finding.ts';
import type { RolloutFailureReason } from '../../base/outcome.ts';
import { lastOtherWriter } from '../../plan/live/ownership.ts';
import { staleServicesOf } from '../../seldon/created-objects.ts';
import { modelNodeOf } from '../../seldon/graph.ts';
import { ANNOTATIONS } from '../../seldon/seldon-deployment.ts';
import type { KubernetesEvent, Pod, Snapshot } from '../../seldon/snapshot.ts';
import type { Expectation } from '../expectation.ts';
import { DONE_BY_OTHERS, type RolloutStatus } from '../verdict.ts';
import type { FailureContext, FailureRow, Source } from './failure-row.ts';
import { cureOf, knownFailure } from './known-failures.ts';
import {
  containersOf,
  endInWords,
  type ObservedContainer,
  relevantEvents,
  relevantLines,
  stateInWords,
} from './pod-evidence.ts';

/** A container's log that may explain the failure; `previous` is the log before the restart. */
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
/** Characters of one message of Kubernetes that are looked at. */
const LONGEST_WORDS = 8_000;
/** Seldon's orchestrator: it fails because the model does, and says so at length. */
const ORCHESTRATOR = 'seldon-container-engine';

/** Reasons that no log can explain: what Kubernetes says about the object itself is the cause. */
const WITHOUT_LOGS: ReadonlySet<RolloutFailureReason> = new Set([
  'image-not-found',
  'quota-exceeded',
  'operator-failed',
]);

/** Reasons that need no other words: the verdict's own sentence is the cause. */
const SELF_EXPLAINING: ReadonlySet<RolloutFailureReason> = new Set(['out-of-memory', ...DONE_BY_OTHERS]);

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

/** For a running container, the log before the restart is useful; else the current log. Either may be missing. */
function logsOf(pod: Pod, { name, restartCount, state }: ObservedContainer): readonly LogRequest[] {
  const last = { pod: pod.metadata.name, container: name, previous: false };
  if (restartCount === 0) return [last];
  const before = { ...last, previous: true };
  return state?.running === undefined ? [last, before] : [before, last];
}

/** Explains a failure: the verdict, the known cause if a pattern matches, the cure, and the quoted log lines. */
export function diagnose(one: FailureCase): readonly Finding[] {
  const { status } = one;
  if (status.phase === 'ready') return [];
  const known = firstKnown(statementsOf(one, status), status.reason);
  const context = contextOf(one, status);
  const title = known && `${known.row.title(context, known.match)} (${status.message})`;
  return [
    {
      reason: status.reason,
      title: title ?? asSentence(status.message),
      cure: known?.row.cure(context, known.match) ?? othersCure(one, status) ?? cureOf(status),
      ...(known !== undefined && { row: known.row.id }),
      quotes: quotesOf(one, status, known?.match[0]),
    },
  ];
}

/** What ends the changes of another tool. */
function othersCure({ snapshot }: FailureCase, { reason }: FailedStatus): string | undefined {
  return reason === 'object-changed' ? lastOtherWriter(snapshot.seldonDeployment).cure : undefined;
}

interface Statement {
  readonly speaker: Source;
  readonly text: string;
}

/** Logs come first. Kubernetes usually shows what a container did, not why. */
function statementsOf({ logs, events, snapshot, expected }: FailureCase, status: FailedStatus): readonly Statement[] {
  if (SELF_EXPLAINING.has(status.reason)) return [];
  const init = new Set(
    snapshot.pods.flatMap(({ status: is }) => is?.initContainerStatuses ?? []).map((one) => one.name),
  );
  const said = logs
    .filter(({ container }) => container !== ORCHESTRATOR && !WITHOUT_LOGS.has(status.reason))
    .map(({ container, text }): Statement => ({ speaker: init.has(container) ? 'initializer' : 'server', text }));
  const pods = suspects(status, snapshot, expected);
  const containers = pods.flatMap(containersOf);
  // A container may leave the end of its log as its last message; the log itself may be gone.
  const lastWords = containers.map(({ init: isInit, state, lastState }): Statement => {
    const text = (state?.terminated ?? lastState?.terminated)?.message ?? '';
    return { speaker: isInit ? 'initializer' : 'server', text };
  });
  const states = [...pods.map(endInWords), ...containers.map(stateInWords)];
  // Together, so that of several events the most telling row counts, not the oldest event.
  const seen = [status.message, [...states, ...relevantEvents(events)].join('\n')];
  return [
    ...said,
    ...(WITHOUT_LOGS.has(status.reason) ? [] : lastWords),
    ...seen.map((text): Statement => ({ speaker: 'kubernetes', text: text.slice(0, LONGEST_WORDS) })),
  ];
}

/** The row of the first text that is known. */
function firstKnown(
  statements: readonly Statement[],
  reason: RolloutFailureReason,
): { readonly row: FailureRow; readonly match: RegExpMatchArray } | undefined {
  for (const { speaker, text } of statements) {
    const known = knownFailure(text, speaker, reason);
    if (known !== undefined) return known;
  }
  return undefined;
}

function contextOf({ snapshot, expected }: FailureCase, status: FailedStatus): FailureContext {
  const marker = suspects(status, snapshot, expected)[0]?.metadata.annotations?.[ANNOTATIONS.rollout];
  const predictor = expected.predictors.find((one) => one.marker === marker) ?? expected.predictors[0];
  const live = snapshot.seldonDeployment?.spec.predictors.find(({ name }) => name === predictor?.name);
  const said = snapshot.seldonDeployment?.spec.protocol;
  const { namespace = '', name = expected.name } = snapshot.seldonDeployment?.metadata ?? {};
  return {
    object: { namespace, name },
    staleServices: snapshot.seldonDeployment === undefined ? [] : staleServicesOf(snapshot.seldonDeployment),
    modelUri: predictor?.modelUri ?? '',
    secret: live && modelNodeOf(live)?.envSecretRefName,
    protocol: said === 'v2' || said === 'seldon' ? said : undefined,
  };
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

/** Keeps one log for each container. The requests list the most useful log first. */
function isFirstWithText(log: ContainerLog, at: number, logs: readonly ContainerLog[]): boolean {
  const ofSame = logs.findIndex(({ pod, container, text }) => {
    return pod === log.pod && container === log.container && text.trim() !== '';
  });
  return ofSame === at;
}

/** Makes the first letter a capital, unless the sentence begins with a name. */
function asSentence(message: string): string {
  return message.replace(/^[a-z](?=[a-z]*[ ,])/, (letter) => letter.toUpperCase());
}
