import { describe, expect, it } from 'vitest';
import {
  containerServiceOf,
  deploymentLabelOf,
  deploymentLabelsOf,
  deploymentsOf,
  explainerServicesOf,
  predictorServiceOf,
  versionLabelOf,
  virtualServiceOf,
} from '../../src/seldon/created-objects.ts';
import type { Predictor, SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';

/** Names as the reference operator 1.17.1 gave them (recordings of the same situations). */
const LONG = 'wine-quality-regression-of-the-northern-laboratory-for-pr-12';
const LONGER = 'wine-quality-regression-of-the-northern-laboratory-for-the-port-wine-pr-12';

function objectWith(predictor: Partial<Predictor>, of: { name?: string; annotations?: Record<string, string> } = {}) {
  const main: Predictor = { name: 'main', graph: { name: 'prediction', modelUri: 's3://mlflow/1' }, ...predictor };
  const object: SeldonDeployment = {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: of.name ?? 'wine' },
    spec: { predictors: [main], ...(of.annotations && { annotations: of.annotations }) },
  };
  return { object, main };
}

function namesOf(...given: Parameters<typeof objectWith>): readonly string[] {
  const { object, main } = objectWith(...given);
  return deploymentsOf(object, main).map(({ name }) => name);
}

const container = (name: string) => ({ spec: { containers: [{ name }] } });

describe('Deployments', () => {
  it.each<[string, Parameters<typeof objectWith>, readonly string[]]>([
    ['first', [{ componentSpecs: [container('prediction')] }], ['wine-main-0-prediction']],
    ['without componentSpecs', [{}], ['wine-main-0-prediction']],
    ['a sidecar beside the model', [{ componentSpecs: [container('proxy')] }], ['wine-main-0-proxy-prediction']],
    [
      'a name of the component',
      [{ componentSpecs: [{ ...container('prediction'), metadata: { name: 'x' } }] }],
      ['wine-main-0-x'],
    ],
    [
      'two_component_specs',
      [
        {
          graph: { name: 'scaler', children: [{ name: 'prediction', modelUri: 's3://mlflow/1' }] },
          componentSpecs: [container('scaler'), container('prediction')],
        },
      ],
      ['wine-main-0-scaler', 'wine-main-1-prediction'],
    ],
    [
      'separate_engine',
      [{}, { annotations: { 'seldon.io/engine-separate-pod': 'true' } }],
      ['wine-main-0-prediction', 'wine-main-svc-orch'],
    ],
    [
      'separate engine, but no engine at all',
      [
        { annotations: { 'seldon.io/no-engine': 'true' } },
        { annotations: { 'seldon.io/engine-separate-pod': 'true' } },
      ],
      ['wine-main-0-prediction'],
    ],
    ['explainer', [{ explainer: { type: 'AnchorTabular' } }], ['wine-main-0-prediction', 'wine-main-explainer']],
    ['an explainer without a type', [{ explainer: {} }], ['wine-main-0-prediction']],
    ['hash_names, 60 characters', [{}, { name: LONG }], ['seldon-774a94a1f6b66839a86bfac9b8d4b940']],
    ['hash_names, 74 characters', [{}, { name: LONGER }], ['seldon-01092306f80d57506faea89e4bb88b4d']],
  ])('%s', (_, given, names) => {
    expect(namesOf(...given)).toEqual(names);
  });

  it('say which model their init container fetches, a claim by its path', () => {
    const graph = { name: 'prediction', modelUri: 'pvc://models/wine/1' };
    const { object, main } = objectWith({ graph });
    expect(deploymentsOf(object, main)[0]?.models).toEqual([
      { initializer: 'prediction-model-initializer', source: '/mnt/pvc/wine/1' },
    ]);
  });
});

describe('Services', () => {
  it.each([
    ['plain', 'wine', {}, 'wine-main'],
    ['svc_name', 'wine', { annotations: { 'seldon.io/svc-name': 'wine-entry' } }, 'wine-entry'],
    ['hash_names, 60 characters', LONG, {}, 'seldon-9ddb37a3c7e20f958b4e8323bfdbf91f'],
    ['hash_names, 74 characters', LONGER, {}, 'seldon-dee004d6603443f53598ac7c531d24f1'],
  ])('of a predictor: %s', (_, name, fields, service) => {
    expect(predictorServiceOf(name, { name: 'main', ...fields })).toBe(service);
  });

  it('of a container do not follow svc-name', () => {
    expect(containerServiceOf('wine', 'main', 'prediction')).toBe('wine-main-prediction');
    expect(containerServiceOf(LONG, 'main', 'prediction')).toBe('seldon-9c0503387337748f3f53fb2080b97c18');
  });

  it('of an explainer', () => {
    expect(explainerServicesOf(objectWith({ explainer: { type: 'AnchorTabular' } }).object)).toEqual([
      'wine-main-explainer',
    ]);
  });
});

describe('labels', () => {
  it('version is the predictor, or what the user says (label_version)', () => {
    expect(versionLabelOf({ name: 'main' })).toBe('main');
    expect(versionLabelOf({ name: 'main', labels: { version: 'v1' } })).toBe('v1');
  });

  it('seldon-deployment-id is the object, hashed from 64 characters on, and the Service of a separate orchestrator', () => {
    expect(deploymentLabelOf(LONG)).toBe(LONG);
    expect(deploymentLabelOf(LONGER)).toBe('seldon-722020e37f9e51a379dec07799ace332');
    const { object } = objectWith({}, { annotations: { 'seldon.io/engine-separate-pod': 'true' } });
    expect(deploymentLabelsOf(object)).toEqual(['wine', 'wine-main']);
  });
});

it('the VirtualService of a long name is hashed (istio_hash_names)', () => {
  expect(virtualServiceOf('wine')).toBe('wine');
  expect(virtualServiceOf(LONGER)).toBe('seldon-722020e37f9e51a379dec07799ace332');
});
