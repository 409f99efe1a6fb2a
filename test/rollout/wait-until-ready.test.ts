import { describe, expect, it } from 'vitest';
import { readStatusOnce, waitUntilReady } from '../../src/rollout/wait-until-ready.ts';
import type { Cluster } from '../../src/seldon/cluster.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aDeployment, anObject, aPod, expectedWine, MARKER } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster, type Moment } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';

async function wait(script: readonly Moment[], timeout = 600) {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, script);
  const runner = new FakeRunner();
  const ref = { namespace: 'seldon', name: 'wine' };
  const end = await waitUntilReady({ cluster, ref, expected: expectedWine, timeout, clock, runner });
  return { ...end, clock, cluster, lines: runner.lines };
}

const unschedulable = aPod({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }],
});

describe('waiting for a rollout', () => {
  it('does not trust an Available of the previous rollout', async () => {
    const { status, clock } = await wait([
      { at: 0, object: anObject(), deployments: [aDeployment({}, 'old')] },
      { at: 5_000, deployments: [aDeployment({ updatedReplicas: 1, availableReplicas: 0 })] },
      { at: 30_000, deployments: [aDeployment()] },
    ]);
    expect(status.phase).toBe('ready');
    expect(clock.now()).toBe(30_000);
  });

  it('reports a change once', async () => {
    const { lines } = await wait([
      { at: 0, object: anObject(), deployments: [], pods: [] },
      { at: 9_000, deployments: [aDeployment({ updatedReplicas: 0 })] },
      { at: 20_000, deployments: [aDeployment()] },
    ]);
    expect(lines).toEqual(['main: waiting for the operator to create its Deployment', 'main: 0 of 1 new pods created']);
  });

  it('checks again at once if only the operator’s status is missing', async () => {
    const { clock } = await wait([
      { at: 0, object: anObject({ state: 'Creating' }), deployments: [aDeployment()] },
      { at: 120, object: anObject() },
    ]);
    expect(clock.now()).toBeLessThan(250);
  });

  it('waits for the route where the operator writes routes', async () => {
    const conditions = [{ type: 'AmbassadorMappingsReady', status: 'True', reason: 'All Ambassador Mappings created' }];
    const object = anObject({ state: 'Available', conditions });
    const elsewhere = {
      kind: 'Mapping',
      name: 'x',
      backends: [{ service: 'wine-other', weight: undefined, mirrored: false }],
    } as const;
    const here = { ...elsewhere, backends: [{ service: 'wine-main', weight: undefined, mirrored: false }] };
    const { status, clock } = await wait([
      { at: 0, object, deployments: [aDeployment()], routes: [elsewhere] },
      { at: 500, routes: [here] },
    ]);
    expect(status.phase).toBe('ready');
    expect(clock.now()).toBeGreaterThanOrEqual(500);
  });

  const quota = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: few' }];

  it('does not count a failure of the previous pods', async () => {
    const carriedOver = aDeployment({ updatedReplicas: 0, availableReplicas: 1, conditions: quota });
    const { status } = await wait([
      { at: 0, object: anObject(), deployments: [carriedOver] },
      { at: 500, deployments: [aDeployment()] },
    ]);
    expect(status.phase).toBe('ready');
  });

  it('accepts a Deployment’s report that it gets no pods after some seconds', async () => {
    const failing = aDeployment({ updatedReplicas: 0, availableReplicas: 0, conditions: quota });
    const { status, clock } = await wait([{ at: 0, object: anObject({ state: 'Creating' }), deployments: [failing] }]);
    expect(status).toMatchObject({ phase: 'failed', reason: 'quota-exceeded' });
    expect(clock.now()).toBeLessThan(10_000);
  });

  it('accepts that report although the operator rewrites the Deployment at every pass', async () => {
    const counts = { updatedReplicas: 0, availableReplicas: 1, conditions: quota };
    const { metadata } = aDeployment();
    const passes = Array.from({ length: 400 }, (_, pass) => {
      // Recorded on Seldon Core 1.17.1 with a full quota: six generations a second, each observed 80 ms later.
      const rewritten = { ...metadata, generation: 2 + pass };
      const at = pass * 160;
      return [
        { at, deployments: [{ ...aDeployment({ ...counts, observedGeneration: 1 + pass }), metadata: rewritten }] },
        {
          at: at + 80,
          deployments: [{ ...aDeployment({ ...counts, observedGeneration: 2 + pass }), metadata: rewritten }],
        },
      ];
    }).flat();
    const object = anObject({ state: 'Creating' });
    const { status, clock, lines } = await wait([{ at: 0, object }, ...passes]);
    expect(status).toMatchObject({ phase: 'failed', reason: 'quota-exceeded' });
    expect(clock.now()).toBeLessThan(10_000);
    expect(lines).toEqual([
      'main: waiting for the Deployment controller to observe its Deployment',
      'pods cannot be created: exceeded quota: few',
    ]);
  });

  it('names the quota when the time ends between two rewrites', async () => {
    const { metadata } = aDeployment();
    const failing = aDeployment({ updatedReplicas: 0, availableReplicas: 1, conditions: quota });
    const { status } = await wait(
      [
        { at: 0, object: anObject({ state: 'Creating' }), deployments: [failing] },
        { at: 100, deployments: [{ ...failing, metadata: { ...metadata, generation: 9 } }] },
      ],
      60,
    );
    expect(status).toMatchObject({ phase: 'failed', reason: 'quota-exceeded' });
  });

  it('gives an unschedulable pod time to find a node', async () => {
    const { status } = await wait([
      {
        at: 0,
        object: anObject({ state: 'Creating' }),
        deployments: [aDeployment({ availableReplicas: 0 })],
        pods: [unschedulable],
      },
      { at: 100_000, object: anObject(), deployments: [aDeployment()], pods: [aPod()] },
    ]);
    expect(status.phase).toBe('ready');
  });

  it('ends on a pod that stays unschedulable past its grace', async () => {
    const { status, clock } = await wait([
      {
        at: 0,
        object: anObject({ state: 'Creating' }),
        deployments: [aDeployment({ availableReplicas: 0 })],
        pods: [unschedulable],
      },
    ]);
    expect(status).toMatchObject({
      phase: 'failed',
      reason: 'unschedulable',
      message: expect.stringContaining('0/3 nodes'),
    });
    expect(clock.now()).toBeLessThanOrEqual(122_000);
  });

  it('ends at the timeout, and names what was missing', async () => {
    const { status, clock } = await wait([{ at: 0, object: anObject({ state: 'Creating' }), deployments: [] }], 60);
    expect(status).toMatchObject({
      reason: 'rollout-timeout',
      message: expect.stringContaining('waiting for the operator'),
    });
    expect(clock.now()).toBe(60_000);
  });

  it('detects that somebody applied another spec meanwhile', async () => {
    const { status } = await wait([
      { at: 0, object: anObject({ state: 'Creating' }), deployments: [aDeployment({ availableReplicas: 0 })] },
      { at: 3_000, object: anObject({ state: 'Creating' }, `${MARKER}0`) },
    ]);
    expect(status).toMatchObject({ phase: 'failed', reason: 'superseded' });
  });
});

