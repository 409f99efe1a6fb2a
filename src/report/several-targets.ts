import { isFailure, type Outcome } from '../base/outcome.ts';
import type { RunContext } from '../base/run-context.ts';
import { startDraft } from './draft.ts';
import type { Report } from './report.ts';

/** The combined outcome of several targets in one run. */

/** The worst outcome first: failures, then outcomes that changed something. */
const RANK: readonly Outcome[] = [
  'unknown',
  'undo-failed',
  'object-changed',
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

/** The report of a needed target that failed; undefined if none failed. */
export function failedNeed(reports: readonly Report[]): Report | undefined {
  return reports.find(({ outcome }) => isFailure(outcome));
}

/** The report of a target that was not started. */
export function skippedReport(broken: Report, context: RunContext): Report {
  const title = `it needs target \`${broken.context.target}\`, which ended with \`${broken.outcome}\`: nothing was read or changed`;
  const finding = { reason: 'need-failed', title, cure: 'fix that target first', quotes: [] } as const;
  return { ...startDraft(undefined, context), outcome: 'skipped', reason: 'need-failed', findings: [finding] };
}
