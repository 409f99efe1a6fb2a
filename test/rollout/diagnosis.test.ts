import { describe, expect, it } from 'vitest';
import type { RolloutFailureReason } from '../../src/base/outcome.ts';
import { diagnose, evidenceWanted, type FailureCase } from '../../src/rollout/failures/diagnosis.ts';
import { CURES } from '../../src/rollout/failures/known-failures.ts';
import type { ContainerStatus, KubernetesEvent, Pod } from '../../src/seldon/snapshot.ts';
import { aDeployment, anObject, aPod, expectedWine } from '../support/cluster-states.ts';

const INITIALIZER = 'prediction-model-initializer';
const done: ContainerStatus = {
  name: INITIALIZER,
  ready: true,
  restartCount: 0,
  state: { terminated: { exitCode: 0 } },
};
const failed: ContainerStatus = { ...done, ready: false, restartCount: 1, state: { terminated: { exitCode: 1 } } };
const crashed: ContainerStatus = {
  name: 'prediction',
  ready: false,
  restartCount: 2,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 3, reason: 'Error' } },
};
const engine: ContainerStatus = {
  name: 'seldon-container-engine',
  ready: false,
  restartCount: 0,
  state: { running: {} },
};

function aCase(pod: Pod, reason: RolloutFailureReason, container?: string): FailureCase {
  const failingObject = { kind: 'pod', name: pod.metadata.name, uid: 'uid-p', container } as const;
  const message = container === undefined ? 'not ready after 600 s' : `container ${container} terminates repeatedly`;
  const status = { phase: 'failed', reason, message, ...(container !== undefined && { failingObject }) } as const;
  const snapshot = { seldonDeployment: anObject(), deployments: [aDeployment()], pods: [pod], routes: undefined };
  return { status, snapshot, expected: expectedWine, logs: [], events: [] };
}

const crash = aCase(
  aPod({ initContainerStatuses: [done], containerStatuses: [engine, crashed] }),
  'crash-loop',
  'prediction',
);
const storage = aCase(aPod({ initContainerStatuses: [failed] }), 'storage-failed', INITIALIZER);

function logOf(container: string, text: string, previous = false) {
  return { pod: 'wine-main-0-prediction-1', container, previous, text };
}

function findingOf(one: FailureCase, container: string, text: string) {
  return diagnose({ ...one, logs: [logOf(container, text)] })[0];
}

function warning(reason: string, message: string, count = 1): KubernetesEvent {
  return { type: 'Warning', reason, message, count, involvedObject: { kind: 'Pod', name: 'p', uid: 'uid-p' } };
}

describe('evidence', () => {
  it("is the failing object's own log, the last run before the one before, and the events of it and of the object", () => {
    const { logs, events } = evidenceWanted(crash.status, crash.snapshot, crash.expected);
    expect(logs.map(({ container, previous }) => [container, previous])).toEqual([
      ['prediction', false],
      ['prediction', true],
    ]);
    expect(events).toEqual(['uid-p', 'uid-1']);
  });

  it('is the previous run of a restarted container', () => {
    const again = { ...crashed, state: { running: {} } };
    const one = aCase(aPod({ containerStatuses: [again] }), 'out-of-memory', 'prediction');
    expect(evidenceWanted(one.status, one.snapshot, one.expected).logs[0]?.previous).toBe(true);
  });

  it('is everything that is not ready at the timeout, the orchestrator last', () => {
    const slow = { ...engine, name: 'prediction' };
    const one = aCase(aPod({ initContainerStatuses: [done], containerStatuses: [engine, slow] }), 'rollout-timeout');
    const { logs } = evidenceWanted(one.status, one.snapshot, one.expected);
    expect(logs.map(({ container }) => container)).toEqual(['prediction', 'seldon-container-engine']);
  });

  it('is limited to a few pods, however many fail alike', () => {
    const one = aCase(aPod({ containerStatuses: [engine] }), 'progress-deadline-exceeded');
    const pods = Array.from({ length: 50 }, () => one.snapshot.pods).flat();
    expect(evidenceWanted(one.status, { ...one.snapshot, pods }, one.expected).logs).toHaveLength(3);
  });

  it('is empty for containers that never ran, and if somebody else deleted or replaced the object', () => {
    const waiting = { ...crashed, restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } }, lastState: {} };
    const one = aCase(aPod({ containerStatuses: [waiting] }), 'image-not-found', 'prediction');
    expect(evidenceWanted(one.status, one.snapshot, one.expected).logs).toEqual([]);
    const gone = aCase(aPod(), 'object-deleted');
    expect(evidenceWanted(gone.status, gone.snapshot, gone.expected)).toEqual({ logs: [], events: [] });
  });
});

describe('what a storage initializer says', () => {
  const refused =
    'Failed to copy: InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.';
  it.each([
    [
      'Failed to create file system for "s3://mlflow/m": didn\'t find section in config file',
      /remote `s3`/,
      /RCLONE_CONFIG_S3_TYPE/,
    ],
    [
      'Failed to create file system for "runs:/abc/model": didn\'t find section in config file',
      /runs/,
      /storage-uri-map/,
    ],
    ['Failed to copy: directory not found', /s3:\/\/mlflow\/m/, /artifacts-destination/],
    [refused, /InvalidAccessKeyId/, /env-secret/],
    ['read metadata failed: Unauthorized: 401 Unauthorized', /401/, /env-secret/],
    ['Get "http://127.0.0.1:9/bucket": dial tcp 127.0.0.1:9: connect: connection refused', /cannot reach/, /ENDPOINT/],
  ])('is understood: %s', (text, title, cure) => {
    const finding = findingOf(storage, INITIALIZER, text);
    expect(finding?.title).toMatch(title);
    expect(finding?.cure).toMatch(cure);
    expect(finding?.quotes[0]?.text).toBe(text);
  });

  it('is cured in the Secret that the live object names', () => {
    const object = anObject();
    for (const { graph } of object.spec.predictors) graph.envSecretRefName = 'rclone-s3';
    const one = { ...storage, snapshot: { ...storage.snapshot, seldonDeployment: object } };
    expect(findingOf(one, INITIALIZER, refused)?.cure).toContain('Secret `rclone-s3`');
  });
});

