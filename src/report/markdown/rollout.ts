import { codeSpan, fence, inline, prose } from '../../base/untrusted-text.ts';
import type { PredictorLine, RevisionLine } from '../../plan/live-state.ts';
import { type Comparison, describeComparison, differenceInWords } from '../../proof/comparison.ts';
import type { PreviewLine, Report } from '../report.ts';
import { evaluationSection } from './evaluation.ts';
import { evidenceSection } from './evidence.ts';
import { table } from './table.ts';

/** The tables of a rollout: traffic of each predictor, comparison of models, results of Prometheus, and history. */
export function rolloutSections(report: Report): readonly string[] {
  const { predictors, comparison, gates, history, previews, mode, outcome } = report;
  const isTold = predictors.length > 1 || mode !== 'direct' || outcome === 'unknown';
  return [
    ...(isTold && predictors.length > 0 ? [predictorTable(predictors)] : []),
    ...(comparison === undefined ? [] : comparisonSection(comparison)),
    ...evaluationSection(report.evaluation),
    ...evidenceSection(gates),
    ...(history.length === 0 ? [] : [historyTable(history)]),
    ...(previews.length === 0 ? [] : [previewTable(previews)]),
  ];
}

/** Cells of a bar of 100 %. */
const BAR = 20;

export function predictorTable(lines: readonly PredictorLine[]): string {
  const hasHealth = lines.some((line) => line.health !== undefined);
  const rows = lines.map(({ name, model, traffic, shadow, replicas, health }) => [
    codeSpan(name),
    inline(model, 200),
    `${codeSpan(bar(traffic))} ${traffic} %${shadow ? ' (copies)' : ''}`,
    String(replicas),
    ...(hasHealth ? [inline(health ?? '', 200)] : []),
  ]);
  const head = ['predictor', 'model', 'requests', 'replicas', ...(hasHealth ? ['health'] : [])];
  return table(rows, `| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
}

function bar(percent: number): string {
  const filled = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
}

const MOST_ROWS = 10;
/** Fewer points are easier to read in the table. */
const LEAST_POINTS = 5;

function comparisonSection(comparison: Comparison): readonly string[] {
  const { answers, old, new: fresh, latency, tolerance, objection } = comparison;
  const rows = answers.slice(0, MOST_ROWS).map((one, at) => {
    return [
      String(at + 1),
      codeSpan(one.old, 80),
      codeSpan(one.new, 80),
      inline(differenceInWords(one.difference), 200),
    ];
  });
  const verdict =
    tolerance === undefined
      ? ''
      : objection === undefined
        ? ' **Within the tolerance.**'
        : ' **Outside the tolerance.**';
  const more = answers.length > MOST_ROWS ? `\n\n_and ${answers.length - MOST_ROWS} more requests_` : '';
  const head = `| request | ${codeSpan(old)}, ${Math.round(latency.old)} ms | ${codeSpan(fresh)}, ${Math.round(latency.new)} ms | difference |\n|--:|---|---|---|`;
  return [
    `**Side by side:** ${prose(describeComparison(comparison), 400)}.${verdict}`,
    `${table(rows, head)}${more}`,
    ...chart(comparison),
  ];
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

function historyTable(history: readonly RevisionLine[]): string {
  const rows = history.map(({ revision, model, time, commit, rolledBack }) => [
    String(revision),
    `${inline(model, 200)}${rolledBack ? ', rolled back' : ''}`,
    inline(time.slice(0, 16).replace('T', ' '), 40),
    commit === undefined ? '' : codeSpan(commit.slice(0, 7)),
  ]);
  return table(rows, '| revision | proven model | UTC | commit |\n|--:|---|---|---|');
}

function previewTable(previews: readonly PreviewLine[]): string {
  const rows = previews.map(({ name, age, fate, why }) => [
    codeSpan(name),
    age,
    why === undefined ? fate : `${fate}: ${prose(why, 300)}`,
  ]);
  return table(rows, '| preview | shipped before | |\n|---|---|---|');
}
