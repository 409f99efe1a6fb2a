import { expect, it } from 'vitest';
import { OPEN_PULL_REQUEST, type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { parseCommand } from '../../src/gate/command.ts';
import { checkLock } from '../../src/run/locks.ts';
import type { Lock } from '../../src/seldon/lease.ts';
import { live, modelUriOf, sharesOf, story, using } from '../scenarios/story.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';

/** What a person can do while a run is doing harm, and what nobody can do against a lock. */

const RUN = 'https://github.com/acme/wine/actions/runs/';

/** A canary that would stand for ten minutes. */
function slowCanary(more: Parameters<typeof using>[1] = {}) {
  const inputs = {
    mode: 'canary',
    'model-uri': 'models:/wine-quality@challenger',
    steps: '50',
    'step-interval': '10m',
  };
  return using(inputs, { env: { GITHUB_RUN_ID: '5000' }, ...more });
}

/** Begins a slow canary; what is done while it is watched ends before it does. */
async function whileCanaryStands<T>(sandbox: Sandbox, work: () => Promise<T>) {
  let done: Promise<T> | undefined;
  const onLine = (line: string) => {
    if (line.includes('::group::Soak')) done ??= work();
  };
  const canary = await sandbox.act(slowCanary({ onLine }));
  return { canary, other: await done };
}

const LATER = { env: { GITHUB_RUN_ID: '6000' } };

for (const command of ['abort', 'rollback']) {
  story(`/seldon ${command} stops a canary that stands, and the canary puts back what was there`, async (sandbox) => {
    await sandbox.act();
    const before = live(sandbox)?.spec;
    const { canary, other } = await whileCanaryStands(sandbox, () =>
      sandbox.comment({ by: 'maria', body: `/seldon ${command}` }, LATER),
    );
    expect(canary.outputs, canary.shown).toMatchObject({ outcome: 'rolled-back', reason: 'aborted' });
    expect(canary.shown).toContain(`${RUN}6000, stopped this run`);
    expect(other?.outputs, other?.shown).toMatchObject({ outcome: 'reported', reason: 'stopped' });
    expect(other?.shown).toContain(`${RUN}5000) has stopped`);
    expect(live(sandbox)?.spec).toEqual(before);
  });
}

/** The Lease of a run that will never answer. */
async function leaseOfLostRun(sandbox: Sandbox): Promise<void> {
  await sandbox.cluster.api.create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'mlflow-to-seldon.wine',
      namespace: 'seldon',
      annotations: { 'mlflow-to-seldon.github.io/run-url': `${RUN}5000`, 'mlflow-to-seldon.github.io/mode': 'canary' },
    },
    spec: {
      holderIdentity: 'lost',
      leaseDurationSeconds: 600,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  });
}

story(
  'a run that does not answer within 30 s loses its lease, and the abort puts back what was there',
  async (sandbox) => {
    await sandbox.act();
    await sandbox.act(
      using({ mode: 'canary', 'model-uri': 'models:/wine-quality@challenger' }, { env: { GITHUB_RUN_ID: '5000' } }),
    );
    await leaseOfLostRun(sandbox);
    const end = await sandbox.comment({ by: 'maria', body: '/seldon abort' }, LATER);
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'restored' });
    expect(end.shown).toContain('did not answer within 30 s');
    expect(sharesOf(sandbox)).toBe('main 100');
  },
);

/** Each waits half a minute for a run that does not answer: they wait together. */
const FIRST_DEPLOYS = [
  ['a first deploy that was never proven is deleted: nobody was served before it', 'abort', true],
  ['a first deploy that was never proven is deleted: nobody was served before it', 'rollback', true],
  ['a first deploy that was proven stays', 'abort', false],
] as const;

it.concurrent.each(FIRST_DEPLOYS)('%s, where its run does not answer to /seldon %s', async (_, command, isKilled) => {
  const sandbox = await startSandbox();
  const killed = isKilled ? { killAt: /::group::Check the health/ } : {};
  await sandbox.act({ env: { GITHUB_RUN_ID: '5000' }, ...killed });
  const before = live(sandbox)?.spec;
  expect(before).toBeDefined();
  await leaseOfLostRun(sandbox);
  const end = await sandbox.comment({ by: 'maria', body: `/seldon ${command}` }, LATER);
  if (isKilled) {
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'removed', reason: 'stopped' });
    expect(end.shown).toContain('it was the first deployment, and was never proven');
  }
  expect(live(sandbox)?.spec).toEqual(isKilled ? undefined : before);
  expect(sandbox.cluster.api.list('Pod', 'seldon')).toHaveLength(isKilled ? 0 : 1);
  await sandbox.close();
});

story('an abort without a run in progress changes nothing, and a reader may not give one', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox);
  const end = await sandbox.comment({ by: 'maria', body: '/seldon abort' }, LATER);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'reported', reason: 'nothing-to-abort' });
  const reader = await sandbox.comment({ by: 'reader', body: '/seldon abort' }, LATER);
  expect(reader.outputs).toMatchObject({ outcome: 'refused', reason: 'not-permitted' });
  expect(live(sandbox)).toEqual(before);
});

