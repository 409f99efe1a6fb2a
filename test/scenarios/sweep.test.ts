import { expect } from 'vitest';
import { pullRequestEvent } from '../../sandbox/github/events.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { leaseName } from '../../src/seldon/lease.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { live, settling, story, using } from './story.ts';

const HOUR = 3_600_000;

function preview(sandbox: Sandbox, number: number, inputs: Readonly<Record<string, string>> = {}) {
  return sandbox.act(using({ preview: 'true', ...inputs }, { event: pullRequestEvent('opened', { number }) }));
}

/** As if it had been shipped that long ago. */
function makeOlder(sandbox: Sandbox, name: string, milliseconds: number): void {
  const metadata: Partial<SeldonDeployment['metadata']> = live(sandbox, name)?.metadata ?? {};
  const time = new Date(Date.now() - milliseconds).toISOString();
  Object.assign(metadata, { creationTimestamp: time });
  for (const fields of metadata.managedFields ?? []) Object.assign(fields, { time });
}

story('only previews without a recent deploy are swept', async (sandbox) => {
  await sandbox.act();
  for (const number of [8, 9]) await preview(sandbox, number, { environment: 'staging' });
  makeOlder(sandbox, 'wine', 999 * HOUR);
  makeOlder(sandbox, 'wine-pr-8', 49 * HOUR);
  makeOlder(sandbox, 'wine-pr-9', 47 * HOUR);
  const sweep = settling('sweep', { 'preview-age': '48h', environment: 'staging' });
  const event = { name: 'schedule', payload: { schedule: '0 3 * * *' } };
  const dry = await sandbox.act({ ...sweep, inputs: { ...sweep.inputs, 'dry-run': 'true' }, event });
  expect(dry.outputs, dry.shown).toMatchObject({ outcome: 'planned' });
  expect(dry.summary).toContain('1 of 2 previews of `wine` would be deleted');
  expect(live(sandbox, 'wine-pr-8')).toBeDefined();
  const end = await sandbox.act({ ...sweep, event });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'removed', reason: 'ok' });
  expect(end.summary).toMatch(/\| `wine-pr-8` \| 2 days \| removed \|\n\| `wine-pr-9` \| 47 hours \| kept \|/);
  expect(['wine', 'wine-pr-8', 'wine-pr-9'].map((name) => live(sandbox, name) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  const states = sandbox.github.deployments().map((one) => [one.environment, one.transient, one.states.at(-1)]);
  expect(states).toEqual([
    ['staging/wine-pr-8', true, 'inactive'],
    ['staging/wine-pr-9', true, 'success'],
  ]);
  const again = await sandbox.act({ ...sweep, event });
  expect(again.outputs, again.shown).toMatchObject({ outcome: 'unchanged', reason: 'nothing-stale' });
});

story('a preview that a run is changing is kept, and that is reported', async (sandbox) => {
  await preview(sandbox, 8);
  makeOlder(sandbox, 'wine-pr-8', 49 * HOUR);
  await sandbox.cluster.api.create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: leaseName('wine-pr-8'), namespace: 'seldon' },
    spec: { holderIdentity: 'another', leaseDurationSeconds: 60, renewTime: new Date().toISOString() },
  });
  const end = await sandbox.act(settling('sweep', { 'preview-age': '48h' }));
  expect(end.summary, end.shown).toMatch(/`wine-pr-8` \| 2 days \| kept: another run/);
  expect(live(sandbox, 'wine-pr-8')).toBeDefined();
});

story('a preview whose run was killed is swept, once the lease of that run has expired', async (sandbox) => {
  for (const number of [8, 9]) await preview(sandbox, number);
  for (const name of ['wine-pr-8', 'wine-pr-9']) {
    makeOlder(sandbox, name, 49 * HOUR);
    await sandbox.cluster.api.create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: leaseName(name), namespace: 'seldon' },
      spec: {
        holderIdentity: 'a-run-that-was-killed',
        leaseDurationSeconds: 1,
        renewTime: new Date(Date.now() - HOUR).toISOString(),
      },
    });
  }
  // The run of pull request 9 lives, only its clock is wrong.
  const renewing = setInterval(() => {
    const spec = { renewTime: new Date(Date.now() - HOUR).toISOString() };
    void sandbox.cluster.api.patch('Lease', { namespace: 'seldon', name: leaseName('wine-pr-9') }, { spec });
  }, 200);
  const end = await sandbox.act(settling('sweep', { 'preview-age': '48h' }));
  clearInterval(renewing);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'removed', reason: 'ok' });
  expect(end.summary).toMatch(/`wine-pr-8` \| 2 days \| removed \|/);
  expect(end.summary).toMatch(/`wine-pr-9` \| 2 days \| kept: another run/);
  expect([live(sandbox, 'wine-pr-8'), live(sandbox, 'wine-pr-9')?.metadata.name]).toEqual([undefined, 'wine-pr-9']);
});

story('a preview is an environment of its own, which ends with its pull request', async (sandbox) => {
  const inputs = { preview: 'true', environment: 'production' };
  await sandbox.act(using(inputs, { event: pullRequestEvent('opened', { number: 8 }) }));
  expect(sandbox.github.deployments()).toMatchObject([
    { environment: 'production/wine-pr-8', transient: true, production: false, states: ['in_progress', 'success'] },
  ]);
  sandbox.github.change(8, { state: 'closed' });
  await sandbox.act(using(inputs, { event: pullRequestEvent('closed', { number: 8 }) }));
  expect(sandbox.github.deployments()[0]?.states.at(-1)).toBe('inactive');
});

story('what is removed is inactive in the record of its environment, and others there are not', async (sandbox) => {
  const inputs = { environment: 'staging' };
  await sandbox.act(using(inputs));
  await sandbox.act(using({ ...inputs, name: 'beer' }));
  sandbox.github.fail({ match: /GET .*deployments/, status: 403, times: 1 });
  const warned = await sandbox.act(settling('remove', { ...inputs, name: 'beer' }));
  expect(warned.outputs['outcome'], warned.shown).toBe('removed');
  expect(warned.shown).toContain('Warning: the GitHub deployments of staging could not be set to inactive');
  await sandbox.act(settling('remove', inputs));
  expect(sandbox.github.deployments().map(({ states }) => states.at(-1))).toEqual(['inactive', 'success']);
});