describe('what is read of the API server while waiting', () => {
  const mappings = [{ type: 'AmbassadorMappingsReady', status: 'True', reason: 'All Ambassador Mappings created' }];
  const istio = [{ type: 'istioVirtualServicesReady', status: 'True', reason: 'No VirtualServices defined' }];
  const route = {
    kind: 'Mapping',
    name: 'x',
    backends: [{ service: 'wine-main', weight: undefined, mirrored: false }],
  } as const;

  function scripted(script: readonly Moment[], stored?: SeldonDeployment) {
    const clock = new FakeClock();
    const kinds: (readonly string[] | undefined)[] = [];
    const cluster = new FakeCluster(clock, script);
    const reading: Cluster = Object.assign(cluster, {
      routes: async (_: unknown, asked?: readonly string[]) => {
        kinds.push(asked);
        return [route];
      },
    });
    const ref = { namespace: 'seldon', name: 'wine' };
    const order = { cluster: reading, ref, expected: expectedWine, timeout: 600, clock, runner: new FakeRunner() };
    return { kinds, cluster, clock, end: waitUntilReady({ ...order, stored }) };
  }

  it('is not the object that the API server answered with, until its pods are available', async () => {
    const moments = [
      { at: 0, object: anObject({ state: 'Creating' }), deployments: [] },
      { at: 1_000, deployments: [aDeployment()] },
      { at: 1_100, object: anObject() },
    ];
    const { cluster, clock, end } = scripted(moments, anObject({ state: 'Creating' }));
    expect((await end).status.phase).toBe('ready');
    // After 20 and 40 ms its status is still the old one.
    expect(cluster.reads).toBe(3);
    expect(clock.now()).toBeLessThan(1_200);
  });

  it('is the object once more when a status before the pods said Available', async () => {
    const moments = [
      { at: 0, object: anObject(), deployments: [] },
      { at: 1_000, deployments: [aDeployment()] },
    ];
    const { cluster, end } = scripted(moments, anObject());
    expect((await end).status.phase).toBe('ready');
    expect(cluster.reads).toBe(1);
  });

  it('are only the kinds of routes by which this ingress decides', async () => {
    const object = anObject({ state: 'Available', conditions: [...istio, ...mappings] });
    const { kinds, end } = scripted([{ at: 0, object, deployments: [aDeployment()] }]);
    expect((await end).status.phase).toBe('ready');
    expect(kinds).toEqual([['Mapping']]);
  });

  it('are the routes anew when the status shows another ingress', async () => {
    const [first, then] = [istio, [...istio, ...mappings]].map((conditions) =>
      anObject({ state: 'Available', conditions }),
    );
    const moments = [
      { at: 0, object: { ...first, status: { ...first?.status, state: 'Creating' } }, deployments: [aDeployment()] },
      { at: 300, object: then },
    ] as readonly Moment[];
    const { kinds, end } = scripted(moments);
    expect((await end).status.phase).toBe('ready');
    expect(kinds.at(-1)).toEqual(['Mapping']);
  });
});

