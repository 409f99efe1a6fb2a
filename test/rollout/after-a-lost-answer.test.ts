import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { applyManifest, NothingApplied } from '../../src/rollout/apply-plan.ts';
import { askAgain } from '../../src/rollout/ask-again.ts';
import { removeObject } from '../../src/rollout/remove-object.ts';
import { leftAsItIs } from '../../src/rollout/undo/left-as-it-is.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { anObject } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';

/** What a run says where an answer was lost, and the object itself can be read. */

const REF = { namespace: 'seldon', name: 'wine' };
const noAnswer = () => Promise.reject(new UserError('cluster-failed', 'not a Kubernetes answer'));

function aCluster(object: SeldonDeployment | undefined): { readonly clock: FakeClock; readonly cluster: FakeCluster } {
  const clock = new FakeClock();
  return { clock, cluster: new FakeCluster(clock, [{ at: 0, object }]) };
}

const before = anObject();
const manifest = anObject(undefined, 'new');

function stored(object: SeldonDeployment, more: Partial<SeldonDeployment['spec']> = {}): SeldonDeployment {
  return { ...object, metadata: { ...object.metadata, generation: 9 }, spec: { ...object.spec, ...more } };
}

function withModel({ spec, ...object }: SeldonDeployment, modelUri: string): SeldonDeployment {
  const predictors = spec.predictors.map((one) => ({ ...one, graph: { ...one.graph, modelUri } }));
  return { ...object, spec: { ...spec, predictors } };
}

describe('an apply whose answer is lost', () => {
  const apply = (found: SeldonDeployment | undefined) => {
    const { clock, cluster } = aCluster(found);
    Object.assign(cluster, { apply: noAnswer });
    return applyManifest({ cluster, clock, manifest, checked: [], before });
  };

  it('was applied where the object has the markers of the rollout, whatever a webhook made of it', async () => {
    const mutated = withModel(stored(manifest), 's3://mirror/m');
    expect(await apply(mutated)).toEqual(mutated);
  });

  it('was not applied where the object is as before', async () => {
    await expect(apply(before)).rejects.toThrow(NothingApplied);
  });

  it('is overwritten where another person changed the object: that is live', async () => {
    const error = await apply(withModel(stored(before), 's3://theirs/m')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NothingApplied);
    expect(error).toMatchObject({ code: 'object-changed' });
  });
});

it('asks once more where the first try took longer than the grace, as an apply that gets no answer does', async () => {
  const { clock } = aCluster(before);
  let tries = 0;
  const ask = async () => {
    if (++tries > 1) return 'answered';
    clock.time += 65_000;
    return noAnswer();
  };
  expect(await askAgain(clock, ask)).toBe('answered');
});

describe('a removal whose answer makes no sense', () => {
  const ours = { ...before, metadata: { ...before.metadata, annotations: { [ANNOTATIONS.rendered]: '{}' } } };
  const remove = async (after: SeldonDeployment | undefined) => {
    const { clock, cluster } = aCluster(ours);
    const told: string[] = [];
    Object.assign(cluster, {
      remove: () => {
        Object.assign(cluster, { read: async () => after });
        return noAnswer();
      },
    });
    await removeObject({ cluster, clock, ref: REF, isDry: false }, (message) => told.push(message));
    return told.join();
  };

  it('has changed nothing where the object is still there', async () => {
    await expect(remove(ours)).rejects.toThrow(NothingApplied);
  });

  it('is done where the object is gone', async () => {
    expect(await remove(undefined)).toContain('is removed');
  });
});

describe('a rollout that this run must not touch any more', () => {
  it.each<readonly [string, SeldonDeployment | undefined, string]>([
    ['is left where it is as applied', before, 'kept'],
    ["is somebody else's where it was changed", manifest, 'object-changed'],
    ["is somebody else's where it was deleted", undefined, 'object-changed'],
  ])('%s', async (_, live, outcome) => {
    const { clock, cluster } = aCluster(live);
    expect(await leftAsItIs({ clock, cluster }, REF, before)).toEqual({ outcome, live });
  });

  it('is unknown where the cluster cannot be asked', async () => {
    const { clock, cluster } = aCluster(before);
    Object.assign(cluster, { read: noAnswer });
    expect(await leftAsItIs({ clock, cluster }, REF, before)).toEqual({ outcome: 'unknown', live: undefined });
  });
});
