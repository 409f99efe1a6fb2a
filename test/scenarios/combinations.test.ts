import { expect } from 'vitest';
import { sample } from './load.ts';
import { commentOf, expectEnding, live, podUids, settling, sharesOf, story, using } from './story.ts';

const CHALLENGER = { 'model-uri': 'models:/wine-quality@challenger' };

story(
  'a shadow beside a canary: each is decided about by its name, and a rollback without a name ends both',
  async (sandbox) => {
    await sandbox.act();
    await sandbox.act(using({ mode: 'canary', traffic: '20', ...CHALLENGER }));
    const before = podUids(sandbox, 'main');
    const shadow = await sandbox.act(using({ mode: 'shadow', 'model-uri': 'models:/wine-quality/3' }));
    expectEnding(sandbox, shadow, { outcome: 'deployed', reason: 'ok' });
    expect(sharesOf(sandbox)).toBe('main 80, canary 20, shadow 100 (shadow)');
    expect(podUids(sandbox, 'main')).toEqual(before);
    const which = await sandbox.act(settling('promote'));
    expectEnding(sandbox, which, { outcome: 'failed', reason: 'bad-input' });
    expect(commentOf(sandbox)).toContain('name one with the input `predictor`');
    const promoted = await sandbox.act(settling('promote', { predictor: 'canary' }));
    expectEnding(sandbox, promoted, { outcome: 'deployed', reason: 'ok' });
    expect(sharesOf(sandbox)).toBe('main 100, shadow 100 (shadow)');
    expect((await sample(sandbox, 5)).answers).toEqual({ v2: 5 });
    await sandbox.act(using({ mode: 'canary', traffic: '20', 'model-uri': 'models:/wine-quality/1' }));
    const back = await sandbox.act(settling('rollback'));
    expectEnding(sandbox, back, { outcome: 'restored', reason: 'ok' });
    expect(sharesOf(sandbox)).toBe('main 100');
  },
);

story('with the Open Inference protocol, too: canary, promotion and rollback', async (sandbox) => {
  await sandbox.act(using({ protocol: 'v2' }));
  const before = podUids(sandbox, 'main');
  const canary = await sandbox.act(using({ mode: 'canary', traffic: '20', ...CHALLENGER }));
  const comment = expectEnding(sandbox, canary, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('protocol v2');
  expect(comment).toMatch(/\| 1 \| `\[5\.507,5\.669\]` \| `\[5\.331,5\.47/);
  expect(podUids(sandbox, 'main')).toEqual(before);
  const wrong = await sandbox.act(using({ mode: 'canary', traffic: '20', protocol: 'seldon', ...CHALLENGER }));
  expectEnding(sandbox, wrong, { outcome: 'failed', reason: 'bad-input' });
  expectEnding(sandbox, await sandbox.act(settling('promote')), { outcome: 'deployed', reason: 'ok' });
  expectEnding(sandbox, await sandbox.act(settling('rollback')), { outcome: 'restored', reason: 'ok' });
  expect(live(sandbox)?.spec.protocol).toBe('v2');
});

story('a canary whose failure is kept stays for people to look at, with its share', async (sandbox) => {
  await sandbox.act();
  const end = await sandbox.act(
    using({ mode: 'canary', 'on-failure': 'keep', 'model-uri': 'models:/wine-quality/5', traffic: '20' }),
  );
  const comment = expectEnding(sandbox, end, { outcome: 'kept', reason: 'crash-loop' });
  expect(comment).toMatch(/\| `canary` \| wine-quality v5 \| .* 0 % \|/);
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 10 });
  expectEnding(sandbox, await sandbox.act(settling('rollback')), { outcome: 'restored', reason: 'ok' });
  expect(sharesOf(sandbox)).toBe('main 100');
});

story('an object that somebody made by hand gets a canary, and a promotion touches only the model', async (sandbox) => {
  const graph = {
    name: 'model',
    implementation: 'MLFLOW_SERVER',
    modelUri: [...sandbox.store.keys()][0],
    envSecretRefName: 'rclone-s3',
  };
  await sandbox.cluster.api.create({
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: 'wine', namespace: 'seldon', labels: { team: 'grapes' } },
    spec: { predictors: [{ name: 'default', replicas: 2, graph }] },
  });
  const canary = await sandbox.act(using({ mode: 'canary', traffic: '20', ...CHALLENGER }));
  expectEnding(sandbox, canary, { outcome: 'deployed', reason: 'ok' });
  expect(sharesOf(sandbox)).toBe('default 80, canary 20');
  const promoted = await sandbox.act(settling('promote'));
  expectEnding(sandbox, promoted, { outcome: 'deployed', reason: 'ok' });
  expect(live(sandbox)?.spec.predictors).toMatchObject([{ name: 'default', replicas: 2, graph: { name: 'model' } }]);
  expect(live(sandbox)?.metadata.labels).toMatchObject({ team: 'grapes' });
  expect((await sample(sandbox, 5)).answers).toEqual({ v2: 5 });
});
