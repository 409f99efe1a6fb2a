import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { sandboxStore } from '../../sandbox/models.ts';
import type { ActionCall } from '../../sandbox/runner.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import type { GraphNode, SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { commentOf, expectEnding, live, settling, sharesOf, story, using } from './story.ts';

const V2 = { 'model-uri': 'models:/wine-quality@challenger' };
const FILE = 'deploy/base.yaml';

function graphFile(name: string): string {
  return readFileSync(new URL(`../fixtures/manifests/graph-${name}.yaml`, import.meta.url), 'utf8');
}

/** A run with that base manifest. */
function over(text: string, inputs: Readonly<Record<string, string>> = {}): Partial<ActionCall> {
  return { inputs: { manifest: FILE, ...inputs }, files: { [FILE]: text } };
}

function nodeOf(sandbox: Sandbox, name: string, at = 0): GraphNode | undefined {
  const all = (node: GraphNode): readonly GraphNode[] => [node, ...(node.children ?? []).flatMap(all)];
  const graph = live(sandbox)?.spec.predictors[at]?.graph;
  return graph && all(graph).find((node) => node.name === name);
}

function uriOf(sandbox: Sandbox, name: string, at = 0): string | undefined {
  return nodeOf(sandbox, name, at)?.modelUri;
}

/** Folders of the object store for the other models of the graphs. */
function otherModels(): SandboxOptions {
  const [folder = {}] = [...sandboxStore().values()];
  return {
    folders: new Map([
      ['s3://mlflow/rules', { 'model.joblib': 'x' }],
      ['s3://mlflow/older', folder],
    ]),
  };
}

const OK = { outcome: 'deployed', reason: 'ok' } as const;
const RESTORED = { outcome: 'restored', reason: 'ok' } as const;

/** Everything that happens to a model, with another node around it. */
async function wholeLife(sandbox: Sandbox, name: string): Promise<void> {
  const others = () => JSON.stringify({ ...live(sandbox)?.spec.predictors[0]?.graph, children: undefined });
  const [first, around] = [uriOf(sandbox, name), others()];
  const again = await sandbox.act();
  expectEnding(sandbox, again, { outcome: 'unchanged', reason: 'already-live' });
  expectEnding(sandbox, await sandbox.act(using({ mode: 'canary', traffic: '20', ...V2 })), OK);
  expect(sharesOf(sandbox)).toBe('default 80, canary 20');
  const second = uriOf(sandbox, name, 1);
  expect([uriOf(sandbox, name), second === first]).toEqual([first, false]);
  expectEnding(sandbox, await sandbox.act(settling('promote')), OK);
  expect([uriOf(sandbox, name), others()]).toEqual([second, around]);
  expectEnding(sandbox, await sandbox.act(settling('rollback')), RESTORED);
  expect([uriOf(sandbox, name), others()]).toEqual([first, around]);
}

story(
  'a transformer before the model in one pod: deploy, canary, promote and rollback ship the model alone',
  async (sandbox) => {
    const comment = expectEnding(sandbox, await sandbox.act(over(graphFile('transformer'))), OK);
    expect(comment).toContain('answered in');
    expect(nodeOf(sandbox, 'scaler')).toMatchObject({
      type: 'TRANSFORMER',
      parameters: [{ name: 'factor', value: '1' }],
    });
    const names = sandbox.cluster.api.list('Deployment', 'seldon').map(({ metadata }) => metadata.name);
    expect(names).toEqual(['wine-default-0-scaler-classifier']);
    await wholeLife(sandbox, 'classifier');
  },
);

story('a prediction goes through the graph: what the transformer breaks is found', async (sandbox) => {
  await sandbox.act(over(graphFile('transformer')));
  const before = uriOf(sandbox, 'classifier');
  const broken = graphFile('transformer').replace('acme/scaler:1', 'acme/chooser:1');
  const end = await sandbox.act(over(broken, V2));
  expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'prediction-failed' });
  expect(uriOf(sandbox, 'classifier')).toBe(before);
  const missing = graphFile('transformer').replace('acme/scaler:1', 'acme/scaler:missing');
  const comment = expectEnding(sandbox, await sandbox.act(over(missing, V2)), {
    outcome: 'rolled-back',
    reason: 'image-not-found',
  });
  expect(comment).toContain('acme/scaler:missing');
});

story(
  'a router over a model of MLflow and one of scikit-learn: the other model stays as it is',
  async (sandbox) => {
    expectEnding(sandbox, await sandbox.act(over(graphFile('router'))), OK);
    const rules = nodeOf(sandbox, 'rules');
    expect(rules).toMatchObject({ implementation: 'SKLEARN_SERVER', modelUri: 's3://mlflow/rules' });
    await wholeLife(sandbox, 'classifier');
    expect(nodeOf(sandbox, 'rules')).toEqual(rules);
  },
  otherModels(),
);

story('a transformer in a pod of its own: both Deployments must be up before the proof', async (sandbox) => {
  const end = await sandbox.act(over(graphFile('split')));
  expectEnding(sandbox, end, OK);
  const names = sandbox.cluster.api
    .list('Deployment', 'seldon')
    .map(({ metadata }) => metadata.name)
    .sort();
  expect(names).toEqual(['wine-default-0-scaler', 'wine-default-1-classifier']);
  const probes = live(sandbox)?.spec.predictors[0]?.componentSpecs?.[1]?.spec?.containers[0];
  expect(probes).toMatchObject({ name: 'classifier', livenessProbe: {}, resources: { requests: { cpu: '10m' } } });
  await wholeLife(sandbox, 'classifier');
  const missing = graphFile('split').replace('acme/scaler:1', 'acme/scaler:missing');
  const failed = await sandbox.act(over(missing, V2));
  expectEnding(sandbox, failed, { outcome: 'rolled-back', reason: 'image-not-found' });
});

