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
