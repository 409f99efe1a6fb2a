import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseGivenManifest } from '../../src/plan/given/parse-manifest.ts';
import { decisionModes, deployModes } from '../../src/plan/modes/index.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { ModelPlanRequest } from '../../src/plan/plan-request.ts';
import type { ContainerSpec, Predictor, SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied } from '../support/models.ts';

const NEW = aModel({ storageUri: 's3://mlflow/2', version: '2' });
const CANDIDATES = ['canary', 'shadow', 'ab', 'blue-green'] as const;

function manifestOf(container: object, pod: object = {}, node = 'prediction'): SeldonDeployment {
  const componentSpecs = [{ spec: { ...pod, containers: [{ name: node, ...container }] } }];
  return objectOf([{ name: 'main', graph: { name: node }, componentSpecs } as Predictor]);
}

function byHand(container: object, pod: object = {}, node: object = {}): SeldonDeployment {
  const graph = { name: 'prediction', implementation: 'MLFLOW_SERVER', modelUri: 's3://a', ...node };
  const componentSpecs = [{ spec: { ...pod, containers: [{ name: 'prediction', ...container }] } }];
  return objectOf([{ name: 'main', graph, componentSpecs } as Predictor]);
}

function objectOf(predictors: Predictor[]): SeldonDeployment {
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'wine', namespace: 'seldon', uid: 'uid-1', resourceVersion: '10' },
    spec: { predictors },
  };
}

/** The live object after somebody edited it. */
function edited(live: SeldonDeployment, change: (spec: SeldonDeployment['spec']) => void): SeldonDeployment {
  const copy = structuredClone(live);
  change(copy.spec);
  return copy;
}

function modelContainer({ componentSpecs }: Predictor): ContainerSpec & Record<string, unknown> {
  return componentSpecs?.[0]?.spec?.containers[0] ?? { name: '' };
}

/** The model container of main in a spec, to be edited. */
function containerIn({ predictors }: SeldonDeployment['spec'], at = 0): Record<string, unknown> {
  const [component] = predictors[at]?.componentSpecs ?? [];
  return component?.spec?.containers[0] ?? {};
}

function shipped(over: Partial<ModelPlanRequest>, mode: keyof typeof deployModes = 'direct'): Predictor {
  return deployModes[mode](aPlanRequest({ mode, model: NEW, ...over })).predictor;
}

function after({ manifest }: Plan, before: SeldonDeployment): SeldonDeployment {
  const annotations = { ...before.metadata.annotations, ...manifest.metadata.annotations };
  return { ...manifest, metadata: { ...before.metadata, ...manifest.metadata, annotations } };
}

