import { expect } from 'vitest';
import { expectEnding, live, story, using } from './story.ts';

const base = `apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: { name: wine }
spec:
  transport: carrier-pigeon
  predictors: [{ name: main, graph: { name: prediction } }]
`;

story("the operator's webhook refuses the manifest, in its own words, and nothing is applied", async (sandbox) => {
  const end = await sandbox.act(using({ manifest: 'seldon.yaml' }, { files: { 'seldon.yaml': base } }));
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'manifest-refused' });
  expect(comment).toContain('Invalid transport');
  expect(live(sandbox)).toBeUndefined();
});

story('a misspelt field is named, although the API server answers with its own error', async (sandbox) => {
  const misspelt = base.replace('transport: carrier-pigeon', 'transprot: rest');
  const end = await sandbox.act(using({ manifest: 'seldon.yaml' }, { files: { 'seldon.yaml': misspelt } }));
  expect(expectEnding(sandbox, end, { outcome: 'failed', reason: 'manifest-refused' })).toContain('transprot');
});

story('a webhook that does not answer is named with its cure, and the comment links to its row', async (sandbox) => {
  const { api } = sandbox.cluster;
  const [left] = api.list('ValidatingWebhookConfiguration');
  await sandbox.operator.close();
  const { name = '' } = left?.metadata ?? {};
  await api.create({ ...left, apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } } as Parameters<
    typeof api.create
  >[0]);
  const comment = expectEnding(sandbox, await sandbox.act(), { outcome: 'failed', reason: 'cluster-failed' });
  expect(comment).toContain("check the pod of Seldon's controller-manager");
  expect(comment).toContain('/docs/troubleshooting.md#webhook-refused');
  expect(live(sandbox)).toBeUndefined();
});
