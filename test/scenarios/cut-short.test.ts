import { expect, it } from 'vitest';
import type { ActionCall } from '../../sandbox/runner.ts';
import { PULL_REQUEST, type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { live, story, using } from './story.ts';

/** A run is cancelled or killed at each of its steps: its record is closed, its turn is free, and the comment says what is live now. */

const RECORDED = { environment: 'staging', 'write-back': 'alias=live' };

const BEGINNING = ['Resolve the model', 'Check permissions', 'Acquire the lease', 'Render', 'Apply', 'Wait until'];
const PROOF = ['Check the health', 'Send a prediction'];

const RUNS: Readonly<
  Record<string, { readonly inputs: Readonly<Record<string, string>>; readonly steps: readonly string[] }>
> = {
  'a deploy': {
    inputs: { 'model-uri': 'models:/wine-quality/2' },
    steps: [
      ...BEGINNING,
      ...PROOF,
      'Send the prediction through the public',
      'Record the revision',
      'Update the registry',
    ],
  },
  'a canary': {
    inputs: {
      mode: 'canary',
      'model-uri': 'models:/wine-quality/2',
      steps: '50',
      'step-interval': '1',
      'gate-no-data': 'pass',
    },
    steps: ['Ask the old and', 'Watch it', 'Judge its requests', 'Send it through the public'],
  },
  'a shadow': { inputs: { mode: 'shadow', 'model-uri': 'models:/wine-quality/2' }, steps: ['Verify that mirrored'] },
  'a failed deploy': { inputs: { 'model-uri': 'models:/wine-quality/5' }, steps: ['Restore'] },
  'a removal': { inputs: { mode: 'remove', 'model-uri': '', 'write-back': '' }, steps: ['Delete the'] },
};

/** Nothing is left open, and what the comment says is so. */
function expectClosed(sandbox: Sandbox, name: string, before: unknown): void {
  expect(sandbox.cluster.api.list('Lease', 'seldon')).toEqual([]);
  for (const { states } of sandbox.github.deployments())
    expect(['success', 'failure', 'error']).toContain(states.at(-1));
  const comments = sandbox.github.comments(PULL_REQUEST).map(({ body }) => body ?? '');
  const comment = comments.findLast((body) => body.includes(`seldon/${name}`)) ?? '';
  const now = live(sandbox, name)?.spec;
  // Without a word of it there was nothing to say.
  if (!/the run was (cancelled|stopped)/.test(comment) || comment.includes('nothing was changed')) {
    expect(now).toEqual(before);
    return;
  }
  expect(comment.includes('the SeldonDeployment does not exist now')).toBe(now === undefined);
  const told = [...comment.matchAll(/^\| `([\w-]+)` \| wine-quality (v\d) \| `[█░]+` (\d+) %/gm)];
  const share = ({ traffic = 100 }: { traffic?: number }) => String(traffic);
  expect(told.map(([, predictor, , traffic]) => [predictor, traffic])).toEqual(
    (now?.predictors ?? []).map((one) => [one.name, share(one)]),
  );
}

for (const [what, { inputs, steps }] of Object.entries(RUNS)) {
  for (const way of ['cancelAt', 'killAt'] as const) {
    const words = way === 'killAt' ? 'killed' : 'cancelled';
    // Each has a sandbox of its own, and waits for it most of the time.
    it.concurrent(`${what} that is ${words} at any step leaves nothing open and tells what is live`, {
      timeout: 600_000,
    }, async () => {
      const sandbox = await startSandbox();
      const more = inputs['mode'] === 'canary' ? { 'prometheus-url': sandbox.prometheus.url } : {};
      for (const [at, step] of steps.entries()) {
        const name = `wine-${at}`;
        await sandbox.act(using({ name }));
        const before = live(sandbox, name)?.spec;
        const cut: Partial<ActionCall> = { [way]: new RegExp(`::group::${step}`) };
        const end = await sandbox.act(using({ ...RECORDED, ...inputs, ...more, name }, cut));
        // At its last steps it may be through before it hears of it.
        const isThrough = end.exitCode === 0 && end.outputs['outcome'] === 'deployed';
        if (!isThrough) expect([step, end.exitCode], end.shown).toEqual([step, way === 'killAt' ? null : 1]);
        expectClosed(sandbox, name, isThrough ? live(sandbox, name)?.spec : before);
      }
      await sandbox.close();
    });
  }
}

story('a cancelled run that GitHub keeps waiting is killed, and the post step reports it', async (sandbox) => {
  await sandbox.act();
  const before = Date.now();
  sandbox.github.fail({ match: /comments/, status: 502, times: 1, hangs: true });
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/7' }, { cancelAt: /not ready/ }));
  expect(end.exitCode, end.shown).toBeNull();
  expect(Date.now() - before).toBeGreaterThan(10_000);
  expect(sandbox.github.comments(PULL_REQUEST).at(-1)?.body).toMatch(
    /the run was stopped[\s\S]*\| `main` \| wine-quality v7/,
  );
});
