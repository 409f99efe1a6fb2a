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
  'object-changed':
    'was not proven, because another person or tool changed the SeldonDeployment whose requests it shares',
  'object-deleted':
    'was not proven, because another person or tool deleted the SeldonDeployment whose requests it shares',
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

/** A rollout that ends with what another person or tool made of the object. */
export function changedByOthers(report: Report, model: string): string {
  const change = report.reason === 'object-deleted' ? 'was deleted' : 'was changed';
  const what = `the SeldonDeployment ${change} by another person or tool, and was left so`;
  const isCause = ['object-changed', 'superseded', 'object-deleted'].includes(report.reason);
  return isCause ? `${model}: ${what}` : `${model} ${failure(report)}; ${what}`;
}

/** A rollout that failed or was stopped, and was left. */
export function leftAlone(report: Report, model: string): string {
  if (report.reason === 'cancelled') return `${model}: the run was stopped, and its change was left as it is`;
  if (report.reason === 'lease-lost')
    return `${model}: another run has taken the object over, and the rollout was left as it is`;
  return `${model} ${failure(report)}; the failed rollout was left as it is`;
}
