import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import { IMAGES } from '../../sandbox/operator/images.ts';
import { type Operator, startOperator } from '../../sandbox/operator/operator.ts';
import type { SeldonSpec } from '../../sandbox/operator/seldon-deployment.ts';
import { validate } from '../../sandbox/operator/validation.ts';
import { ask } from '../support/cluster-client.ts';

/** What was applied, and what the API server said with the reference's webhook behind it. */
const REFUSALS = JSON.parse(
  readFileSync(new URL('../fixtures/seldon/refusals.json', import.meta.url), 'utf8'),
) as readonly { readonly sent: object; readonly answer: { readonly message: string } }[];

const REFUSED = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments/refused';

let cluster: SandboxCluster;
let operator: Operator;

beforeAll(async () => {
  cluster = await startCluster();
  operator = await startOperator({ kubeconfig: cluster.kubeconfig(), ambassador: true, istio: false, webhook: true });
});

afterAll(async () => {
  await operator.close();
  expect(cluster.api.list('ValidatingWebhookConfiguration')).toEqual([]);
  await cluster.close();
});

test.each(REFUSALS.map(({ sent, answer }) => [answer.message.split('is invalid: ')[1] ?? '', sent, answer] as const))(
  'refuses as the reference does: %s',
  async (_, sent, answer) => {
    const { code, body } = await ask(cluster, {
      method: 'PATCH',
      path: `${REFUSED}?fieldManager=test&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: sent,
    });
    expect(code).toBe(422);
    expect(body).toEqual(answer);
  },
);

const graph = { name: 'prediction', implementation: 'MLFLOW_SERVER', modelUri: 's3://mlflow/1' };
const main = { name: 'main', graph };
const canary = { name: 'canary', graph };
const child = { ...graph, name: 'child' };

const CASES: readonly (readonly [string, Partial<SeldonSpec>, string])[] = [
  ['spec', { protocol: 'v3' }, 'Invalid protocol'],
  ['spec', { transport: 'carrier' }, 'Invalid transport'],
  ['spec', { serverType: 'amqp' }, 'Invalid serverType'],
  [
    'spec.predictors[0]',
    { serverType: 'kafka' },
    'For kafka please supply svcOrchSpec envs KAFKA_BROKER, KAFKA_INPUT_TOPIC, KAFKA_OUTPUT_TOPIC',
  ],
  ['spec', { predictors: [] }, 'Graph contains no predictors'],
  [
    'spec.predictors[0]',
    {
      predictors: [
        { ...main, annotations: { 'seldon.io/no-engine': 'false' }, graph: { ...graph, children: [child] } },
      ],
    },
    'Running without engine only valid for single element graphs',
  ],
  [
    'spec.predictors[1]',
    {
      predictors: [
        { ...main, traffic: 50, annotations: { 'seldon.io/svc-name': 'one' } },
        { ...canary, traffic: 50, annotations: { 'seldon.io/svc-name': 'one' } },
      ],
    },
    'Found duplicate service name in seldon.io/svc-name with value one',
  ],
  [
    'spec.predictors[0].graph',
    { predictors: [{ name: 'main', graph: { name: 'own', type: 'MODEL' } }] },
    "Can't find container for Predictive Unit",
  ],
  [
    'spec.predictors[0].graph',
    { protocol: 'tensorflow' },
    'Prepackaged server does not handle tensorflow protocol MLFLOW_SERVER',
  ],
  [
    'spec.predictors[0].graph',
    { predictors: [{ name: 'main', graph: { ...graph, logger: {} } }] },
    'No logger mode specified',
  ],
  [
    'spec.predictors[0].graph[0]',
    { predictors: [{ name: 'main', graph: { ...graph, children: [{ ...child, modelUri: '' }] } }] },
    'Predictive unit modelUri required when using standalone servers',
  ],
  [
    'spec',
    { transport: 'grpc', predictors: [{ name: 'main', graph: { ...graph, endpoint: { type: 'REST' } } }] },
    'Mixed transport types found. Remove graph endpoint.types if transport set at deployment level',
  ],
  [
    'spec',
    {
      predictors: [
        { ...main, traffic: 100 },
        { ...canary, shadow: true },
        { ...canary, name: 'third', shadow: true },
      ],
    },
    'Multiple shadows are not allowed',
  ],
  [
    'spec',
    { predictors: [main, { ...canary, shadow: true, traffic: 101 }] },
    'shadow traffic is illegal, the traffic number should be between [0, 100]',
  ],
];

describe('one error is one sentence:', () => {
  test.each(CASES)('%s %o → %s', (field, change, text) => {
    const errors = validate({ predictors: [main], ...change }, IMAGES);
    expect(errors.map((error) => [error.field, error.text])).toEqual([[field, text]]);
  });
});

test.each<[string, readonly object[]]>([
  ['one predictor without traffic', [main]],
  [
    'main at 0 beside a shadow',
    [
      { ...main, traffic: 0 },
      { ...canary, shadow: true, traffic: 100 },
    ],
  ],
  [
    'a negative share that sums up',
    [
      { ...main, traffic: 150 },
      { ...canary, traffic: -50 },
    ],
  ],
  ['a node name that is no DNS label', [{ name: 'main', graph: { ...graph, name: 'Prediction_1' } }]],
])('lets pass: %s', (_, predictors) => {
  expect(validate({ predictors } as SeldonSpec, IMAGES)).toEqual([]);
});
