import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../src/rollout/failures/failure-row.ts';
import { KNOWN_FAILURES, knownFailure } from '../../src/rollout/failures/known-failures.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { findingOf, type RecordedFailure } from '../support/failure-scenes.ts';

function failuresOf<T extends RecordedFailure>(file: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/failures/${file}`, import.meta.url), 'utf8'));
}

const recorded = failuresOf('failures.json');

/** Words that the tools are known to use, and the row that explains them. */
const worded = failuresOf<RecordedFailure & { readonly row?: string }>('worded-failures.json');

describe('a recorded failure', () => {
  it('is one of many', () => expect(recorded.length).toBeGreaterThanOrEqual(66));

  it.each(recorded)('$id ($stage) is named and cured', (failure) => {
    const { title, cure } = findingOf(failure);
    expect(title).toMatch(new RegExp(failure.mustName, 'i'));
    expect(cure).toMatch(new RegExp(failure.cureMustName, 'i'));
  });
});

describe('a failure in the words of its tool', () => {
  it.each(worded)('$id ($stage) is named, cured and linked to its row', (failure) => {
    const finding = findingOf(failure);
    const said = failure.stage === 'apply' ? `${finding.title} ${finding.cure}` : finding.title;
    expect(said).toMatch(new RegExp(failure.mustName, 'i'));
    expect(finding.cure).toMatch(new RegExp(failure.cureMustName, 'i'));
    expect(finding.row).toBe(failure.row);
  });
});

const rows = Object.entries(KNOWN_FAILURES).flatMap(([speaker, list]) =>
  list.map((row) => ({ id: row.id, speaker: speaker as Source, row })),
);
const at = { modelUri: 's3://models/wine', secret: undefined };

describe('the table of failures', () => {
  it('has each anchor once', () => {
    expect(rows.map(({ id }) => id)).toEqual([...new Set(rows.map(({ id }) => id))]);
  });

  it.each(rows)('$id is found in its own example, and gives a sentence and a cure', ({ speaker, row }) => {
    const known = knownFailure(row.example, speaker, row.explains?.[0] ?? row.reason);
    expect(known?.row.id).toBe(row.id);
    if (known === undefined) return;
    for (const words of [row.title(at, known.match), row.cure(at, known.match)]) {
      expect(words).not.toMatch(/undefined|\s$|^\s/);
      expect(words.length).toBeGreaterThan(20);
    }
  });

  it.each(rows)('$id has only bounded repetitions', ({ row }) => {
    const outsideClasses = row.pattern.source.replace(/\\./g, '').replace(/\[[^\]]*\]/g, 'c');
    expect(outsideClasses).not.toMatch(/[*+]|\{\d+,\}/);
  });

  it('reads hostile text of the longest log in linear time', () => {
    const hostile = rows
      .map(({ row }) => row.example.slice(0, -1))
      .join(' ')
      .repeat(10);
    const started = cpuTime();
    for (const { row } of rows) {
      const half = row.example.slice(0, Math.ceil(row.example.length / 2));
      for (const text of [hostile, half.repeat(2_000), `${half}${'a'.repeat(64_000)}`, `${half}${' '.repeat(64_000)}`])
        row.pattern.exec(text.slice(0, 64 * 1024));
    }
    expect(cpuTime() - started).toBeLessThan(5_000);
  });
});
