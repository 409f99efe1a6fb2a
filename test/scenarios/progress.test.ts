import { expect } from 'vitest';
import { PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { commentOf, story } from './story.ts';

const MOMENT = 500;

story(
  'whoever waits reads in the comment how far it is, with an edit every 10 s at most',
  async (sandbox) => {
    const seen = new Set<string>();
    const watch = setInterval(() => {
      for (const { body } of sandbox.github.comments(PULL_REQUEST)) seen.add(body ?? '');
    }, MOMENT);
    const started = Date.now();
    const end = await sandbox.act();
    clearInterval(watch);
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed' });
    const [first = '', ...more] = seen;
    expect(first).toContain('### ⏳ **wine-quality** v1 is being deployed');
    expect(first).toMatch(/\| wait for the pods \| ⏳ .*main/);
    expect(first).toMatch(/run.*actions\/runs\/4711/);
    expect(more.length).toBeLessThanOrEqual((Date.now() - started) / 10_000);
    expect(commentOf(sandbox)).toContain('is live on Seldon');
  },
  { second: 200 },
);

story('a short run reports only its end', async (sandbox) => {
  await sandbox.act();
  const edits = sandbox.github.requests.filter((line) => line.startsWith('PATCH'));
  expect(edits).toEqual([]);
});
