import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { troubleshootingPage, troubleshootingRows } from '../../scripts/troubleshooting.ts';
import { REASONS } from '../../src/report/reasons.ts';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

describe('docs/troubleshooting.md', () => {
  it('is written from the tables', () => {
    expect(page).toBe(troubleshootingPage());
  });

  it('has one anchor for each reason and for each row, so that every link of a finding leads somewhere', () => {
    const anchors = [...page.matchAll(/^#{2,3} (\S+)$/gm)].map(([, anchor]) => anchor);
    expect(anchors.toSorted()).toEqual(
      [...Object.keys(REASONS), ...troubleshootingRows().map(({ id }) => id)].toSorted(),
    );
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('gives each row a cure in terms of an input, the cluster or the model', () => {
    for (const { cure, meaning } of troubleshootingRows()) {
      expect(cure).not.toMatch(/undefined/);
      expect(meaning).not.toMatch(/undefined/);
    }
  });

  it.each(Object.keys(REASONS))('gives the reason %s a cure', (reason) => {
    const section = page.slice(page.indexOf(`\n## ${reason}\n`)).split('\n')[3] ?? '';
    expect(section).toMatch(/ \*\*Cure:\*\* \S.*[.?!]$/);
  });
});
