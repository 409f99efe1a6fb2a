import { codeSpan } from '../../base/untrusted-text.ts';
import type { Evaluation, MetricLine } from '../../proof/evaluation/evaluation.ts';
import { figure, VERDICT_WORDS, withInterval } from '../../proof/evaluation/evaluation-words.ts';
import { table } from './table.ts';

/** What labelled rows say of the served model: a line for each metric. */
export function evaluationSection(evaluation: Evaluation | undefined): readonly string[] {
  if (evaluation === undefined) return [];
  const { file, label, rows, candidate, main, metrics } = evaluation;
  const head = [
    'metric',
    'logged',
    ...(main === undefined ? [] : [codeSpan(main)]),
    `${codeSpan(candidate)} (95 %)`,
    '',
  ];
  const lines = metrics.map((line) => [
    line.title,
    line.logged === undefined ? 'no' : `${figure(line.logged.value)} as ${codeSpan(line.logged.name, 80)}`,
    ...(main === undefined ? [] : [line.main === undefined ? '' : figure(line.main)]),
    withInterval(line),
    verdict(line),
  ]);
  const what = `${rows} rows of ${codeSpan(file, 200)}, label ${codeSpan(label, 80)}`;
  return [`**Labelled rows:** ${what}.`, table(lines, `| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`)];
}

function verdict({ verdict, against, decides }: MetricLine): string {
  const words = VERDICT_WORDS[verdict];
  const than = against === undefined ? '' : ` (than ${against === 'logged' ? 'logged' : 'main'})`;
  return decides ? `**${words}**${than}` : `${words}${than}`;
}
