import { type Expectation, expectationOf } from '../../src/rollout/expectation.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { Deployment, Pod } from '../../src/seldon/snapshot.ts';

export const MARKER = 'abcdef0123456789';

export function anObject(
  status: SeldonDeployment['status'] = { state: 'Available' },
  marker = MARKER,
): SeldonDeployment {
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'wine', namespace: 'seldon', uid: 'uid-1', resourceVersion: '10', generation: 1 },
    spec: {
      predictors: [
        {
          name: 'main',
          annotations: { [ANNOTATIONS.rollout]: marker },
          traffic: 100,
          graph: { name: 'prediction', modelUri: 's3://mlflow/m' },
        },
      ],
    },
    ...(status && { status }),
  };
}

export const expectedWine: Expectation = expectationOf(anObject());

const LABELS = { 'seldon-deployment-id': 'wine', version: 'main', app: 'wine-main-0-prediction' };

/** The predictor's Deployment, all of it available unless said otherwise. */
export function aDeployment(status: Deployment['status'] = {}, marker = MARKER): Deployment {
  return {
    metadata: {
      name: 'wine-main-0-prediction',
      uid: 'uid-d',
      generation: 2,
      ownerReferences: [{ kind: 'SeldonDeployment', name: 'wine', uid: 'uid-1', controller: true }],
    },
    spec: { replicas: 1, template: { metadata: { labels: LABELS, annotations: { [ANNOTATIONS.rollout]: marker } } } },
    status: {
      observedGeneration: 2,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      ...status,
    },
  };
}

export function aPod(status: Pod['status'] = {}, marker = MARKER): Pod {
  return {
    metadata: {
      name: 'wine-main-0-prediction-1',
      uid: 'uid-p',
      labels: LABELS,
      annotations: { [ANNOTATIONS.rollout]: marker },
    },
    status: { phase: 'Running', ...status },
  };
}
