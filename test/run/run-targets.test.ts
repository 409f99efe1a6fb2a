import { expect, it } from 'vitest';
import { skippedReport } from '../../src/report/several-targets.ts';
import { runTargets } from '../../src/run/run-targets.ts';
import { aReport } from '../support/reports.ts';

interface One {
  readonly target: string;
  readonly needs: readonly string[];
}

/** What is carried, in the order of beginnings (`a`) and ends (`/a`). */
async function story(orders: readonly One[], broken: readonly string[] = []) {
  const said: string[] = [];
  const reports = await runTargets(orders, {
    run: async ({ target }) => {
      said.push(target);
      await new Promise((resolve) => setTimeout(resolve, 2));
      said.push(`/${target}`);
      const report = aReport(broken.includes(target) ? { outcome: 'rolled-back' } : {});
      return { ...report, context: { ...report.context, target } };
    },
    skip: ({ target }, one) => skippedReport(one, { ...aReport().context, target }),
  });
  return { said, ends: reports.map(({ context, outcome }) => `${context.target} ${outcome}`) };
}

it('starts with the targets without `needs`, and continues as they end', async () => {
  const orders = [
    { target: 'prod', needs: ['staging', 'docs'] },
    { target: 'staging', needs: [] },
    { target: 'docs', needs: [] },
  ];
  const { said, ends } = await story(orders);
  expect(said.slice(0, 2).sort()).toEqual(['docs', 'staging']);
  expect(said.slice(-2)).toEqual(['prod', '/prod']);
  expect(ends).toEqual(['prod deployed', 'staging deployed', 'docs deployed']);
});

it('skips targets whose `needs` failed, and the targets that need those', async () => {
  const orders = [
    { target: 'a', needs: [] },
    { target: 'b', needs: ['a'] },
    { target: 'c', needs: ['b'] },
    { target: 'd', needs: [] },
  ];
  const { said, ends } = await story(orders, ['a']);
  expect(said).not.toContain('b');
  expect(ends).toEqual(['a rolled-back', 'b skipped', 'c skipped', 'd deployed']);
});

it('does not wait for targets that are not of this run', async () => {
  expect((await story([{ target: 'prod', needs: ['staging'] }])).ends).toEqual(['prod deployed']);
});