story(
  'of two models of MLflow the annotation graph-node names the one that is shipped',
  async (sandbox) => {
    const file = graphFile('two-servers');
    const silent = file.replace(/\n {6}annotations: .*\n/, '\n');
    const refused = expectEnding(sandbox, await sandbox.act(over(silent)), {
      outcome: 'failed',
      reason: 'manifest-invalid',
    });
    expect(refused).toContain('mean (COMBINER), older (MLFLOW\\_SERVER), newer (MLFLOW\\_SERVER)');
    expect(refused).toContain('mlflow-to-seldon.github.io/graph-node');
    expectEnding(sandbox, await sandbox.act(over(file)), OK);
    expect(uriOf(sandbox, 'older')).toBe('s3://mlflow/older');
    await wholeLife(sandbox, 'newer');
    expect(uriOf(sandbox, 'older')).toBe('s3://mlflow/older');
    const bare = await sandbox.act(over(file, { orchestrator: 'false' }));
    expectEnding(sandbox, bare, { outcome: 'failed', reason: 'bad-input' });
    expect(commentOf(sandbox)).toContain('needs the orchestrator');
  },
  otherModels(),
);

story(
  'a graph that people made by hand gets a new model, a shadow and a flip, and no other change',
  async (sandbox) => {
    const [uri = ''] = [...sandbox.store.keys()];
    const object = {
      apiVersion: 'machinelearning.seldon.io/v1',
      kind: 'SeldonDeployment',
      metadata: { name: 'wine', namespace: 'seldon' },
      spec: {
        predictors: [
          {
            name: 'default',
            graph: {
              name: 'scaler',
              type: 'TRANSFORMER',
              children: [
                { name: 'model', implementation: 'MLFLOW_SERVER', modelUri: uri, envSecretRefName: 'rclone-s3' },
              ],
            },
            componentSpecs: [{ spec: { containers: [{ name: 'scaler', image: 'acme/scaler:1' }] } }],
          },
        ],
      },
    } satisfies Pick<SeldonDeployment, 'apiVersion' | 'kind' | 'metadata' | 'spec'>;
    await sandbox.cluster.api.create(object);
    expectEnding(sandbox, await sandbox.act(using({ ...V2 })), OK);
    expect(nodeOf(sandbox, 'model')?.modelUri).not.toBe(uri);
    expect(nodeOf(sandbox, 'scaler')).toMatchObject({ name: 'scaler', type: 'TRANSFORMER' });
    expectEnding(sandbox, await sandbox.act(using({ mode: 'shadow' })), OK);
    expectEnding(sandbox, await sandbox.act(settling('rollback')), RESTORED);
    expectEnding(sandbox, await sandbox.act(using({ mode: 'blue-green' })), OK);
    expect(sharesOf(sandbox)).toBe('default 0, green 100');
    expectEnding(sandbox, await sandbox.act(settling('promote')), OK);
    const alone = { predictors: [{ name: 'default', graph: { name: 'model' } }] };
    const refused = await sandbox.act(over(JSON.stringify({ ...object, spec: alone })));
    expectEnding(sandbox, refused, { outcome: 'failed', reason: 'object-not-ours' });
    expect(commentOf(sandbox)).toContain('has nodes that the input `manifest` does not have: `scaler`');
  },
);

story(
  'with protocol v2 the executor routes between two models, and the named one is shipped',
  async (sandbox) => {
    const file = `apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: wine}
spec:
  protocol: v2
  predictors:
    - name: default
      annotations: {mlflow-to-seldon.github.io/graph-node: newer}
      graph:
        name: ab
        implementation: RANDOM_ABTEST
        parameters: [{name: ratioA, type: FLOAT, value: '0'}]
        children:
          - {name: older, implementation: MLFLOW_SERVER, modelUri: 's3://mlflow/older', envSecretRefName: rclone-s3}
          - {name: newer, implementation: MLFLOW_SERVER}
`;
    const end = await sandbox.act(over(file));
    expectEnding(sandbox, end, OK);
    expect(end.shown).toContain('GET /v2/models/newer/ready on Service wine-default-newer');
    expect(end.shown).toContain('POST /v2/models/ab/infer on Service wine-default ');
    await wholeLife(sandbox, 'newer');
    expect(uriOf(sandbox, 'older')).toBe('s3://mlflow/older');
  },
  otherModels(),
);

story(
  'a request of the model that another node refuses proves nothing, and says so',
  async (sandbox) => {
    const file = graphFile('two-servers').replace(/\n +parameters: .*\n/, '\n');
    const comment = expectEnding(sandbox, await sandbox.act(over(file)), OK);
    expect(comment).toContain('Not proven by a prediction');
    const strict = await sandbox.act(over(file, { ...V2, 'smoke-required': 'always' }));
    expectEnding(sandbox, strict, { outcome: 'rolled-back', reason: 'prediction-unproven' });
  },
  otherModels(),
);
