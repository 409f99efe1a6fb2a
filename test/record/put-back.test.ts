import { describe, expect, it } from 'vitest';
import { putBack } from '../../src/record/put-back.ts';
import { readMemory, rememberChanges, type UndoMemory } from '../../src/record/undo-memory.ts';
import { isFirstOf } from '../../src/run/emergency/withdraw-first.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aDeployment, anObject } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';

/** What the post step decides after a run with `on-cancel: rollback` was killed. */

const REF = { namespace: 'seldon', name: 'wine' };
const RUN = 'https://github.com/acme/wine/actions/runs/4711';

function of(run: string | undefined, object: SeldonDeployment): SeldonDeployment {
  const { annotations } = object.metadata;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, ...(run && { [ANNOTATIONS.runUrl]: run }) } },
  };
}

const before = of(undefined, anObject());
const applied = of(RUN, {
  ...anObject({ state: 'Available' }, 'new'),
  metadata: { ...anObject().metadata, generation: 9 },
});

function memory(sent: UndoMemory['sent']): UndoMemory {
  return { before, sent, timeout: 600, ingressLag: 0 };
}

async function back(now: SeldonDeployment, left: UndoMemory | 'lost', holder: string | undefined = 'me') {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, [
    { at: 0, object: now, deployments: [aDeployment({}, 'new')] },
    { at: 1_000, object: { ...now, status: { state: 'Available' } }, deployments: [aDeployment()] },
  ]);
  const taken: string[] = [];
  cluster.acquireLease = async (...args: unknown[]) => void taken.push((args[1] as { holder: string }).holder);
  const made = await putBack(
    { cluster, clock, runner: new FakeRunner() },
    { ref: REF, memory: left, holder, run: RUN },
  );
  return { ...made, cluster, taken, clock };
}

describe('a killed run', () => {
  it('is taken back where the live object is what it applied', async () => {
    const { step, cluster, taken } = await back(applied, memory([{ manifest: applied, applied }]));
    expect(step).toMatchObject({ name: 'undo' });
    expect(cluster.applied[0]?.spec, step.message).toEqual(before.spec);
    expect(taken[0]).toBe('me');
  });

  it('is taken back where its last answer was lost, by the markers of its predictors', async () => {
    const { cluster, step } = await back(applied, memory([{ manifest: applied, applied: undefined }]));
    expect(cluster.applied[0]?.spec, step.message).toEqual(before.spec);
  });

  it('is taken back where only the manifest before the last one was stored', async () => {
    const next = of(RUN, anObject({ state: 'Available' }, 'newer'));
    const sent = [
      { manifest: next, applied: undefined },
      { manifest: applied, applied },
    ];
    expect((await back(applied, memory(sent))).cluster.applied).toHaveLength(1);
  });

  it('had changed nothing where the object has the same generation', async () => {
    const made = await back(before, memory([{ manifest: applied, applied: undefined }]));
    expect(made).toMatchObject({ outcome: 'failed', step: { state: 'ok' } });
    expect(made.cluster.applied).toEqual([]);
  });

  it.each<readonly [string, SeldonDeployment]>([
    ['somebody else changed the object', { ...applied, spec: { ...applied.spec, name: 'theirs' } }],
    ['a later run applied it', of('https://github.com/acme/wine/actions/runs/5000', applied)],
    ['the object was created again', { ...applied, metadata: { ...applied.metadata, uid: 'another' } }],
  ])('changes nothing where %s', async (_, now) => {
    const { outcome, step, cluster } = await back(now, memory([{ manifest: applied, applied }]));
    expect(outcome).toBe('object-changed');
    expect(step.message).toContain('nothing was restored');
    expect(cluster.applied).toEqual([]);
  });

  it('changes nothing where another run has the lease', async () => {
    const clock = new FakeClock();
    const cluster = new FakeCluster(clock, [{ at: 0, object: applied }]);
    const other = { holder: 'them', run: undefined, seconds: 60, renewed: 'now' };
    Object.assign(cluster, { acquireLease: async () => other });
    const order = { ref: REF, memory: memory([{ manifest: applied, applied }]), holder: 'me', run: RUN };
    const { outcome, step } = await putBack({ cluster, clock, runner: new FakeRunner() }, order);
    expect([outcome, step.message]).toEqual(['unknown', expect.stringContaining('is changing SeldonDeployment')]);
    expect(cluster.applied).toEqual([]);
  });

  it('says so where what was there before is live again, and is not available', async () => {
    const clock = new FakeClock();
    const restored = { ...before, metadata: { ...before.metadata, generation: 10 } };
    const cluster = new FakeCluster(clock, [{ at: 0, object: restored, deployments: [] }]);
    const order = { ref: REF, memory: memory([{ manifest: applied, applied }]), holder: undefined, run: RUN };
    const { outcome, step } = await putBack({ cluster, clock, runner: new FakeRunner() }, order);
    expect([outcome, step.state]).toEqual(['undo-failed', 'failed']);
    expect(step.message).toContain('the previous state is restored, but it is not available: not ready after');
    expect(cluster.applied).toEqual([]);
  });

  it('says so where its memory is lost', async () => {
    expect(await back(applied, 'lost')).toMatchObject({
      outcome: 'unknown',
      step: { message: expect.stringContaining('too large') },
    });
  });
});