story('a draft, a missing review and a closed pull request do not stand in the way of an abort', async (sandbox) => {
  sandbox.github.change(OPEN_PULL_REQUEST, { isDraft: true, state: 'closed', approval: 'REVIEW_REQUIRED' });
  const inputs = { 'require-review': 'true', 'require-checks': 'true', 'require-plan': 'true' };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon abort' }, { inputs });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'reported', reason: 'nothing-to-abort' });
});

story('a run that lost its lease changes nothing more', async (sandbox) => {
  await sandbox.act();
  const { canary } = await whileCanaryStands(sandbox, async () => {
    const at = { namespace: 'seldon', name: 'mlflow-to-seldon.wine' };
    const lease = sandbox.cluster.api.get('Lease', at) as { metadata: object; spec: object };
    await sandbox.cluster.api.update({ ...lease, spec: { ...lease.spec, holderIdentity: 'somebody else' } } as never);
    return sharesOf(sandbox);
  });
  expect(canary.outputs, canary.shown).toMatchObject({ outcome: 'kept', reason: 'lease-lost' });
  expect(canary.summary).toContain('another run has taken the object over');
  expect(canary.summary).toMatch(/\| `canary` \| wine-quality v\d \|.* 50 %/);
  expect(sharesOf(sandbox)).toBe('main 50, canary 50');
});

story('a cancelled run puts back what was there, where `on-cancel` says so', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox)?.spec;
  const call = slowCanary({ cancelAt: /::group::Soak/ });
  const end = await sandbox.act({ ...call, inputs: { ...call.inputs, 'on-cancel': 'rollback' } });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'rolled-back', reason: 'aborted' });
  expect(live(sandbox)?.spec).toEqual(before);
});

story('during a lock only rollbacks are allowed, and the refusal names who locked and why', async (sandbox) => {
  await sandbox.act();
  const newer = modelUriOf(sandbox);
  const locked = await sandbox.comment({ by: 'maria', body: "/seldon lock for=2h don't: the dashboards are wrong" });
  expect(locked.outputs, locked.shown).toMatchObject({ outcome: 'reported', reason: 'lock' });
  const deploy = await sandbox.comment({ by: 'octocat', body: '/seldon deploy models:/wine-quality/3' });
  expect(deploy.outputs, deploy.shown).toMatchObject({ outcome: 'failed', reason: 'locked' });
  expect(deploy.shown).toContain('by maria');
  expect(deploy.shown).toContain("don't: the dashboards are wrong");
  const push = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/3' }));
  expect(push.outputs, push.shown).toMatchObject({ outcome: 'failed', reason: 'locked' });
  expect(modelUriOf(sandbox)).toBe(newer);
});

story(
  'a lock is for plans, status and the way back no hindrance, and whoever may deploy takes it away',
  async (sandbox) => {
    await sandbox.act();
    await sandbox.act(using({ 'model-uri': 'models:/wine-quality/2' }));
    await sandbox.comment({ by: 'maria', body: '/seldon lock the dashboards are wrong' });
    const plan = await sandbox.comment({ by: 'reader', body: '/seldon plan models:/wine-quality/3' });
    expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned' });
    const status = await sandbox.comment({ by: 'reader', body: '/seldon status' });
    expect(status.shown).toContain('locked by maria');
    const back = await sandbox.comment({ by: 'maria', body: '/seldon rollback' });
    expect(back.outputs, back.shown).toMatchObject({ outcome: 'restored' });
    const reader = await sandbox.comment({ by: 'reader', body: '/seldon unlock' });
    expect(reader.outputs).toMatchObject({ outcome: 'refused', reason: 'not-permitted' });
    const unlocked = await sandbox.comment({ by: 'octocat', body: '/seldon unlock' });
    expect(unlocked.outputs, unlocked.shown).toMatchObject({ outcome: 'reported', reason: 'unlock' });
  },
);

it('reads a lock: arguments first, then a reason in free words, which must be there', () => {
  expect(parseCommand(`/seldon lock for=2h name=wine don't "touch" it`, '/seldon')).toMatchObject({
    verb: 'lock',
    reason: `don't "touch" it`,
    args: new Map([
      ['for', '2h'],
      ['name', 'wine'],
    ]),
  });
  for (const body of ['/seldon lock', '/seldon lock   ', '/seldon lock \u200b', '/seldon lock for=2h'])
    expect(parseCommand(body, '/seldon')).toHaveProperty('fault');
  expect(parseCommand('/seldon lock plan=x why', '/seldon')).toHaveProperty('fault');
});

it('a lock ends by itself when it says so, and one whose end cannot be read does not', async () => {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, []);
  const check = (until: string | undefined) => {
    const lock: Lock = { by: 'maria', reason: 'x', since: '2026-01-01T00:00:00Z', until, run: undefined };
    cluster.leases = { ...cluster.leases, readLock: async () => lock };
    const config = { lockTimeout: 900, manifestFile: undefined, mode: 'direct' };
    return checkLock({ config, peers: { cluster, clock } } as never, { namespace: 'seldon', name: 'wine' });
  };
  await expect(check(new Date(clock.now() + 1_000).toISOString())).rejects.toThrow('is locked: by maria');
  await expect(check('nonsense')).rejects.toThrow('is locked');
  await expect(check(undefined)).rejects.toThrow('is locked');
  await expect(check(new Date(clock.now() - 1_000).toISOString())).resolves.toBeUndefined();
});
