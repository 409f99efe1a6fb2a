import { expect, it } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { startProgressReports } from '../../src/report/report-progress.ts';
import { FakeRunner } from '../support/fake-runner.ts';
import { aReport } from '../support/reports.ts';

/** A clock whose naps end when the test says so. */
function nappingClock() {
  const naps: { milliseconds: number; end: () => void }[] = [];
  return {
    naps,
    now: () => 0,
    sleep: (milliseconds: number, until?: AbortSignal) =>
      new Promise<void>((resolve) => {
        naps.push({ milliseconds, end: resolve });
        if (until?.aborted === true) resolve();
        until?.addEventListener('abort', () => resolve(), { once: true });
      }),
    async wake() {
      naps.at(-1)?.end();
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

function of(target: string, name: string): Report {
  const report = aReport({ name });
  return { ...report, context: { ...report.context, target } };
}

it('reports the newest state of each target, once in each interval, and nothing without a change', async () => {
  const clock = nappingClock();
  const told: (readonly (string | undefined)[])[] = [];
  const write = async (reports: readonly Report[]) => void told.push(reports.map(({ name }) => name));
  const progress = startProgressReports({ clock, runner: new FakeRunner(), write });
  progress.update(of('a', 'a1'));
  progress.update(of('b', 'b1'));
  progress.update(of('a', 'a2'));
  expect(told).toEqual([]);
  await clock.wake();
  expect(told).toEqual([['a2', 'b1']]);
  await clock.wake();
  expect(told).toHaveLength(1);
  progress.update(of('b', 'b2'));
  await clock.wake();
  expect(told.at(-1)).toEqual(['a2', 'b2']);
  expect(clock.naps.every(({ milliseconds }) => milliseconds === 10_000)).toBe(true);
  progress.update(of('b', 'b3'));
  await progress.end();
  expect(told).toHaveLength(2);
});

it('waits at the end for a report in progress, so that the final report is the last', async () => {
  const clock = nappingClock();
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  const write = () => promise;
  const progress = startProgressReports({ clock, runner: new FakeRunner(), write });
  progress.update(aReport());
  await clock.wake();
  let hasEnded = false;
  const ending = progress.end().then(() => {
    hasEnded = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(hasEnded).toBe(false);
  finish();
  await ending;
});

it('stops silently where no comment is possible', async () => {
  const clock = nappingClock();
  const runner = new FakeRunner();
  const progress = startProgressReports({
    clock,
    runner,
    write: () => Promise.reject(new Error('GitHub answered 403')),
  });
  progress.update(aReport());
  await clock.wake();
  progress.update(aReport());
  await progress.end();
  expect(runner.lines).toEqual(['the progress could not be written to the comment: GitHub answered 403']);
});
