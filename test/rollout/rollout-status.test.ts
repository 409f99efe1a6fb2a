import { describe, expect, it } from 'vitest';
import { expectationOf } from '../../src/rollout/expectation.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import { ANNOTATIONS, type Predictor, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { ContainerStatus, Deployment, Pod, Route, Snapshot } from '../../src/seldon/snapshot.ts';
import { aDeployment, anObject, aPod, expectedWine, MARKER } from '../support/cluster-states.ts';

/** A cluster in which all is well, unless said otherwise. */
function judge(seen: Partial<Snapshot>, expected = expectedWine) {
  const whole = { seldonDeployment: anObject(), deployments: [aDeployment()], pods: [], routes: undefined };
  return rolloutStatusOf({ ...whole, ...seen }, expected);
}

function withSpec(spec: Partial<SeldonDeployment['spec']>): SeldonDeployment {
  const object = anObject();
  return { ...object, spec: { ...object.spec, ...spec } };
}

function withMain(fields: Partial<Predictor>): SeldonDeployment {
  return withSpec({ predictors: anObject().spec.predictors.map((one) => ({ ...one, ...fields })) });
}

/** The new Deployment while its pod comes up. */
const starting = aDeployment({ replicas: 2, updatedReplicas: 1, availableReplicas: 1 });

function withContainer(container: Partial<ContainerStatus>, init = false): Pod {
  const status = { name: 'prediction', ready: false, restartCount: 0, ...container };
  return aPod(init ? { initContainerStatuses: [status] } : { containerStatuses: [status] });
}

function judgeContainer(container: Partial<ContainerStatus>, init = false) {
  return judge({ deployments: [starting], pods: [withContainer(container, init)] });
}

describe('a rollout is ready', () => {
  it('when Deployment, operator and nothing else to wait for agree', () => {
    expect(judge({})).toEqual({ phase: 'ready', message: 'rolled out: main' });
  });

  it.each<[string, Deployment]>([
    ['its Deployment has not been looked at since the apply', aDeployment({ observedGeneration: 1 })],
    ['new pods are missing', aDeployment({ updatedReplicas: 0 })],
    ['old pods are still there', aDeployment({ replicas: 2 })],
    ['pods are not available', aDeployment({ availableReplicas: 0 })],
    ['its Deployment carries another rollout', aDeployment({}, 'feedfacefeedface')],
    ['its Deployment belongs to an object that is gone', ownedBy(aDeployment(), 'uid-0')],
  ])('not while %s, whatever status.state says', (_, deployment) => {
    expect(judge({ deployments: [deployment] })).toMatchObject({ phase: 'in-progress', waitsFor: 'deployments' });
  });

  it.each([
    [1, 1, 1],
    [2, 3, 3],
    [3, 4, 3],
    [3, 3, 2],
  ])('not with %d of 3 pods new, %d in all, %d available', (updatedReplicas, replicas, availableReplicas) => {
    const predictors = expectedWine.predictors.map((one) => ({ ...one, replicas: 3 }));
    const counted = aDeployment({ updatedReplicas, replicas, availableReplicas });
    const deployment = { ...counted, spec: { ...counted.spec, replicas: 3 } };
    const pods = Array.from({ length: 3 }, () => aPod({ conditions: [{ type: 'Ready', status: 'True' }] }));
    expect(judge({ deployments: [deployment], pods }, { ...expectedWine, predictors }).phase).toBe('in-progress');
  });

  it('not before the operator has processed it, too', () => {
    const seldonDeployment = anObject({ state: 'Creating' });
    expect(judge({ seldonDeployment })).toMatchObject({ phase: 'in-progress', waitsFor: 'operator' });
  });

  it('not before every Deployment of a predictor is: each componentSpec has its own', () => {
    const second = named(aDeployment({ availableReplicas: 0 }), 'wine-main-1-transformer');
    expect(judge({ deployments: [aDeployment(), second] }).phase).toBe('in-progress');
  });

  it('not while a Deployment of the same predictor under its old name is left', () => {
    const old = named(aDeployment({}, 'feedfacefeedface'), 'wine-main-0-old');
    expect(judge({ deployments: [aDeployment(), old] }).message).toBe('waiting for wine-main-0-old to be deleted');
  });

  it('with a separate orchestrator, to which Seldon copies no annotations', () => {
    const orchestrator = named(aDeployment({}, 'no marker'), 'wine-main-svc-orch');
    const object = withSpec({ annotations: { 'seldon.io/engine-separate-pod': 'true' } });
    const seen = { seldonDeployment: object, deployments: [aDeployment(), orchestrator] };
    expect(judge(seen, expectationOf(object)).phase).toBe('ready');
    const late = named(aDeployment({ availableReplicas: 0 }, 'no marker'), 'wine-main-svc-orch');
    expect(judge({ ...seen, deployments: [aDeployment(), late] }, expectationOf(object)).phase).toBe('in-progress');
    expect(judge({ ...seen, deployments: [aDeployment()] }, expectationOf(object))).toMatchObject({
      phase: 'in-progress',
      message: 'main: waiting for Deployment wine-main-svc-orch',
    });
  });

  it('with as many replicas as an autoscaler wants', () => {
    const autoscaled = withMain({ componentSpecs: [{ hpaSpec: { minReplicas: 2, maxReplicas: 9 } }] });
    const scaled = { ...aDeployment({ replicas: 5, updatedReplicas: 5, availableReplicas: 5 }) };
    const deployment = { ...scaled, spec: { ...scaled.spec, replicas: 5 } };
    expect(judge({ seldonDeployment: autoscaled, deployments: [deployment] }, expectationOf(autoscaled)).phase).toBe(
      'ready',
    );
    const pinned = withMain({ replicas: 1 });
    expect(judge({ seldonDeployment: pinned, deployments: [deployment] }, expectationOf(pinned)).message).toBe(
      'main: waiting for the operator to ask for 1 replicas',
    );
  });

  it('with as many replicas as there are where no field says a number: the operator leaves them', () => {
    const scaled = { ...aDeployment({ replicas: 5, updatedReplicas: 5, availableReplicas: 5 }) };
    expect(judge({ deployments: [{ ...scaled, spec: { ...scaled.spec, replicas: 5 } }] }).phase).toBe('ready');
  });

  it('also if one of its containers was killed long ago, because it serves now', () => {
    const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    const pods = [withContainer({ ready: true, restartCount: 1, state: { running: {} }, lastState })];
    expect(judge({ pods }).phase).toBe('ready');
  });
});

