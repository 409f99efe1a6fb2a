import { isFailure, type Outcome } from '../base/outcome.ts';
import type { RunContext } from '../base/run-context.ts';
import { startDraft } from './draft.ts';
import type { Report } from './report.ts';

/** Several targets in one run: what becomes of them together. */

/** The most telling first: a failure, then what changed something. */
const RANK: readonly Outcome[] = [
  'unknown',
  'kept',
  'rolled-back',
  'withdrawn',
  'failed',
  'refused',
  'skipped',
  'deployed',
  'restored',
  'removed',
  'rendered',
  'planned',
  'reported',
  'unchanged',
  'under-way',
  'ignored',
];

/** The one report that says how the run ended. */
export function worstOf(reports: readonly [Report, ...Report[]]): Report {
  return reports.reduce((worst, one) => (RANK.indexOf(one.outcome) < RANK.indexOf(worst.outcome) ? one : worst));
}

/** What must be well before a target begins, and was not. */
export function failedNeed(reports: readonly Report[]): Report | undefined {
  return reports.find(({ outcome }) => isFailure(outcome));
}

/** A target that did not even begin. */
export function skippedReport(broken: Report, context: RunContext): Report {
  const title = `it needs target \`${broken.context.target}\`, which is ${broken.outcome}: nothing was looked at or changed`;
  const finding = { reason: 'need-failed', title, cure: 'cure that one first', quotes: [] } as const;
  return { ...startDraft(undefined, context), outcome: 'skipped', reason: 'need-failed', findings: [finding] };
}
