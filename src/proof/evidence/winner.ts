import { percent } from '../../base/percent.ts';
import { differenceInterval, isExcluded, type Pair } from './difference.ts';
import { missedBy } from './duration.ts';
import { ALPHA, totalOf } from './judge.ts';
import type { Question } from './questions.ts';
import { shareOf } from './share.ts';
import { describeDifference, describeSeconds } from './verdict-words.ts';

/** Which of two predictors that share the requests is better, if it is shown already. */
export interface Comparison {
  readonly question: string;
  /** Name of the better predictor; undefined while it is open. */
  readonly winner: string | undefined;
  /** One sentence with the figures, and for how long it stays open. */
  readonly sentence: string;
}

/**
 * Names the winner of each question, by the test that also judges a canary: it may be asked as often as one likes.
 * @param names of the first predictor and of the other
 * @param elapsed seconds in which the trials came
 */
export function nameWinners(
  questions: readonly Question[],
  names: readonly [string, string],
  elapsed: number,
): readonly Comparison[] {
  const alpha = ALPHA / Math.max(1, questions.length);
  return questions.map((question) => {
    const pair = totalOf(question.steps);
    const figures = `${names[0]} ${successes(pair.main)}, ${names[1]} ${successes(pair.canary)}`;
    const told = (winner: string | undefined, outcome: string): Comparison => {
      return { question: question.name, winner, sentence: `${question.name}: ${outcome}: ${figures}` };
    };
    if (pair.main.trials < 1 || pair.canary.trials < 1) return told(undefined, 'no data');
    if (!isExcluded(pair, 0, alpha))
      return told(undefined, openWords(pair, elapsed, { margin: question.margin, alpha }));
    const winner = shareOf(pair.canary) < shareOf(pair.main) ? names[1] : names[0];
    const { lower, upper } = differenceInterval(pair, alpha);
    const gain = winner === names[1] ? { lower: -upper, upper: -lower } : { lower, upper };
    return told(winner, `${winner} wins by ${describeDifference(gain)}`);
  });
}

function openWords(pair: Pair, elapsed: number, rule: { readonly margin: number; readonly alpha: number }): string {
  const { difference, seconds } = missedBy(pair, elapsed, rule);
  const { lower, upper } = difference;
  const range = `open, the second succeeds ${describeDifference({ lower: -upper, upper: -lower })} more often`;
  return seconds === undefined
    ? range
    : `${range}; about ${describeSeconds(seconds)} more would show a difference of ${percent(rule.margin)} or exclude it`;
}

function successes({ trials, failures }: Pair['main']): string {
  return trials < 1 ? 'none' : `${percent((trials - failures) / trials)} of ${Math.round(trials)}`;
}
