import { fence, prose } from '../../base/untrusted-text.ts';
import type { Report } from '../report.ts';

/** The commands that decide about a candidate beside main, for people to copy. */
export function decisionSections({ decision, outcome, reason, mode }: Report): readonly string[] {
  if (decision === undefined || !['deployed', 'unchanged', 'planned', 'reported'].includes(outcome)) return [];
  const { standing, promote, rollback, isFirst, needsWorkflow } = decision;
  const choices = [
    ...(promote === undefined ? [] : [`To make it main, comment`, fence(promote, 'text')]),
    ...(rollback === undefined ? [] : [`To remove it, comment`, fence(rollback, 'text')]),
  ];
  if (choices.length === 0) return [];
  const then =
    isFirst || reason === 'decision-needed' ? `mode ${mode} can run after that` : `mode ${mode} replaces it otherwise`;
  const what =
    outcome === 'planned'
      ? `**To decide:** ${prose(standing)} stands beside main; ${then}.`
      : `**To decide:** ${prose(standing)} stands beside main until it is promoted or rolled back. The commands also work here after the merge.`;
  const note = needsWorkflow
    ? ['<sub>They need a workflow that reads comments, such as `examples/commands.yml`.</sub>']
    : [];
  return [what, ...choices, ...note];
}