describe('one check', () => {
  it.each([
    ['says ready', { object: anObject(), deployments: [aDeployment()] }, 'ready'],
    [
      'suspects nothing',
      { object: anObject({ state: 'Failed', description: 'x' }), deployments: [aDeployment()] },
      'in-progress',
    ],
    [
      'waits for nobody',
      { object: anObject(), deployments: [aDeployment({ availableReplicas: 0 })], pods: [unschedulable] },
      'in-progress',
    ],
  ])('%s', async (_, moment, phase) => {
    const clock = new FakeClock();
    const cluster = new FakeCluster(clock, [{ at: 0, ...moment }]);
    const { status } = await readStatusOnce({
      cluster,
      ref: { namespace: 'seldon', name: 'wine' },
      expected: expectedWine,
      clock,
    });
    expect(status.phase).toBe(phase);
    expect(clock.now()).toBe(0);
  });
});

describe('one look at a Deployment that the operator writes some times a second', () => {
  const { metadata, ...rest } = aDeployment();
  const rewritten = { ...rest, metadata: { ...metadata, generation: 3 } };
  const look = async (script: readonly Moment[]) => {
    const clock = new FakeClock();
    const cluster = new FakeCluster(clock, script);
    const ref = { namespace: 'seldon', name: 'wine' };
    const { status } = await readStatusOnce({ cluster, ref, expected: expectedWine, clock });
    return { phase: status.phase, at: clock.now() };
  };

  it('waits until its controller has seen the last write', async () => {
    const seen = { ...rewritten, status: { ...rest.status, observedGeneration: 3 } };
    const moments = [
      { at: 0, object: anObject(), deployments: [rewritten] },
      { at: 80, deployments: [seen] },
    ];
    expect(await look(moments)).toEqual({ phase: 'ready', at: 80 });
  });

  it('ends where no controller works', async () => {
    expect(await look([{ at: 0, object: anObject(), deployments: [rewritten] }])).toEqual({
      phase: 'in-progress',
      at: 2_000,
    });
  });
});
