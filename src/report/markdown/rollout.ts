import { codeSpan, fence, inline, prose } from '../../base/untrusted-text.ts';
import type { RevisionLine } from '../../plan/live-state.ts';
import { type Comparison, describeComparison, differenceInWords } from '../../proof/comparison.ts';
import type { PreviewLine } from '../report.ts';
import { fold } from './fold.ts';
import { table } from './table.ts';

const MOST_ROWS = 10;
/** Fewer points are easier to read in the table. */
const LEAST_POINTS = 5;

/** The answers of both models to the same requests, in one sentence. */
export function comparisonSentence(comparison: Comparison | undefined): readonly string[] {
  if (comparison === undefined) return [];
  const { tolerance, objection } = comparison;
  const verdict = objection === undefined ? ' **Within the tolerance.**' : ' **Outside the tolerance.**';
  const sentence = `**Answers of both models to the same requests:** ${prose(describeComparison(comparison), 400)}.`;
  return [`${sentence}${tolerance === undefined ? '' : verdict}`];
}

/** The answers themselves. */
export function comparisonDetails(comparison: Comparison | undefined): readonly string[] {
  if (comparison === undefined || comparison.answers.length === 0) return [];
  const { answers, old, new: fresh, latency } = comparison;
  const rows = answers.slice(0, MOST_ROWS).map((one, at) => {
    return [
      String(at + 1),
      codeSpan(one.old, 80),
      codeSpan(one.new, 80),
      inline(differenceInWords(one.difference), 200),
    ];
  });
  const more = answers.length > MOST_ROWS ? [`_and ${answers.length - MOST_ROWS} more requests_`] : [];
  const head = `| request | ${codeSpan(old)}, ${Math.round(latency.old)} ms | ${codeSpan(fresh)}, ${Math.round(latency.new)} ms | difference |\n|--:|---|---|---|`;
  return [fold('Answers side by side', [table(rows, head), ...more, ...chart(comparison)].join('\n\n'))];
}

/** Differences of many requests as a Mermaid chart. It contains only numbers that we computed. */
function chart({ answers }: Comparison): readonly string[] {
  const points = answers.map(({ difference }) => (difference.kind === 'numbers' ? difference.relative * 100 : 0));
  if (points.length < LEAST_POINTS || points.every((point) => point === 0)) return [];
  const lines = [
    'xychart-beta',
    '  title "Difference of each answer, percent"',
    `  x-axis "request" 1 --> ${points.length}`,
    `  bar [${points.map((point) => Number(point.toPrecision(3))).join(', ')}]`,
  ];
  return [fence(lines.join('\n'), 'mermaid')];
}

/** The revisions that a rollback can return to. */
export function historyTable(history: readonly RevisionLine[]): string {
  const rows = history.map(({ revision, model, time, commit, rolledBack }) => [
    String(revision),
    `${inline(model, 200)}${rolledBack ? ', rolled back' : ''}`,
    inline(time.slice(0, 16).replace('T', ' '), 40),
    commit === undefined ? '' : codeSpan(commit.slice(0, 7)),
  ]);
  return table(rows, '| revision | proven model | UTC | commit |\n|--:|---|---|---|');
}

/** What a sweep found and did. */
export function previewTable(previews: readonly PreviewLine[]): string {
  const rows = previews.map(({ name, age, fate, why }) => [
    codeSpan(name),
    age,
    why === undefined ? fate : `${fate}: ${prose(why, 300)}`,
  ]);
  return table(rows, '| preview | shipped before | |\n|---|---|---|');
}
