import { expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import type { Clock } from '../../src/base/ports.ts';
import { acquireLease } from '../../src/record/acquire-lease.ts';
import type { HeldLeaseRecord, LeaseRecord } from '../../src/seldon/lease.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';

type Take = (over: HeldLeaseRecord | undefined, runner: FakeRunner) => HeldLeaseRecord | undefined;

const OTHER: HeldLeaseRecord = { holder: 'other', run: 'https://run/1', seconds: 60, renewed: 'once' };

async function take(
  answer: Take,
  { timeout = 900, clock = new FakeClock() }: { timeout?: number; clock?: Clock } = {},
) {
  const runner = new FakeRunner();
  const cluster = Object.assign(new FakeCluster(new FakeClock(), []), {
    acquireLease: async (_ref: unknown, _claim: LeaseRecord, over: HeldLeaseRecord | undefined) => answer(over, runner),
  });
  const ref = { namespace: 'seldon', name: 'wine' };
  const said: string[] = [];
  const order = { cluster, clock, runner, ref, claim: { holder: 'me', run: undefined }, timeout };
  const lease = await acquireLease(order, (message) => said.push(message));
  return { lease, runner, clock, said };
}

it('takes over from a run that did not renew its lease, and not before it expires', async () => {
  const { clock, said } = await take((over) => (over === undefined ? OTHER : undefined));
  expect(clock.now()).toBeGreaterThan(60_000);
  expect(clock.now()).toBeLessThan(66_000);
  expect(said).toEqual(['another run (https://run/1) has released the lease']);
});

it('does not take over from a live run, and names it at the timeout', async () => {
  let renewals = 0;
  const living: Take = () => ({ ...OTHER, renewed: String(renewals++) });
  await expect(take(living, { timeout: 300 })).rejects.toThrow(
    'another run (https://run/1) is changing SeldonDeployment seldon/wine, still after 300 s',
  );
});

/** Lets so many renewals come, and no more. */
function aClockFor(renewals: number): Clock {
  let slept = 0;
  return { now: () => 0, sleep: () => (slept++ < renewals ? Promise.resolve() : new Promise(() => {})) };
}

it('continues to renew after a failed renewal', async () => {
  let asked = 0;
  const { lease, runner } = await take(
    () => {
      if (++asked === 2) throw new UserError('cluster-unreachable', 'no answer');
      return undefined;
    },
    { clock: aClockFor(15) },
  );
  await expect.poll(() => asked).toBe(4);
  await lease.release();
  expect(runner.lines.join()).toContain('could not be renewed: no answer');
});

it('reports that another run has taken the lease', async () => {
  let asked = 0;
  const { runner } = await take(() => (++asked === 1 ? undefined : OTHER), { clock: aClockFor(5) });
  await expect.poll(() => runner.lines.join()).toContain('another run (https://run/1) has taken over the lease');
  expect(asked).toBe(2);
});

it('writes the recovery note before the first change, and removes it at release', async () => {
  let written = '';
  const { lease, runner } = await take((_, { state }) => {
    written = state['lease'] ?? '';
    return undefined;
  });
  expect(JSON.parse(written)).toMatchObject({ ref: { name: 'wine' }, claim: { holder: 'me' } });
  await lease.release();
  expect(runner.state['lease']).toBe('');
});
