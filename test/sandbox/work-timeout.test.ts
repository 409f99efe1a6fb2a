import { expect, it } from 'vitest';
import { WorkTimeout } from '../../sandbox/cluster/work-timeout.ts';

it('ends a wait after its time', async () => {
  const began = performance.now();
  const { signal } = new WorkTimeout(60);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  expect(performance.now() - began).toBeGreaterThan(55);
});

it('does not count the time in which the process could not work', async () => {
  const { signal } = new WorkTimeout(100);
  for (let i = 0; i < 3; i++) {
    const until = performance.now() + 60;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(signal.aborted).toBe(false);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
});

it('never aborts what has ended', async () => {
  const limit = new WorkTimeout(5);
  limit.end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(limit.signal.aborted).toBe(false);
});