function refusal(plan: () => unknown): string {
  try {
    plan();
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.message}; ${error.hint}`;
    throw error;
  }
  return '';
}

describe('what a person edited in a part that we wrote', () => {
  it('leaves a probe whole: one with another timeout still says what it asks', () => {
    const live = edited(applied(aPlanRequest()), (spec) => {
      Object.assign(containerIn(spec)['livenessProbe'] ?? {}, { timeoutSeconds: 5 });
    });
    expect(modelContainer(shipped({ live }))['livenessProbe']).toMatchObject({
      httpGet: { path: '/health/ping' },
      failureThreshold: 100,
      timeoutSeconds: 5,
    });
  });

  it('leaves a variable with its name when the manifest drops it', () => {
    const live = edited(applied(aPlanRequest({ base: manifestOf({ env: [{ name: 'A', value: '1' }] }) })), (spec) => {
      containerIn(spec)['env'] = [{ name: 'A', value: '2' }];
    });
    expect(modelContainer(shipped({ live, base: manifestOf({}) }))['env']).toEqual([{ name: 'A', value: '2' }]);
  });

  it('goes with a mount or a port that the manifest drops: a mount without its volume is invalid', () => {
    const mounts = { volumeMounts: [{ name: 'd', mountPath: '/d' }], ports: [{ name: 'x', containerPort: 7000 }] };
    const live = edited(
      applied(aPlanRequest({ base: manifestOf(mounts, { volumes: [{ name: 'd', emptyDir: {} }] }) })),
      (spec) => {
        Object.assign((containerIn(spec)['volumeMounts'] as object[])[0] ?? {}, { readOnly: true });
        const ports = containerIn(spec)['ports'] as { name: string }[];
        Object.assign(ports.find(({ name }) => name === 'x') ?? {}, { hostPort: 7000 });
      },
    );
    const container = modelContainer(shipped({ live, base: manifestOf({}) }));
    expect(container).not.toHaveProperty('volumeMounts');
    expect(container['ports']).toEqual([expect.objectContaining({ name: 'metrics', containerPort: 6000 })]);
  });

  it('removes what the manifest drops from a list that somebody else has added to', () => {
    const env = [{ name: 'A', value: '1' }];
    const live = edited(applied(aPlanRequest({ base: manifestOf({ env }) })), (spec) => {
      containerIn(spec)['env'] = [...env, { name: 'B', value: '2' }];
    });
    expect(modelContainer(shipped({ live, base: manifestOf({}) }))['env']).toEqual([{ name: 'B', value: '2' }]);
  });

  it('removes a port that the manifest drops, though the server has added its protocol', () => {
    const live = applied(aPlanRequest({ base: manifestOf({ ports: [{ name: 'x', containerPort: 7000 }] }) }));
    expect(containerIn(live.spec)['ports']).toContainEqual({ name: 'x', containerPort: 7000, protocol: 'TCP' });
    const ports = modelContainer(shipped({ live, base: manifestOf({}) }))['ports'];
    expect(ports).toEqual([{ name: 'metrics', containerPort: 6000, protocol: 'TCP' }]);
  });

  it('does not leave a sidecar without its image when the manifest drops it', () => {
    const base = manifestOf({});
    base.spec.predictors[0]?.componentSpecs?.[0]?.spec?.containers.push({ name: 'log', image: 'acme/log:1' });
    const live = edited(applied(aPlanRequest({ base })), ({ predictors }) => {
      const sidecar = predictors[0]?.componentSpecs?.[0]?.spec?.containers.find(({ name }) => name === 'log');
      Object.assign(sidecar ?? {}, { resources: { limits: { memory: '1Gi' } } });
    });
    const names = shipped({ live, base: manifestOf({}) }).componentSpecs?.[0]?.spec?.containers.map(({ name }) => name);
    expect(names).toEqual(['prediction']);
  });

  it('moves with the model where the manifest renames its node', () => {
    const live = edited(applied(aPlanRequest()), (spec) => {
      containerIn(spec)['env'] = [{ name: 'B', value: '2' }];
    });
    const { graph, componentSpecs } = shipped({ live, base: manifestOf({}, {}, 'classifier') });
    expect(graph.name).toBe('classifier');
    expect(componentSpecs?.[0]?.spec?.containers).toEqual([
      expect.objectContaining({ name: 'classifier', env: [{ name: 'B', value: '2' }] }),
    ]);
  });
});

describe('a value that may have one source', () => {
  const SECRET = { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } };

  it('has that of the manifest alone: a variable', () => {
    const live = byHand({ env: [SECRET] });
    const plain = manifestOf({ env: [{ name: 'A', value: '1' }] });
    expect(modelContainer(shipped({ live, base: plain }))['env']).toEqual([{ name: 'A', value: '1' }]);
    const other = { name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } };
    expect(modelContainer(shipped({ live, base: manifestOf({ env: [other] }) }))['env']).toEqual([other]);
  });

  it('has that of the manifest alone: a volume', () => {
    const live = byHand({}, { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'c' } }] });
    const scratch = { name: 'd', emptyDir: {} };
    const { componentSpecs } = shipped({ live, base: manifestOf({}, { volumes: [scratch] }) });
    expect(componentSpecs?.[0]?.spec?.['volumes']).toEqual([scratch]);
  });

  it('keeps what people added to the same source', () => {
    const optional = { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } };
    const env = modelContainer(shipped({ live: byHand({ env: [optional] }), base: manifestOf({ env: [SECRET] }) }));
    expect(env['env']).toEqual([optional]);
  });
});

it('a container has one port named `metrics`, with the number that people gave it', () => {
  const live = byHand({ ports: [{ name: 'metrics', containerPort: 9100, protocol: 'TCP' }] });
  expect(modelContainer(shipped({ live }))['ports']).toEqual([
    { name: 'metrics', containerPort: 9100, protocol: 'TCP' },
  ]);
});

describe('a program that answers the same whatever the graph names', () => {
  const OWN = byHand({ image: 'acme/own:1' });
  const withCanary = () => {
    const live = applied(aPlanRequest());
    return after(deployModes.canary(aPlanRequest({ mode: 'canary', live, model: NEW })), live);
  };

  it.each(CANDIDATES)('is not copied by mode %s from a main with an image of its own', (mode) => {
    expect(refusal(() => shipped({ live: OWN }, mode))).toContain('object-not-ours: SeldonDeployment seldon/wine runs');
  });

  it('is not taken over from a candidate that people gave an image', () => {
    const live = edited(withCanary(), (spec) => Object.assign(containerIn(spec, 1), { image: 'acme/own:1' }));
    const model = aModel({ storageUri: 's3://mlflow/3' });
    expect(refusal(() => shipped({ live, model }, 'canary'))).toContain('on `canary`, acme/own:1');
    expect(refusal(() => decisionModes.promote(aPlanRequest({ mode: 'promote', live })))).toContain('on `canary`');
  });

  it('is not promoted to: main with an image of its own would keep it', () => {
    const live = edited(withCanary(), (spec) => Object.assign(containerIn(spec), { image: 'acme/own:1' }));
    expect(refusal(() => decisionModes.promote(aPlanRequest({ mode: 'promote', live })))).toContain('acme/own:1');
  });

  it('may be given by the manifest, and a canary has it then', () => {
    const live = applied(aPlanRequest({ base: manifestOf({ image: 'acme/mlflow:2' }) }));
    expect(modelContainer(shipped({ live }, 'canary'))['image']).toBe('acme/mlflow:2');
  });

  it('is an init container with the name of the one that fetches the model', () => {
    const pod = { initContainers: [{ name: 'prediction-model-initializer', args: ['s3://old', '/mnt/models'] }] };
    expect(refusal(() => shipped({ base: manifestOf({}, pod) }))).toContain('manifest-invalid: the input `manifest`');
    for (const mode of ['direct', ...CANDIDATES] as const)
      expect(refusal(() => shipped({ live: byHand({}, pod) }, mode))).toContain(
        'which Seldon runs in place of its own',
      );
  });
});

it('a candidate beside the server of another framework has none of its parameters', () => {
  const parameters = [{ name: 'method', type: 'STRING', value: 'predict_proba' }];
  const live = byHand({}, {}, { implementation: 'SKLEARN_SERVER', parameters });
  expect(shipped({ live }, 'canary').graph).not.toHaveProperty('parameters');
  expect(shipped({ live: byHand({}, {}, { parameters }) }, 'canary').graph.parameters).toEqual(parameters);
});

it('a main that is named like the candidate is refused with a way that works', () => {
  const live = edited(applied(aPlanRequest()), ({ predictors: [main] }) =>
    Object.assign(main ?? {}, { name: 'canary' }),
  );
  expect(refusal(() => shipped({ live }, 'canary'))).toContain('use mode `ab` with the input `predictor`');
});

it('a rollback leaves labels and annotations of the object as they are', () => {
  const base = { ...manifestOf({}), metadata: { name: 'wine', labels: { team: 'ml' }, annotations: { note: 'x' } } };
  const first = applied(aPlanRequest({ base }));
  const second = after(deployModes.direct(aPlanRequest({ base, live: first, model: NEW })), first);
  const [proven] = [first.spec];
  const model = { uri: 's3://mlflow/1/models/m-1/artifacts' };
  const revision = { revision: 1, time: '2026-01-01T00:00:00Z', model, spec: proven, rendered: proven };
  Object.assign(second.metadata.annotations ?? {}, {
    'mlflow-to-seldon.github.io/history': JSON.stringify([revision]),
  });
  const { manifest, changes } = decisionModes.rollback(aPlanRequest({ mode: 'rollback', live: second }));
  expect(manifest.metadata.labels).toEqual({ team: 'ml' });
  expect(manifest.metadata.annotations).toMatchObject({ note: 'x' });
  expect(changes.join('\n')).not.toContain('metadata');
});

it('a time of day without quotes is text in a manifest, as for kubectl', () => {
  const text = `kind: SeldonDeployment
spec:
  predictors:
    - graph: { name: p }
      componentSpecs: [{ spec: { containers: [{ name: p, args: [--at, 22:30, 010, 0x10] }] } }]
`;
  const container = parseGivenManifest(text, 'm.yaml')?.object.spec.predictors[0]?.componentSpecs?.[0]?.spec
    ?.containers[0];
  expect(container?.['args']).toEqual(['--at', '22:30', 8, 16]);
});