describe('what a model server says', () => {
  it.each([
    [
      'mlflow.exceptions.MlflowException: Could not find an "MLmodel" configuration file at "/mnt/models/MLmodel"',
      /no MLmodel/,
    ],
    ['MlflowException: Unrecognized serialization format: skops. Please specify', /skops/],
    ["TypeError: ColSpec.__init__() got an unexpected keyword argument 'required'", /newer MLflow/],
    ["TypeError: join() argument must be str, bytes, or os.PathLike object, not 'dict'", /too old/],
    ['ResolvePackageNotFound: \n  - python=3.7.15', /Conda cannot build/],
    ['ERROR: No matching distribution found for numpy==2.4.6', /numpy==2\.4\.6/],
    ["ModuleNotFoundError: No module named 'churn_features'", /module churn_features/],
  ])('is understood: %s', (text, title) => {
    const finding = findingOf(crash, 'prediction', text);
    expect(finding?.title).toMatch(title);
    expect(finding?.title).toContain('terminates repeatedly');
    expect(finding?.cure).not.toBe(CURES['crash-loop']);
  });

  it('is shown with the decisive line, also if many lines follow it', () => {
    const text = [
      'Traceback',
      "No module named 'x'",
      ...Array.from({ length: 40 }, (_, i) => `Worker exiting ${i}`),
    ].join('\n');
    const shown = findingOf(crash, 'prediction', text)?.quotes[0]?.text;
    expect(shown).toContain("No module named 'x'");
    expect(shown?.split('\n').length).toBeLessThanOrEqual(20);
  });

  it('is quoted to its end if the cause is unknown', () => {
    const text = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
    const finding = findingOf(crash, 'prediction', text);
    expect(finding?.title).toBe('Container prediction terminates repeatedly');
    expect(finding?.cure).toBe(CURES['crash-loop']);
    expect(finding?.quotes[0]?.text.split('\n')).toEqual(Array.from({ length: 20 }, (_, i) => `line ${i + 20}`));
  });

  it('is not reported as the cause where the cause is clear', () => {
    const killed = {
      ...crash,
      status: { ...crash.status, reason: 'out-of-memory', message: 'container prediction was killed' },
    } as FailureCase;
    expect(findingOf(killed, 'prediction', '[CRITICAL] WORKER TIMEOUT (pid:67)')?.cure).toBe(CURES['out-of-memory']);
  });

  it('is separated from the errors of the orchestrator and the probes that follow from it', () => {
    const events = [
      warning('Unhealthy', 'Startup probe failed: dial tcp 10.244.0.11:9000: connect: connection refused'),
    ];
    const [finding] = diagnose({
      ...crash,
      logs: [logOf('seldon-container-engine', "No module named 'x'")],
      events,
    });
    expect(finding?.title).toBe('Container prediction terminates repeatedly');
  });
});

describe('what Kubernetes says', () => {
  const killed = {
    ...warning('Killing', 'Container prediction failed liveness probe, will be restarted'),
    type: 'Normal',
  };
  it.each([
    [killed, /liveness probe/, /timeout/],
    [warning('Unhealthy', 'Startup probe failed: HTTP probe failed with statuscode: 404', 26), /404/, /startupProbe/],
    [warning('FailedScheduling', '0/3 nodes are available: 3 Insufficient memory.'), /memory/, /memory/],
    [warning('FailedScheduling', '1 node(s) had untolerated taint {gpu: true}'), /taint gpu/, /toleration/],
  ])('is understood: $message', (event, title, cure) => {
    const one = aCase(aPod({ containerStatuses: [{ ...engine, name: 'prediction' }] }), 'rollout-timeout');
    const [finding] = diagnose({ ...one, events: [event] });
    expect(finding?.title).toMatch(title);
    expect(finding?.cure).toMatch(cure);
    expect(finding?.quotes.at(-1)?.text).toContain(event.message);
  });

  it('is quoted once, without routine events', () => {
    const conflict = 'Operation cannot be fulfilled: the object has been modified; please apply your changes';
    const pulled = { ...warning('Pulled', 'Successfully pulled image'), type: 'Normal' };
    const events = [
      warning('BackOff', 'Back-off', 3),
      warning('BackOff', 'Back-off', 2),
      warning('UpdateFailed', conflict),
      pulled,
    ];
    const quotes = diagnose({ ...crash, events })[0]?.quotes;
    expect(quotes?.at(-1)).toEqual({ label: 'Events', text: 'BackOff Pod/p: Back-off (5 times)' });
  });

  it('includes how each container ended', () => {
    const states = diagnose(crash)[0]?.quotes.find(({ label }) => label === 'Containers')?.text;
    expect(states).toContain('prediction: waiting, CrashLoopBackOff; ended with Error, exit code 3; 2 restarts');
  });
});
