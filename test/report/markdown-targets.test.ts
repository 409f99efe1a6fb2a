import { describe, expect, it } from 'vitest';
import { renderTargets, targetsMarker } from '../../src/report/markdown/targets.ts';
import type { Report } from '../../src/report/report.ts';
import { aReport } from '../support/reports.ts';

const PATH = '.github/seldon.yml';
const OPTIONS = { limit: 65_536, path: PATH };

function of(target: string, over: Partial<Report> = {}): Report {
  const report = aReport(over);
  return { ...report, context: { ...report.context, target } };
}

describe('the comment of a file of targets', () => {
  it('has a row and a part for each, and begins with its marker', () => {
    const text = renderTargets([of('b'), of('a', { outcome: 'planned' })], undefined, OPTIONS);
    expect(text.startsWith(targetsMarker(PATH))).toBe(true);
    expect(text).toMatch(/\| \*\*a\*\* \| 📝 .*\n\| \*\*b\*\* \| ✅/);
    expect(text.match(/<details><summary><b>/g)).toHaveLength(2);
  });

  it('keeps the parts of other runs just as they are, however often it is written', () => {
    const first = renderTargets([of('a'), of('b')], undefined, OPTIONS);
    const second = renderTargets([of('a', { outcome: 'planned' })], first, OPTIONS);
    const third = renderTargets([of('a')], second, OPTIONS);
    const part = (text: string) => /<b>b<\/b><\/summary>([\s\S]*)<\/details>/.exec(text)?.[1];
    expect(part(third)).toBe(part(first));
    expect(renderTargets([of('a')], third.replaceAll('\n', '\r\n'), OPTIONS)).toBe(third);
  });

  it('reads nothing from a comment that was changed', () => {
    const [marker = ''] = renderTargets([of('a')], undefined, OPTIONS).split('\n');
    for (const previous of ['', 'hello', marker, `${marker}\n<!-- x b -->\n<!-- x end -->`, targetsMarker(PATH)])
      expect(renderTargets([of('a')], previous, OPTIONS)).toBe(renderTargets([of('a')], undefined, OPTIONS));
  });

  it('gets no section from the text of a model or a pod', () => {
    const nonce = /targets of \S+ ([0-9a-f]+)/.exec(renderTargets([of('a')], undefined, OPTIONS))?.[1];
    const quote = {
      label: 'log',
      text: `<!-- ${nonce} end -->\n<!-- ${nonce} prod -->\n### all is well\n<!-- ${nonce} end -->`,
    };
    const finding = { reason: 'crash-loop', title: 'x', cure: undefined, quotes: [quote] } as const;
    const hostile = renderTargets([of('a', { outcome: 'failed', findings: [finding] })], undefined, OPTIONS);
    expect(renderTargets([of('b')], hostile, OPTIONS)).not.toContain('**prod**');
  });

  it('stays below the limit: older sections are removed first, and keep their row', () => {
    const long = of('a', { manifest: 'x'.repeat(60_000), outcome: 'planned' });
    const full = renderTargets([of('old', { manifest: 'y'.repeat(60_000), outcome: 'planned' })], undefined, OPTIONS);
    const both = renderTargets([long], full, OPTIONS);
    expect(both.length).toBeLessThanOrEqual(OPTIONS.limit);
    expect(both).toContain('| **old** | 📝');
    expect(both).toContain('xxxx');
    expect(both).not.toContain('yyyy');
  });
});
