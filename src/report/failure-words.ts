import type { StepRecord } from '../base/journal.ts';
import { codeSpan } from '../base/untrusted-text.ts';
import type { Report } from './report.ts';

/** Steps that test the new pods after they are ready. */
const PROOF: ReadonlySet<StepRecord['name']> = new Set([
  'health',
  'predict',
  'endpoint',
  'compare',
  'evaluate',
  'mirror',
  'hold',
  'gate',
]);

const FAILURES: Readonly<Partial<Record<Report['reason'], string>>> = {
  'gate-failed': 'is worse than the live model',
  'gate-undecided': 'was not shown to be good in time',
  'gate-no-data': 'got no requests by which it could be judged',
  'answers-differ': 'gives other answers than the live model',
};

/** The one name of a failure in a report: the cause's row in docs/troubleshooting.md, or the code of the output `reason`. */
export function causeOf({ findings, reason }: Pick<Report, 'findings' | 'reason'>): string {
  const [first] = findings;
  return first?.reason === reason ? (first.row ?? reason) : reason;
}

/** What a rollout that was taken back did, with the name of its cause. */
export function failure(report: Report): string {
  return `${wordsOf(report)} (${codeSpan(causeOf(report))})`;
}

function wordsOf({ steps, reason }: Report): string {
  const known = FAILURES[reason];
  if (known !== undefined) return known;
  const isProof = steps.some(({ name, state }) => PROOF.has(name) && state === 'failed');
  return isProof ? 'became ready, but failed a check' : 'did not become ready';
}
