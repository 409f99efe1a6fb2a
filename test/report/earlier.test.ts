import { describe, expect, it } from 'vitest';
import { withEarlier } from '../../src/report/markdown/earlier.ts';
import { COMMENT_LIMIT, renderReport } from '../../src/report/markdown/markdown.ts';
import { aReport } from '../support/reports.ts';

const LIMIT = COMMENT_LIMIT;

function runOf(number: number) {
  const day = String(number).padStart(2, '0');
  return { time: `2026-11-${day}T10:00:00.000Z`, runUrl: `https://github.com/acme/wine/actions/runs/${number}` };
}

function write(headline: string, number: number, previous?: string, limit = LIMIT): string {
  return withEarlier(`<!-- marker -->\n\n### ${headline}\n\nbody`, runOf(number), { previous, limit });
}

/** The lines of earlier states. */
function earlier(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith('- '));
}

describe('the earlier states of a comment', () => {
  it('are one line each, with time and run, the newest first', () => {
    const third = write('three', 3, write('two', 2, write('one', 1)));
    expect(earlier(third)).toEqual([
      '- 2026-11-02 10:00 UTC: two ([run](<https://github.com/acme/wine/actions/runs/2>))',
      '- 2026-11-01 10:00 UTC: one ([run](<https://github.com/acme/wine/actions/runs/1>))',
    ]);
    expect(third).toContain('<details><summary>Earlier on this pull request: 2</summary>');
  });

  it('do not hold the states of the run that writes, however often it writes', () => {
    const progress = write('is being deployed', 2, write('one', 1));
    expect(earlier(write('is live', 2, write('is being deployed', 2, progress)))).toEqual([
      '- 2026-11-01 10:00 UTC: one ([run](<https://github.com/acme/wine/actions/runs/1>))',
    ]);
  });

  it('are ten at most', () => {
    let text = write('state 0', 0);
    for (let number = 1; number <= 28; number++) text = write(`state ${number}`, number, text);
    expect(earlier(text)).toHaveLength(10);
    expect(earlier(text)[0]).toContain('state 27');
    expect(earlier(text).at(-1)).toContain('state 18');
  });

  it('survive the line ends of a browser, and text that is added below', () => {
    const first = write('one', 1);
    expect(earlier(write('two', 2, `${first.replaceAll('\n', '\r\n')}\n\n<sub>a note</sub>`))).toHaveLength(1);
  });

  it('are not taken from a text that was changed, or that only looks like ours', () => {
    const first = write('one', 1);
    const state = first.split('\n').at(-1) ?? '';
    for (const changed of [
      first.replace('one', 'all is well'),
      first.replace('body', 'other'),
      `### all is well\n\n${state}`,
      state,
      first.slice(0, -10),
      '',
    ])
      expect(earlier(write('two', 2, changed))).toEqual([]);
  });

  it('cannot be given a line by the log of a pod', () => {
    const inner = write('all is well', 1, write('never happened', 7));
    const quotes = [{ label: 'log', text: inner }];
    const finding = { reason: 'crash-loop', title: 'x', cure: undefined, quotes } as const;
    const hostile = renderReport(aReport({ outcome: 'failed', findings: [finding] }), { limit: LIMIT });
    const next = renderReport(aReport({ context: { ...aReport().context, runUrl: 'https://x.example/2' } }), {
      limit: LIMIT,
      previous: hostile,
    });
    expect(next).not.toContain('all is well');
    expect(next).not.toContain('never happened');
    expect(next).toContain('<summary>Earlier on this pull request: 1</summary>');
  });

  it('give way where there is no room', () => {
    const first = write('one', 1);
    const whole = write('two', 2, first);
    const short = write('two', 2, first, whole.length - 1);
    expect(earlier(short)).toEqual([]);
    expect(short).toMatch(/<!-- state .* 0 [0-9a-f]{16} -->$/);
    expect(write('two', 2, first, 60)).toBe('<!-- marker -->\n\n### two\n\nbody');
  });

  it('are short, however long a headline was', () => {
    const line = earlier(write('two', 2, write(`❌ ${'x'.repeat(2_000)}`, 1)))[0] ?? '';
    expect(line).toContain('❌ a long headline');
    expect(line.length).toBeLessThan(1_000);
  });

  it('leave out a URL that is none', () => {
    const first = withEarlier(
      '### one',
      { time: undefined, runUrl: 'x --> <b>' },
      { previous: undefined, limit: LIMIT },
    );
    expect(first.match(/-->/g)).toHaveLength(1);
    expect(earlier(write('two', 2, first))).toEqual(['- one']);
  });
});
