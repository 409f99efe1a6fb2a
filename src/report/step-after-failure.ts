import type { Outcome } from '../base/outcome.ts';
import { codeSpan, link } from '../base/untrusted-text.ts';
import type { Verb } from '../gate/command.ts';
import { commandLine } from '../gate/commands/command-offer.ts';
import type { Report } from './report.ts';

/** The one thing to do next, for the person who decides. */
export interface NextStep {
  /** Default: `Next step`. */
  readonly label?: string;
  /** Markdown. */
  readonly sentence: string;
  /** A comment that does it. */
  readonly command?: string | undefined;
  /** The other choice; Markdown. */
  readonly instead?: string | undefined;
}

/** Failures in which something else is live than what was asked for, or than what was there. */
const LEFT: Readonly<Partial<Record<Outcome, Verb>>> = {
  kept: 'rollback',
  unknown: 'status',
  'object-changed': 'status',
  'undo-failed': 'status',
};

/** What to do once the cause is removed, or at once where no cause names a cure. Undefined for a refused command: it says what it needs. */
export function stepAfterFailure(report: Report): NextStep | undefined {
  const { outcome, findings } = report;
  const hasCure = findings.some(({ cure }) => cure !== undefined && cure !== '');
  if (outcome === 'refused' || outcome === 'skipped')
    return hasCure ? undefined : { sentence: `${again(report)}, once that is corrected.` };
  const verb = LEFT[outcome];
  const sentence = verb === undefined ? `${again(report)}.` : lookFirst(report, verb);
  if (hasCure) return { label: 'After that', sentence };
  return { sentence: verb === undefined ? `correct what the cause names, then ${sentence}` : sentence };
}

function lookFirst({ offer, previous }: Report, verb: Verb): string {
  const command = offer && commandLine(offer, verb);
  const goal = verb === 'status' ? 'see what is live now' : 'put the previous state back';
  const mode = verb === 'rollback' && previous === undefined ? 'remove' : verb;
  if (command !== undefined && mode === verb) return `to ${goal}, comment ${codeSpan(command)}.`;
  return `to ${goal}, run this action with \`mode: ${mode}\`.`;
}

/** How the same is tried again. */
function again({ context, offer, mode }: Report): string {
  const { event, runUrl } = context;
  if (mode === 'check') return 'run the check again';
  if (event === 'issue_comment' && offer?.needsPlan === true)
    return `comment ${codeSpan(`${offer.prefix} plan`)} with the same model and arguments, and then the command of that plan`;
  if (event === 'issue_comment') return 'comment the same command again';
  if (event === 'pull_request') return 'push the correction to this pull request';
  const run = link('this workflow run', runUrl);
  return event === 'push' ? `push the correction, or re-run ${run} if no file changed` : `re-run ${run}`;
}
