import { describe, expect, it } from 'vitest';
import type { Question } from '../../../src/proof/evidence/questions.ts';
import { nameWinners } from '../../../src/proof/evidence/winner.ts';

/** Accepted orders: successes of trials, of both. */
function orders(main: readonly [number, number], other: readonly [number, number]): Question {
  const tally = ([successes, trials]: readonly [number, number]) => ({ trials, failures: trials - successes });
  return { name: 'orders', margin: 0.01, asksMain: true, steps: [{ main: tally(main), canary: tally(other) }] };
}

function winnerOf(...questions: readonly Question[]) {
  return nameWinners(questions, ['main', 'b'], 3600);
}

describe('of two predictors that share the requests', () => {
  it.each([
    [
      'the second wins',
      orders([1000, 10_000], [1400, 10_000]),
      'b',
      /^orders: b wins by [\d.]+ to [\d.]+ points: main 10 % of 10000, b 14 % of 10000$/,
    ],
    ['the first wins', orders([1400, 10_000], [1000, 10_000]), 'main', /^orders: main wins by [\d.]+ to [\d.]+ points/],
    [
      'none wins yet',
      orders([10, 100], [13, 100]),
      undefined,
      /^orders: open, the second succeeds -[\d.]+ to [\d.]+ points more often; about \d+ (?:hours|days) more would/,
    ],
    [
      'none wins where one was not asked',
      orders([10, 100], [0, 0]),
      undefined,
      /^orders: no data: main 10 % of 100, b none$/,
    ],
  ] as const)('%s', (_, question, winner, sentence) => {
    expect(winnerOf(question)).toEqual([{ question: 'orders', winner, sentence: expect.stringMatching(sentence) }]);
  });

  it('each question has a winner of its own, and more of them need more proof', () => {
    const close = orders([1000, 10_000], [1262, 10_000]);
    expect(winnerOf(close)[0]?.winner).toBe('b');
    const several = winnerOf(...Array.from({ length: 10 }, () => close));
    expect(several.map(({ winner }) => winner)).toEqual(Array.from({ length: 10 }, () => undefined));
  });
});