describe('routing', () => {
  const inUse = { type: 'AmbassadorMappingsReady', status: 'True', reason: 'All Ambassador Mappings created' };
  const seldonDeployment = anObject({ state: 'Available', conditions: [inUse] });
  const mapping = (service: string): Route => {
    return { kind: 'Mapping', name: 'm', backends: [{ service, weight: undefined, mirrored: false }] };
  };

  it('is asked for once everything else is ready', () => {
    expect(judge({ seldonDeployment })).toMatchObject({ phase: 'in-progress', waitsFor: 'routes' });
    expect(judge({ seldonDeployment, deployments: [starting] })).toMatchObject({ waitsFor: 'deployments' });
  });

  it('has to lead to each predictor', () => {
    expect(judge({ seldonDeployment, routes: [mapping('wine-other')] }).message).toBe(
      'waiting for the Mapping of main',
    );
    expect(judge({ seldonDeployment, routes: [mapping('wine-main')] }).phase).toBe('ready');
  });

  it('is assumed where we cannot read it, but only if the operator reports that it is done', () => {
    expect(judge({ seldonDeployment, routes: [] }).phase).toBe('ready');
    const both = anObject({
      state: 'Available',
      conditions: [
        { type: 'istioVirtualServicesReady', status: 'True', reason: 'All VirtualServices created' },
        ...(seldonDeployment.status?.conditions ?? []),
      ],
    });
    expect(judge({ seldonDeployment: both, routes: [mapping('wine-main')] }).phase).toBe('ready');
    const conditions = [{ ...inUse, status: 'False', reason: 'Not all Ambassador Mappings created' }];
    const early = anObject({ state: 'Available', conditions });
    expect(judge({ seldonDeployment: early, routes: [] }).phase).toBe('in-progress');
  });

  it('is not checked where there is no ingress', () => {
    const conditions = [{ ...inUse, reason: 'No Ambassador Mappaings defined' }];
    expect(judge({ seldonDeployment: anObject({ state: 'Available', conditions }) }).phase).toBe('ready');
  });
});

