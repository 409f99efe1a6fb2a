import { describe, expect, it } from 'vitest';
import { gatherFindings } from '../../src/rollout/failures/gather-findings.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import { waitUntilReady } from '../../src/rollout/wait-until-ready.ts';
import type { ContainerStatus, KubernetesEvent, Pod } from '../../src/seldon/snapshot.ts';
import { aDeployment, anObject, aPod, expectedWine } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster, type Moment } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';

class ClusterWithEvents extends FakeCluster {
  readonly told: readonly KubernetesEvent[];

  constructor(clock: FakeClock, script: readonly Moment[], told: readonly KubernetesEvent[]) {
    super(clock, script);
    this.told = told;
  }

  override async events(): Promise<never[]> {
    return [...this.told] as never[];
  }
}

async function wait(script: readonly Moment[], timeout = 680, told: readonly KubernetesEvent[] = []) {
  const clock = new FakeClock();
  const cluster = new ClusterWithEvents(clock, script, told);
  const runner = new FakeRunner();
  const ref = { namespace: 'seldon', name: 'wine' };
  const end = await waitUntilReady({ cluster, ref, expected: expectedWine, timeout, clock, runner });
  const findings = await gatherFindings(cluster, ref, { end, expected: expectedWine });
  return { ...end, findings, seconds: clock.now() / 1000, lines: runner.lines };
}

const starting = aDeployment({ readyReplicas: 0, availableReplicas: 0, unavailableReplicas: 1 });
const begin = { at: 0, object: anObject({ state: 'Creating' }), deployments: [starting] };
const up = { object: anObject(), deployments: [aDeployment()], pods: [aPod()] };

const unschedulable = aPod({
  phase: 'Pending',
  conditions: [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '1 Insufficient nvidia.com/gpu' },
  ],
});

function anEvent(reason: string, message: string, type = 'Warning'): KubernetesEvent {
  return { type, reason, message, involvedObject: { kind: 'Pod', name: 'wine-main-0-prediction-1', uid: 'uid-p' } };
}

const INITIALIZER = 'prediction-model-initializer';
function initializer(status: Partial<ContainerStatus>): Pod {
  return aPod({
    phase: 'Pending',
    initContainerStatuses: [{ name: INITIALIZER, ready: false, restartCount: 0, ...status }],
  });
}

describe('time for the cluster to recover', () => {
  it('lets a node with a GPU come after 150 s under the usual timeout', async () => {
    const { status } = await wait([
      { ...begin, pods: [unschedulable] },
      { at: 150_000, ...up },
    ]);
    expect(status.phase).toBe('ready');
  });

  it('follows from the timeout', async () => {
    const long = await wait([{ ...begin, pods: [unschedulable] }], 1_800);
    const short = await wait([{ ...begin, pods: [unschedulable] }], 680);
    expect(long.status).toMatchObject({ phase: 'failed', reason: 'unschedulable' });
    expect(long.seconds).toBeGreaterThan(short.seconds + 200);
    expect(long.seconds).toBeLessThan(700);
  });

  it('waits for a node that the autoscaler has announced', async () => {
    const scaling = anEvent('TriggeredScaleUp', 'pod triggered scale-up: [{gpu-pool 0->1 (max: 4)}]', 'Normal');
    const { status } = await wait(
      [
        { ...begin, pods: [unschedulable] },
        { at: 500_000, ...up },
      ],
      680,
      [scaling],
    );
    expect(status.phase).toBe('ready');
  });

  const conditions = [
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'exceeded quota: few, requested: pods=1',
    },
  ];
  const refused = aDeployment({ updatedReplicas: 0, availableReplicas: 0, conditions });
  const ending = {
    ...aPod({}, 'old'),
    metadata: { ...aPod({}, 'old').metadata, uid: 'uid-old', deletionTimestamp: '2026-11-01T00:00:00Z' },
  };

  it('lets old pods that end free the quota', async () => {
    const { status } = await wait([
      { at: 0, object: anObject({ state: 'Creating' }), deployments: [refused], pods: [ending] },
      { at: 20_000, pods: [] },
      { at: 32_000, ...up },
    ]);
    expect(status.phase).toBe('ready');
  });

  it('ends on a quota that stays used up after the old pods have ended', async () => {
    const { status, seconds } = await wait([
      { at: 0, object: anObject({ state: 'Creating' }), deployments: [refused], pods: [ending] },
      { at: 20_000, pods: [] },
    ]);
    expect(status).toMatchObject({ phase: 'failed', reason: 'quota-exceeded' });
    expect(seconds).toBeLessThan(120);
  });

  it('lets the storage initializer try a third time', async () => {
    const failed = { exitCode: 1, reason: 'Error' };
    const { status } = await wait([
      { ...begin, pods: [initializer({ state: { running: {} } })] },
      {
        at: 2_000,
        pods: [initializer({ restartCount: 1, state: { running: {} }, lastState: { terminated: failed } })],
      },
      { at: 14_000, pods: [initializer({ restartCount: 1, state: { terminated: failed } })] },
      {
        at: 34_000,
        pods: [initializer({ restartCount: 2, state: { running: {} }, lastState: { terminated: failed } })],
      },
      { at: 38_000, ...up },
    ]);
    expect(status.phase).toBe('ready');
  });

  it('ends on storage that fails a fourth time, though it ran in between', async () => {
    const failed = { exitCode: 1, reason: 'Error' };
    const again = (restartCount: number, state: ContainerStatus['state']) => [
      initializer({ restartCount, state: state ?? {}, lastState: { terminated: failed } }),
    ];
    const { status, seconds } = await wait([
      { ...begin, pods: again(1, { terminated: failed }) },
      { at: 20_000, pods: again(2, { running: {} }) },
      { at: 24_000, pods: again(2, { terminated: failed }) },
      { at: 60_000, pods: again(3, { running: {} }) },
      { at: 64_000, pods: again(3, { terminated: failed }) },
    ]);
    expect(status).toMatchObject({ phase: 'failed', reason: 'storage-failed' });
    expect(seconds).toBeLessThan(70);
  });
});