it('remembers the last two manifests, newest first, with what the server stored', () => {
  const runner = new FakeRunner();
  const saved: string[] = [];
  const remember = rememberChanges(
    { ...runner, saveState: (_, value) => saved.push(value) },
    { before, timeout: 1, ingressLag: 0 },
  );
  const manifests = ['a', 'b', 'c'].map((name) => anObject(undefined, name));
  for (const one of manifests) {
    remember(one);
    remember(one, one);
  }
  const read = readMemory(saved.at(-1) ?? '');
  expect(read).toMatchObject({ sent: [{ manifest: manifests[2] }, { manifest: manifests[1] }] });
  expect(read).not.toHaveProperty('before.status');
  expect(read).not.toHaveProperty('sent.0.applied.status');
  expect(readMemory('')).toBeUndefined();
  for (const odd of ['too large', '{}', '{"sent":[]}', '{"sent":[{"manifest":5}],"timeout":1,"ingressLag":1}'])
    expect(readMemory(odd)).toBe('lost');
});

it('is the first deployment of that run only if it created the object, alone, and never proved it', () => {
  const other = { holder: 'x', run: RUN, seconds: 60, renewed: 'now' };
  const first = of(RUN, {
    ...applied,
    metadata: { ...applied.metadata, generation: 1, annotations: { [ANNOTATIONS.rendered]: '{}' } },
  });
  const noted = (more: Record<string, string>) => ({
    ...first,
    metadata: { ...first.metadata, annotations: { ...first.metadata.annotations, ...more } },
  });
  expect(isFirstOf(first, other)).toBe(true);
  expect(isFirstOf(first, { ...other, run: undefined })).toBe(false);
  expect(isFirstOf({ ...first, metadata: { ...first.metadata, generation: 2 } }, other)).toBe(false);
  expect(isFirstOf(noted({ [ANNOTATIONS.runUrl]: `${RUN}0` }), other)).toBe(false);
  const model = { uri: 's3://x' };
  const spec = { predictors: [] };
  const history = JSON.stringify([{ revision: 1, model, time: '', spec, rendered: spec }]);
  expect(isFirstOf(noted({ [ANNOTATIONS.history]: history }), other)).toBe(false);
  const { [ANNOTATIONS.rendered]: _, ...foreign } = first.metadata.annotations ?? {};
  expect(isFirstOf({ ...first, metadata: { ...first.metadata, annotations: foreign } }, other)).toBe(false);
});