describe('a rollout fails permanently', () => {
  const missing = 'docker.io/seldonio/mlflowserver:missing: not found';
  it.each<[string, Partial<ContainerStatus>, boolean, string]>([
    ['a crash loop', { state: { waiting: { reason: 'CrashLoopBackOff' } } }, false, 'crash-loop'],
    ['a second end in error', { restartCount: 1, state: { terminated: { exitCode: 3 } } }, false, 'crash-loop'],
    [
      'a storage initializer that fails again',
      { name: 'prediction-model-initializer', restartCount: 1, state: { terminated: { exitCode: 1 } } },
      true,
      'storage-failed',
    ],
    ['too little memory', { state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }, false, 'out-of-memory'],
    [
      'an image that is not there',
      { state: { waiting: { reason: 'ErrImagePull', message: missing } } },
      false,
      'image-not-found',
    ],
    ['an impossible image name', { state: { waiting: { reason: 'InvalidImageName' } } }, false, 'image-not-found'],
    [
      'a Secret that is not there',
      { state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } } },
      true,
      'container-config-invalid',
    ],
  ])('by %s', (_, container, init, reason) => {
    const status = judgeContainer(container, init);
    expect(status).toMatchObject({ phase: 'failed', reason });
    expect(status).toMatchObject({ failingObject: { kind: 'pod', uid: 'uid-p', init } });
  });

  it('not after a single crash: it may be transient', () => {
    expect(judgeContainer({ state: { terminated: { exitCode: 1 } } }).phase).toBe('in-progress');
  });

  it.each<[string, Partial<ContainerStatus>, number]>([
    [
      'a registry that cannot be reached',
      { state: { waiting: { reason: 'ErrImagePull', message: 'dial tcp: lookup registry: no such host' } } },
      60,
    ],
    [
      'a kubelet whose caches lag',
      {
        state: {
          waiting: {
            reason: 'CreateContainerConfigError',
            message: 'failed to sync secret cache: timed out waiting for the condition',
          },
        },
      },
      60,
    ],
    [
      'a runtime in trouble',
      { state: { waiting: { reason: 'CreateContainerError', message: 'context deadline' } } },
      60,
    ],
  ])('not at once by %s', (_, container, grace) => {
    expect(judgeContainer(container)).toMatchObject({ phase: 'in-progress', warning: { grace } });
  });

  it('not by terminating pods, nor by pods of the previous version', () => {
    const crashing = withContainer({ state: { waiting: { reason: 'CrashLoopBackOff' } } });
    const leaving = { ...crashing, metadata: { ...crashing.metadata, deletionTimestamp: '2026-11-23T06:52:43Z' } };
    const annotations = { [ANNOTATIONS.rollout]: 'feedfacefeedface' };
    const old = { ...crashing, metadata: { ...crashing.metadata, annotations } };
    expect(judge({ deployments: [starting], pods: [leaving, old] }).phase).toBe('in-progress');
  });

  it('by its deadline, even while a pod is merely unschedulable', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    const scheduling = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }];
    const seen = {
      deployments: [aDeployment({ availableReplicas: 0, conditions })],
      pods: [aPod({ conditions: scheduling })],
    };
    expect(judge(seen)).toMatchObject({ phase: 'failed', reason: 'progress-deadline-exceeded' });
    const earlier = [aDeployment({ availableReplicas: 0, conditions, observedGeneration: 1 })];
    expect(judge({ ...seen, deployments: earlier })).toMatchObject({
      warning: { reason: 'unschedulable', grace: 120 },
    });
  });

  it.each([
    ['pods "w" is forbidden: exceeded quota: few, requested: pods=1', { phase: 'failed', reason: 'quota-exceeded' }],
    ['admission webhook denied the request', { warning: { reason: 'pods-refused', grace: 30 } }],
  ])('by pods that may not be created: %s', (message, verdict) => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
    expect(judge({ deployments: [aDeployment({ updatedReplicas: 0, conditions })] })).toMatchObject(verdict);
  });
});

