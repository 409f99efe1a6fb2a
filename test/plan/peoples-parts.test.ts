import { describe, expect, it } from 'vitest';
import { decisionModes, deployModes } from '../../src/plan/modes/index.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { ModelPlanRequest } from '../../src/plan/plan-request.ts';
import type { ContainerSpec, Predictor, SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, namedColumns, someOptions } from '../support/models.ts';

const NEW = aModel({ storageUri: 's3://mlflow/2', version: '2' });
const SLOW = {
  initialDelaySeconds: 500,
  failureThreshold: 500,
  periodSeconds: 5,
  httpGet: { path: '/health/ping', port: 'http' },
};
const XTYPE = { name: 'xtype', type: 'STRING', value: 'DataFrame' };
const MODES = ['direct', 'canary', 'shadow', 'ab', 'blue-green'] as const;

/** An object as people make it by hand. */
function byHand(container: object, parameters?: readonly object[]): SeldonDeployment {
  const graph = {
    name: 'classifier',
    implementation: 'MLFLOW_SERVER',
    modelUri: 's3://a',
    ...(parameters && { parameters }),
  };
  const componentSpecs = [{ spec: { containers: [{ name: 'classifier', ...container }] } }];
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'wine', namespace: 'seldon', uid: 'uid-1', resourceVersion: '10' },
    spec: { predictors: [{ name: 'default', graph, componentSpecs } as Predictor] },
  };
}

function shipped(
  mode: (typeof MODES)[number],
  live: SeldonDeployment,
  over: Partial<ModelPlanRequest> = {},
): Predictor {
  return deployModes[mode](aPlanRequest({ mode, live, model: NEW, ...over })).predictor;
}

function containerOf({ componentSpecs }: Predictor): ContainerSpec {
  return componentSpecs?.[0]?.spec?.containers[0] ?? { name: '' };
}

/** The object once a plan is through. */
function after(plan: Plan, before: SeldonDeployment): SeldonDeployment {
  const { manifest } = plan;
  const annotations = { ...before.metadata.annotations, ...manifest.metadata.annotations };
  return { ...manifest, metadata: { ...before.metadata, ...manifest.metadata, annotations } };
}

describe.each(MODES)('probes in mode %s', (mode) => {
  it('stay as people wrote them on the live object, and only the missing ones are ours', () => {
    const container = containerOf(shipped(mode, byHand({ livenessProbe: SLOW })));
    expect(container['livenessProbe']).toEqual(SLOW);
    expect(container['readinessProbe']).toMatchObject({
      initialDelaySeconds: 60,
      failureThreshold: 100,
      periodSeconds: 5,
    });
  });

  it('with a startup probe of their own are left alone', () => {
    const container = containerOf(shipped(mode, byHand({ startupProbe: SLOW })));
    expect(Object.keys(container).filter((key) => key.endsWith('Probe'))).toEqual(['startupProbe']);
  });

  it('that we wrote follow the inputs: `timeout` and `startup-probe` reach them', () => {
    const live = applied(aPlanRequest());
    const longer = containerOf(shipped(mode, live, { timeout: 3600 }));
    expect(longer['livenessProbe']).toMatchObject({ initialDelaySeconds: 60 + 3600 - 120 - 560 });
    const started = containerOf(shipped(mode, live, { options: someOptions({ startupProbe: true }) }));
    expect(started['startupProbe']).toMatchObject({ failureThreshold: 560 });
    expect(shipped(mode, live, { timeout: 3600 }).progressDeadlineSeconds).toBe(3600);
  });

  it('asked for by `startup-probe: true` replace what people wrote', () => {
    const options = someOptions({ startupProbe: true });
    expect(containerOf(shipped(mode, byHand({ livenessProbe: SLOW }), { options }))).toMatchObject({
      startupProbe: { failureThreshold: 560 },
      livenessProbe: { failureThreshold: 100 },
    });
  });
});

describe.each(MODES)('the parameter xtype in mode %s', (mode) => {
  const parametersIn = (predictor: Predictor) => predictor.graph.parameters ?? [];

  it('stays as people wrote it where the model says nothing, with all other parameters', () => {
    const other = { name: 'method', type: 'STRING', value: 'predict' };
    expect(parametersIn(shipped(mode, byHand({}, [XTYPE, other])))).toEqual(expect.arrayContaining([XTYPE, other]));
    const array = { ...XTYPE, value: 'ndarray' };
    expect(parametersIn(shipped(mode, byHand({}, [array])))).toEqual([array]);
  });

  it('is DataFrame for a model with named columns, whatever was there', () => {
    const model = aModel({ ...NEW, signature: namedColumns('a') });
    expect(parametersIn(shipped(mode, byHand({}, [{ ...XTYPE, value: 'ndarray' }]), { model }))).toEqual([XTYPE]);
  });

  it('that we wrote for another model goes with that model', () => {
    const live = applied(aPlanRequest({ model: aModel({ signature: namedColumns('a') }) }));
    expect(parametersIn(shipped(mode, live))).toEqual([]);
  });
});

it('a promotion leaves people what they wrote: the next deployment keeps it, too', () => {
  const live = byHand({ livenessProbe: SLOW }, [XTYPE]);
  const beside = after(deployModes.canary(aPlanRequest({ mode: 'canary', live, model: NEW })), live);
  const promoted = after(decisionModes.promote(aPlanRequest({ mode: 'promote', live: beside })), beside);
  expect(promoted.spec.predictors[0]?.graph.parameters).toEqual([XTYPE]);
  const next = shipped('direct', promoted, { model: aModel({ storageUri: 's3://mlflow/3' }) });
  expect(next.graph.parameters).toEqual([XTYPE]);
  expect(containerOf(next)['livenessProbe']).toEqual(SLOW);
});

describe('what counts as a change', () => {
  const base = (metadata: object, spec: object = {}) =>
    ({
      apiVersion: '',
      kind: 'SeldonDeployment',
      metadata: { name: 'wine', ...metadata },
      spec: { predictors: [{ name: 'main', graph: { name: 'prediction' } }], ...spec },
    }) as SeldonDeployment;
  const plan = (before: SeldonDeployment, now: SeldonDeployment) => {
    const live = applied(aPlanRequest({ base: before }));
    return deployModes.direct(aPlanRequest({ base: now, live }));
  };

  it.each([
    ['an annotation', base({}), base({ annotations: { owner: 'ml' } }), 'metadata.annotations.owner: none → ml'],
    [
      'an annotation that is gone',
      base({ annotations: { owner: 'ml' } }),
      base({}),
      'metadata.annotations.owner: ml → none',
    ],
    ['a label', base({ labels: { tier: 'a' } }), base({ labels: { tier: 'b' } }), 'metadata.labels.tier: a → b'],
    ['a label that is gone', base({ labels: { tier: 'a' } }), base({}), 'metadata.labels.tier: a → none'],
    ['a transport that is gone', base({}, { transport: 'rest' }), base({}), 'transport: rest → none'],
  ])('%s of the base manifest', (_, before, now, line) => {
    const { unchanged, changes } = plan(before, now);
    expect({ unchanged, changes }).toEqual({ unchanged: false, changes: [line] });
  });

  it('is nothing where all stays, and nothing that another tool wrote', () => {
    const live = applied(aPlanRequest({ base: base({ labels: { tier: 'a' } }) }));
    Object.assign(live.metadata.annotations ?? {}, { 'other.tool/note': 'kept' });
    const { unchanged, changes } = deployModes.direct(aPlanRequest({ base: base({ labels: { tier: 'a' } }), live }));
    expect({ unchanged, changes }).toEqual({ unchanged: true, changes: [] });
  });
});
