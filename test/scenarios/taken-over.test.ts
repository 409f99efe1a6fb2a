import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { expectEnding, live, story, using } from './story.ts';

const WINE = { namespace: 'seldon', name: 'wine' };

async function madeBy(sandbox: Sandbox, metadata: object = {}): Promise<void> {
  const modelUri = [...sandbox.store.keys()][0];
  const graph = { name: 'model', implementation: 'MLFLOW_SERVER', modelUri, envSecretRefName: 'rclone-s3' };
  await sandbox.cluster.api.create({
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { ...WINE, ...metadata },
    spec: { predictors: [{ name: 'default', graph }] },
  });
}

story('whose predictors a run takes over is said in its plan and in its report', async (sandbox) => {
  await madeBy(sandbox);
  const [manager] = live(sandbox)?.metadata.managedFields ?? [];
  const words = `was last written by \`${manager?.manager}\` (field manager): this action takes it over`;
  const plan = await sandbox.act(using({ 'dry-run': 'true' }));
  expect(expectEnding(sandbox, plan, { outcome: 'planned', reason: 'dry-run' })).toContain(words);
  const end = await sandbox.act();
  expect(expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' }, 2)).toContain(words);
  const next = await sandbox.act(using({ 'model-uri': 'models:/wine-quality@challenger' }));
  expect(expectEnding(sandbox, next, { outcome: 'deployed', reason: 'ok' }, 2)).not.toContain('takes it over');
});

story('what Argo CD keeps at what is in git is refused, unless an input allows it', async (sandbox) => {
  await madeBy(sandbox, { annotations: { 'argocd.argoproj.io/tracking-id': 'wine:machinelearning.seldon.io/wine' } });
  const before = live(sandbox)?.spec;
  const end = await sandbox.act();
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'object-not-ours' });
  expect(comment).toContain('is managed by Argo CD');
  expect(comment).toContain('`apply: false` with `manifest-file`');
  expect(live(sandbox)?.spec).toEqual(before);
  const allowed = await sandbox.act(using({ 'take-over': 'true' }));
  expectEnding(sandbox, allowed, { outcome: 'deployed', reason: 'ok' });
});