describe('what others do', () => {
  it.each<[string, SeldonDeployment | undefined, string]>([
    ['deleted it', undefined, 'object-deleted'],
    ['is deleting it', changed({ deletionTimestamp: '2026-11-23T06:52:43Z' }), 'object-deleted'],
    ['deleted and re-created it', changed({ uid: 'uid-2' }), 'object-deleted'],
    ['applied another version', anObject({ state: 'Available' }, 'feedfacefeedface'), 'superseded'],
  ])('ends the wait when somebody %s', (_, seldonDeployment, reason) => {
    expect(judge({ seldonDeployment })).toMatchObject({ phase: 'failed', reason });
  });

  it('is permanent only if the operator reports Failed: the next check may differ', () => {
    const seldonDeployment = anObject({ state: 'Failed', description: 'no such server' });
    const status = judge({ seldonDeployment });
    expect(status).toMatchObject({ phase: 'in-progress', warning: { reason: 'operator-failed', grace: 10 } });
    expect(status.message).toContain('no such server');
  });
});

describe('the progress line', () => {
  it('counts only new pods, and names the state of the slowest', () => {
    const init = { name: 'prediction-model-initializer', ready: false, restartCount: 0, state: { running: {} } };
    const pods = [aPod({ phase: 'Pending', initContainerStatuses: [init] })];
    expect(judge({ deployments: [starting], pods }).message).toBe(
      'main: 0 of 1 new pods ready, init container prediction-model-initializer is running',
    );
  });

  it('says when only the old pods must still end', () => {
    const pods = [aPod({ conditions: [{ type: 'Ready', status: 'True' }] })];
    expect(judge({ deployments: [starting], pods }).message).toBe(
      'main: all new pods are ready, waiting for 1 old pod to terminate',
    );
  });
});

function ownedBy(deployment: Deployment, uid: string): Deployment {
  const ownerReferences = [{ kind: 'SeldonDeployment', name: 'wine', uid, controller: true }];
  return { ...deployment, metadata: { ...deployment.metadata, ownerReferences } };
}

function named(deployment: Deployment, name: string): Deployment {
  return { ...deployment, metadata: { ...deployment.metadata, name } };
}

function changed(metadata: Partial<SeldonDeployment['metadata']>): SeldonDeployment {
  const object = anObject({ state: 'Available' }, MARKER);
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}

describe('changes of the object by others', () => {
  const unchanged = expectationOf(anObject());

  it('ends the rollout when the model URI is set back under our annotations', () => {
    const edited = withMain({ graph: { name: 'prediction', modelUri: 's3://mlflow/old' } });
    expect(judge({ seldonDeployment: edited }, unchanged)).toMatchObject({ phase: 'failed', reason: 'object-changed' });
  });

  it('is accepted if it is the number of pods, in any field', () => {
    const scaled = withMain({ replicas: 3 });
    const three = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
    const deployment = aDeployment(three);
    const seen = {
      seldonDeployment: scaled,
      deployments: [{ ...deployment, spec: { ...deployment.spec, replicas: 3 } }],
    };
    expect(judge(seen, unchanged).phase).toBe('ready');
    expect(judge({ seldonDeployment: withSpec({ replicas: 7 }) }, unchanged).message).toContain('ask for 7 replicas');
  });

  it('is accepted if somebody scales the Deployment through its scale subresource', () => {
    const deployment = aDeployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
    const managedFields = [{ manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale' }];
    const metadata = { ...deployment.metadata, managedFields };
    expect(judge({ deployments: [{ ...deployment, metadata, spec: { ...deployment.spec, replicas: 2 } }] }).phase).toBe(
      'ready',
    );
  });
});

describe('a Deployment that belongs to no predictor', () => {
  const orphan = named(aDeployment({ replicas: 0 }, 'feedfacefeedface'), 'wine-canary-0-prediction');
  const available = (names: readonly string[]) =>
    anObject({ state: 'Available', deploymentStatus: Object.fromEntries(names.map((name) => [name, {}])) });

  it('is waited for while the operator knows it, and reported as an orphan when the operator does not', () => {
    const deployments = [aDeployment(), orphan];
    const known = available(['wine-main-0-prediction', 'wine-canary-0-prediction']);
    expect(judge({ seldonDeployment: known, deployments }).message).toBe(
      'waiting for wine-canary-0-prediction to be deleted',
    );
    const forgotten = available(['wine-main-0-prediction']);
    expect(judge({ seldonDeployment: forgotten, deployments })).toMatchObject({
      phase: 'ready',
      orphans: ['wine-canary-0-prediction'],
    });
  });
});
