import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RolloutFailureReason } from '../../src/base/outcome.ts';
import type { Source } from '../../src/rollout/failures/failure-row.ts';
import { knownFailure } from '../../src/rollout/failures/known-failures.ts';

interface Words {
  /** Words that tools print although nothing is wrong, or before they try again. */
  readonly quiet: readonly { readonly speaker: Source; readonly reason: RolloutFailureReason; readonly text: string }[];
  /** Such words before the failure itself, and the row of the failure. */
  readonly followed: readonly { readonly text: string; readonly row: string }[];
}

const words: Words = JSON.parse(
  readFileSync(new URL('../fixtures/failures/quiet-words.json', import.meta.url), 'utf8'),
);

describe('words that are no failure', () => {
  it.each(words.quiet)('explain nothing ($speaker): $text', ({ speaker, reason, text }) => {
    expect(knownFailure(text, speaker, reason)?.row.id).toBeUndefined();
  });

  it.each(words.followed)('do not hide $row, which follows them', ({ text, row }) => {
    expect(knownFailure(text, 'server', 'crash-loop')?.row.id).toBe(row);
  });
});
