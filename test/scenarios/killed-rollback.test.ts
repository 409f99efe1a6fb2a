import { expect, it } from 'vitest';
import type { ActionCall } from '../../sandbox/runner.ts';
import { PULL_REQUEST, type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { live, story, using } from './story.ts';

/** A run with `on-cancel: rollback` is killed at each of its steps: the post step restores what was there before. */

const ROLLBACK = { 'on-cancel': 'rollback', environment: 'staging' };

/** Steps before the apply, at which there is nothing to restore, and those after it. */
const RUNS: Readonly<
  Record<string, { readonly inputs: Readonly<Record<string, string>>; readonly steps: readonly string[] }>
> = {
  'a deploy': {
    inputs: { 'model-uri': 'models:/wine-quality/2' },
    steps: ['Render', 'Apply', 'Check the health', 'Record the revision'],
  },
  'a canary in steps': {
    inputs: {
      mode: 'canary',
      'model-uri': 'models:/wine-quality/2',
      steps: '50',
      'step-interval': '1',
      'gate-no-data': 'pass',
    },
    steps: ['Apply', 'Wait until', 'Soak'],
  },
  'a failed deploy that restores the previous state itself': {
    inputs: { 'model-uri': 'models:/wine-quality/5' },
    steps: ['Restore'],
  },
};

function commentOf(sandbox: Sandbox, name: string): string {
  const comments = sandbox.github.comments(PULL_REQUEST).map(({ body }) => body ?? '');
  return comments.findLast((body) => body.includes(`seldon/${name}`)) ?? '';
}

for (const [what, { inputs, steps }] of Object.entries(RUNS)) {
  it.concurrent(`${what} that is killed at any step is taken back by the post step, which reports it`, {
    timeout: 600_000,
  }, async () => {
    const sandbox = await startSandbox();
    for (const [at, step] of steps.entries()) {
      const name = `wine-${at}`;
      await sandbox.act(using({ name }));
      const before = live(sandbox, name)?.spec;
      const cut: Partial<ActionCall> = { killAt: new RegExp(`::group::${step}`) };
      const end = await sandbox.act(using({ ...inputs, ...ROLLBACK, name }, cut));
      expect([step, end.exitCode], end.shown).toEqual([step, null]);
      expect([step, live(sandbox, name)?.spec], end.shown).toEqual([step, before]);
      expect(sandbox.cluster.api.list('Lease', 'seldon')).toEqual([]);
      const comment = commentOf(sandbox, name);
      const { outcome, reason } = end.outputs;
      // Killed right at an apply, the server may not have stored it.
      if (step !== 'Render' && step !== 'Apply')
        expect([step, outcome, reason], end.shown).toEqual([step, 'rolled-back', 'aborted']);
      if (outcome === 'rolled-back') {
        expect(end.shown).toMatch(/restored and available/);
        expect(comment).toMatch(/restored and available/);
        expect(end.summary).toMatch(/restored and available/);
      }
    }
    for (const { states } of sandbox.github.deployments())
      expect(['success', 'failure', 'error']).toContain(states.at(-1));
    await sandbox.close();
  });
}

story('a first deploy that is killed is deleted by the post step', async (sandbox) => {
  const end = await sandbox.act(using(ROLLBACK, { killAt: /::group::Check the health/ }));
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'withdrawn', reason: 'aborted' });
  expect(end.shown).toContain('it was the first deployment');
  expect(live(sandbox)).toBeUndefined();
  expect(sandbox.cluster.api.list('Lease', 'seldon')).toEqual([]);
});

story('without `on-cancel: rollback` the post step leaves what is there, and reports it', async (sandbox) => {
  await sandbox.act();
  const end = await sandbox.act(
    using({ 'model-uri': 'models:/wine-quality/2' }, { killAt: /::group::Check the health/ }),
  );
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'kept', reason: 'cancelled' });
  expect(live(sandbox)?.spec.predictors[0]?.annotations).toBeDefined();
  expect(sandbox.github.comments(PULL_REQUEST).at(-1)?.body).toMatch(/this report shows the current SeldonDeployment/);
});

story('a run that is cancelled and then killed while it restores is completed by the post step', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox)?.spec;
  const inputs = { 'model-uri': 'models:/wine-quality/2', ...ROLLBACK };
  const end = await sandbox.act(using(inputs, { cancelAt: /::group::Check the health/, killAt: /::group::Restore/ }));
  expect(end.exitCode, end.shown).toBeNull();
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'rolled-back', reason: 'aborted' });
  expect(live(sandbox)?.spec).toEqual(before);
});
