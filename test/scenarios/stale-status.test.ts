import { expect } from 'vitest';
import { expectEnding, live, settling, story, using } from './story.ts';

const WINE = { namespace: 'seldon', name: 'wine' };

story('a status that lists Services which are gone is named with a command that cures it', async (sandbox) => {
  await sandbox.act();
  // As after an operator that lost its status write (recording status_write_lost).
  const entry = { httpEndpoint: 'wine-canary.seldon:8000' };
  const serviceStatus = { 'wine-canary': entry, 'wine-canary-prediction': entry };
  await sandbox.cluster.api.patch('SeldonDeployment', WINE, { status: { serviceStatus } }, 'status');
  const next = { 'model-uri': 'models:/wine-quality@challenger' };
  const end = await sandbox.act(using({ ...next, 'on-failure': 'keep' }));
  const comment = expectEnding(sandbox, end, { outcome: 'kept', reason: 'operator-failed' });
  expect(comment).toContain('lists Services that are gone');
  const [, patch] = /--subresource=status --type=merge -p '(\{.*?\})'/.exec(end.shown) ?? [];
  expect(Object.keys(JSON.parse(patch ?? '{}').status?.serviceStatus ?? {}).sort()).toEqual([
    'wine-canary',
    'wine-canary-prediction',
  ]);
  await sandbox.cluster.api.patch('SeldonDeployment', WINE, JSON.parse(patch ?? '{}'), 'status');
  await expect.poll(() => live(sandbox)?.status?.state).toBe('Available');
  expectEnding(sandbox, await sandbox.act(using(next)), { outcome: 'unchanged', reason: 'already-live' });
  const status = await sandbox.act(settling('status'));
  expect(status.outputs).toMatchObject({ outcome: 'reported' });
});
