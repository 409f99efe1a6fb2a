import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/adapters/kubernetes/api-status.ts';
import type { Finding } from '../../src/base/finding.ts';
import { diagnose } from '../../src/rollout/failures/diagnosis.ts';
import type { Source } from '../../src/rollout/failures/failure-row.ts';
import { KNOWN_FAILURES, knownFailure } from '../../src/rollout/failures/known-failures.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import type { ContainerStatus, Deployment, KubernetesEvent, Pod } from '../../src/seldon/snapshot.ts';
import { aDeployment, anObject, aPod, expectedWine } from '../support/cluster-states.ts';
import { cpuTime } from '../support/cpu-time.ts';

/** A failure that people met: its text, where it was seen, and words that the sentence and the cure must have. */
interface RecordedFailure {
  readonly id: string;
  readonly stage: string;
  readonly text: string;
  /** Alternatives, separated by `|`. */
  readonly mustName: string;
  readonly cureMustName: string;
}

const recorded: readonly RecordedFailure[] = JSON.parse(
  readFileSync(new URL('../fixtures/failures/failures.json', import.meta.url), 'utf8'),
);

const INITIALIZER = 'prediction-model-initializer';
const starting = aDeployment({ readyReplicas: 0, availableReplicas: 0, unavailableReplicas: 1 });

interface Scene {
  readonly deployment?: Deployment;
  readonly pod?: Pod;
  readonly log?: { readonly container: string; readonly text: string };
  readonly events?: readonly KubernetesEvent[];
  readonly operator?: string;
}

function waitingFor(name: string, reason: string, message?: string): ContainerStatus {
  return {
    name,
    ready: false,
    restartCount: 0,
    image: 'seldonio/mlflowserver:1.17.1',
    state: { waiting: { reason, ...(message !== undefined && { message }) } },
  };
}

function crashed(name: string): ContainerStatus {
  const ended = { exitCode: 1, reason: 'Error' };
  return { ...waitingFor(name, 'CrashLoopBackOff'), restartCount: 2, lastState: { terminated: ended } };
}

/** What the cluster shows when a failure of that stage happens. */
function sceneOf({ stage, text }: RecordedFailure): Scene {
  switch (stage) {
    case 'init':
      return { pod: aPod({ initContainerStatuses: [crashed(INITIALIZER)] }), log: { container: INITIALIZER, text } };
    case 'server':
      return { pod: aPod({ containerStatuses: [crashed('prediction')] }), log: { container: 'prediction', text } };
    case 'deploy': {
      const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: text }];
      return { deployment: aDeployment({ updatedReplicas: 0, availableReplicas: 0, conditions }) };
    }
    case 'sched': {
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: text }];
      return { pod: aPod({ phase: 'Pending', conditions }) };
    }
    case 'image':
      return { pod: aPod({ containerStatuses: [waitingFor('prediction', 'ErrImagePull', text)] }) };
    case 'config':
      return { pod: aPod({ initContainerStatuses: [waitingFor(INITIALIZER, 'CreateContainerConfigError', text)] }) };
    case 'evicted':
      return { pod: aPod({ phase: 'Failed', reason: 'Evicted', message: text }) };
    case 'oom': {
      const terminated = { exitCode: 137, reason: 'OOMKilled' };
      return { pod: aPod({ containerStatuses: [{ ...crashed('prediction'), lastState: { terminated } }] }) };
    }
    case 'operator':
      return { operator: text };
    default: {
      const involvedObject = { kind: 'Pod', name: 'wine-main-0-prediction-1', uid: 'uid-p' };
      const event = { type: 'Warning', reason: stage.replace('event:', ''), message: text, involvedObject };
      return {
        pod: aPod({ phase: 'Pending', containerStatuses: [waitingFor('prediction', 'ContainerCreating')] }),
        events: [event],
      };
    }
  }
}

function findingOf(failure: RecordedFailure): Pick<Finding, 'title' | 'cure'> {
  if (failure.stage === 'apply') {
    const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', message: failure.text });
    const asked = { verb: 'patch', resource: 'seldondeployments.machinelearning.seldon.io', namespace: 'seldon' };
    const error = failureOf({ status: 500, headers: {}, body }, asked);
    return { title: error.message, cure: error.hint };
  }
  const { deployment = starting, pod, log, events = [], operator } = sceneOf(failure);
  const state = operator === undefined ? { state: 'Creating' } : { state: 'Failed', description: operator };
  const pods = pod === undefined ? [] : [pod];
  const snapshot = { seldonDeployment: anObject(state), deployments: [deployment], pods, routes: undefined };
  const seen = rolloutStatusOf(snapshot, expectedWine);
  const lasting =
    seen.phase === 'in-progress' && seen.warning !== undefined ? { ...seen.warning, phase: 'failed' as const } : seen;
  const status =
    lasting.phase === 'in-progress'
      ? ({ phase: 'failed', reason: 'rollout-timeout', message: `not ready after 680 s: ${lasting.message}` } as const)
      : lasting;
  const logs = log === undefined ? [] : [{ pod: 'wine-main-0-prediction-1', previous: false, ...log }];
  const [finding] = diagnose({ status, snapshot, expected: expectedWine, logs, events });
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

describe('a recorded failure', () => {
  it('is one of many', () => expect(recorded.length).toBeGreaterThanOrEqual(66));

  it.each(recorded)('$id ($stage) is named and cured', (failure) => {
    const { title, cure } = findingOf(failure);
    expect(title).toMatch(new RegExp(failure.mustName, 'i'));
    expect(cure).toMatch(new RegExp(failure.cureMustName, 'i'));
  });
});

const rows = Object.entries(KNOWN_FAILURES).flatMap(([speaker, list]) =>
  list.map((row) => ({ id: row.id, speaker: speaker as Source, row })),
);
const at = { modelUri: 's3://models/wine', secret: undefined };

describe('the table of failures', () => {
  it('has each anchor once', () => {
    expect(rows.map(({ id }) => id)).toEqual([...new Set(rows.map(({ id }) => id))]);
  });

  it.each(rows)('$id is found in its own example, and gives a sentence and a cure', ({ speaker, row }) => {
    const known = knownFailure(row.example, speaker, row.explains?.[0] ?? row.reason);
    expect(known?.row.id).toBe(row.id);
    if (known === undefined) return;
    for (const words of [row.title(at, known.match), row.cure(at, known.match)]) {
      expect(words).not.toMatch(/undefined|\s$|^\s/);
      expect(words.length).toBeGreaterThan(20);
    }
  });

  it.each(rows)('$id has only bounded repetitions', ({ row }) => {
    const outsideClasses = row.pattern.source.replace(/\\./g, '').replace(/\[[^\]]*\]/g, 'c');
    expect(outsideClasses).not.toMatch(/[*+]|\{\d+,\}/);
  });

  it('reads hostile text of the longest log in linear time', () => {
    const hostile = rows
      .map(({ row }) => row.example.slice(0, -1))
      .join(' ')
      .repeat(10);
    const started = cpuTime();
    for (const { row } of rows) {
      const half = row.example.slice(0, Math.ceil(row.example.length / 2));
      for (const text of [hostile, half.repeat(2_000), `${half}${'a'.repeat(64_000)}`, `${half}${' '.repeat(64_000)}`])
        row.pattern.exec(text.slice(0, 64 * 1024));
    }
    expect(cpuTime() - started).toBeLessThan(5_000);
  });
});