it('credentials that are refused are not tried again: the log of the initializer says so', async () => {
  const failed = { exitCode: 1, reason: 'Error' };
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, [
    { ...begin, pods: [initializer({ restartCount: 1, state: { terminated: failed } })] },
  ]);
  cluster.logs = async () => 'Failed to copy: InvalidAccessKeyId: The key does not exist';
  const ref = { namespace: 'seldon', name: 'wine' };
  const runner = new FakeRunner();
  const { status } = await waitUntilReady({ cluster, ref, expected: expectedWine, timeout: 680, clock, runner });
  expect(status).toMatchObject({ phase: 'failed', reason: 'storage-failed' });
  expect(clock.now()).toBe(0);
});

describe('events that are usually permanent', () => {
  const creating: ContainerStatus = {
    name: 'prediction',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'ContainerCreating' } },
  };
  const stuck = aPod({ phase: 'Pending', containerStatuses: [creating] });

  it.each([
    [
      'FailedMount',
      'MountVolume.SetUp failed for volume "config" : configmap "wine-config" not found',
      'volume-failed',
      /wine-config/,
    ],
    [
      'FailedAttachVolume',
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) x',
      'volume-failed',
      /another node/,
    ],
    ['FailedCreatePodSandBox', 'Failed to create pod sandbox: cni plugin not initialized', 'sandbox-failed', /sandbox/],
  ])('%s is reported while waiting and judged before the time is over', async (reason, message, verdict, title) => {
    const { status, seconds, lines, findings } = await wait([{ ...begin, pods: [stuck] }], 680, [
      anEvent(reason, message),
    ]);
    expect(lines.join('\n')).toContain(message);
    expect(status).toMatchObject({ phase: 'failed', reason: verdict });
    expect(seconds).toBeLessThan(300);
    expect(findings[0]?.title).toMatch(title);
  });

  it('are no verdict after the pod has recovered', async () => {
    const running = { ...creating, state: { running: {} } };
    const told = [anEvent('FailedMount', 'MountVolume.SetUp failed for volume "x" : timed out')];
    const { status } = await wait(
      [
        { ...begin, pods: [stuck] },
        { at: 60_000, pods: [aPod({ containerStatuses: [running] })] },
        { at: 600_000, ...up },
      ],
      680,
      told,
    );
    expect(status.phase).toBe('ready');
  });
});

describe('pods that ended', () => {
  const evicted = { ...aPod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }) };
  const crash: ContainerStatus = {
    name: 'prediction',
    ready: false,
    restartCount: 3,
    state: { terminated: { exitCode: 1 } },
  };
  const kept = aPod({ phase: 'Failed', containerStatuses: [crash] });

  it('and are kept by Kubernetes are no evidence about running pods', () => {
    const snapshot = {
      seldonDeployment: anObject(),
      deployments: [aDeployment()],
      pods: [kept, aPod()],
      routes: undefined,
    };
    expect(rolloutStatusOf(snapshot, expectedWine).phase).toBe('ready');
  });

  it('are the cause where no other pod runs', async () => {
    const { status, findings } = await wait([{ ...begin, pods: [evicted] }]);
    expect(status).toMatchObject({ phase: 'failed', reason: 'evicted' });
    expect(findings[0]?.title).toMatch(/low on memory/);
  });
});

it('a server that ended with 143 and runs again was killed by its liveness probe, not by its model', async () => {
  const killed: ContainerStatus = {
    name: 'prediction',
    ready: false,
    restartCount: 1,
    state: { running: {} },
    lastState: { terminated: { exitCode: 143, reason: 'Error' } },
  };
  const { status, findings } = await wait([{ ...begin, pods: [aPod({ containerStatuses: [killed] })] }]);
  expect(status).toMatchObject({ phase: 'failed', reason: 'probe-failed' });
  expect(findings[0]?.title).toMatch(/liveness probe/);
  expect(findings[0]?.cure).toMatch(/`timeout`/);
});
