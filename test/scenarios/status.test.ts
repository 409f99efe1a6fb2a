import { expect } from 'vitest';
import { expectEnding, live, settling, story, using } from './story.ts';

story(
  'status tells what is live, with which shares, how it is, and what was proven, and changes nothing',
  async (sandbox) => {
    await sandbox.act();
    await sandbox.act(using({ 'model-uri': 'models:/wine-quality/3' }));
    await sandbox.act(using({ mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', traffic: '20' }));
    const before = live(sandbox);
    const requests = sandbox.cluster.requests.length;
    const end = await sandbox.act(settling('status'));
    const comment = expectEnding(sandbox, end, { outcome: 'reported', reason: 'status' });
    expect(live(sandbox)).toEqual(before);
    const writes = sandbox.cluster.requests
      .slice(requests)
      .filter(({ user, method, path }) => user === 'action' && method !== 'GET' && !path.includes('review'));
    expect(writes).toEqual([]);
    expect(comment).toMatch(/\| `main` \| wine-quality v3 \| .*80 % \| 1 \| available \|/);
    expect(comment).toMatch(/\| `canary` \| wine-quality v2 \| .*20 % \| 1 \| available \|/);
    expect(comment).toMatch(/\| 2 \| wine-quality v3 \| \d{4}-\d\d-\d\d \d\d:\d\d \| `6dcb09b` \|/);
    expect(comment).toMatch(/\| 1 \| wine-quality v1 \|/);
    expect(comment).toMatch(/\| since \| \d{4}-/);
    const told = JSON.parse(end.outputs['result'] ?? '{}');
    expect(told.predictors).toMatchObject([
      { name: 'main', traffic: 80 },
      { name: 'canary', traffic: 20 },
    ]);
  },
);

story('status of what does not exist', async (sandbox) => {
  const end = await sandbox.act(settling('status'));
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'nothing-live' });
  expect(comment).toContain('there is no SeldonDeployment seldon/wine');
});

story('status of an object that another tool made, whose pods are not up', async (sandbox) => {
  const predictor = {
    name: 'default',
    replicas: 1,
    graph: {
      name: 'model',
      implementation: 'MLFLOW_SERVER',
      modelUri: 's3://mlflow/nowhere',
      envSecretRefName: 'rclone-s3',
    },
  };
  await sandbox.cluster.api.create({
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'wine', namespace: 'seldon' },
    spec: { predictors: [predictor] },
  });
  const end = await sandbox.act(settling('status'));
  const comment = expectEnding(sandbox, end, { outcome: 'reported', reason: 'status' });
  expect(comment).toMatch(/`default` \| s3:.*mlflow\/nowhere/);
  expect(comment).toMatch(/waiting for the operator|new pods|not ready|terminates repeatedly/);
});
