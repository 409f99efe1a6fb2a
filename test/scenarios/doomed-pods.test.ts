import { expect } from 'vitest';
import { expectEnding, live, modelUriOf, podUids, story, using } from './story.ts';

const MISSING_IMAGE = `apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: { name: wine }
spec:
  predictors:
  - name: main
    graph: { name: prediction }
    componentSpecs:
    - spec:
        containers: [{ name: prediction, image: 'seldonio/mlflowserver:missing' }]
`;

story('an image that does not exist ends the wait at once and is named', async (sandbox) => {
  const end = await sandbox.act(using({ manifest: 'seldon.yaml' }, { files: { 'seldon.yaml': MISSING_IMAGE } }));
  const comment = expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'image-not-found' });
  expect(comment).toContain('seldonio/mlflowserver:missing');
});

story('a first creation that crashes is withdrawn, and the traceback is in the comment', async (sandbox) => {
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/5' }));
  const comment = expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'crash-loop' });
  expect(comment).toContain("No module named 'wine_features'");
  expect(live(sandbox)).toBeUndefined();
});

story('a new version that crashes is rolled back to the one before, which answers again', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox);
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/5' }));
  const comment = expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(comment).toContain("No module named 'wine_features'");
  expect(live(sandbox)?.spec).toEqual(before?.spec);
  const body = JSON.parse(end.outputs['result'] ?? '{}');
  expect(body.steps.at(-1)).toMatchObject({ name: 'undo', state: 'ok' });
  const answer = await fetch(`${sandbox.gateway.url}/seldon/seldon/wine/api/v1.0/status/prediction`);
  expect(answer.status).toBe(200);
});

story('a pod that is killed for memory is reported as such', async (sandbox) => {
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/6' }));
  expect(expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'out-of-memory' })).toMatch(/memory/i);
});

story('with on-failure: keep the broken version stays, and the comment says so', async (sandbox) => {
  await sandbox.act();
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/5', 'on-failure': 'keep' }));
  expectEnding(sandbox, end, { outcome: 'kept', reason: 'crash-loop' });
  expect(modelUriOf(sandbox)).toBe(end.outputs['model-storage-uri']);
});

story(
  'a full quota is named while the operator writes the Deployment for ever, and the old model stays',
  async (sandbox) => {
    // Without a number of replicas, the operator writes a Deployment again and again from its first update on.
    await sandbox.act();
    await sandbox.act(using({ 'model-uri': 'models:/wine-quality@challenger' }));
    const old = podUids(sandbox, 'main');
    await sandbox.cluster.api.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'seldon' },
      spec: { hard: { pods: '1' } },
    });
    const generation = () =>
      sandbox.cluster.api.get('Deployment', { namespace: 'seldon', name: 'wine-main-0-prediction' })?.metadata
        .generation ?? 0;
    const before = generation();
    const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/3' }));
    expect(expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'quota-exceeded' })).toContain('quota few');
    expect(generation()).toBeGreaterThan(before + 10);
    expect(podUids(sandbox, 'main')).toEqual(old);
  },
);
