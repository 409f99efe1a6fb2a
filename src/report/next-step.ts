import { isFailure } from '../base/outcome.ts';
import { codeSpan, inline, prose } from '../base/untrusted-text.ts';
import { type CommandOffer, commandLine } from '../gate/commands/command-offer.ts';
import type { Decision } from '../gate/decision.ts';
import type { PredictorLine } from '../plan/live-state.ts';
import { modelTitle } from './headline.ts';
import type { Report } from './report.ts';
import { type NextStep, stepAfterFailure } from './step-after-failure.ts';

/** What can be done now and is allowed. After a failure, whose cause names the cure, what to do after the cure. */
export function nextStepOf(report: Report): NextStep | undefined {
  const { outcome, mode, predictors, offer, decision } = report;
  if (isFailure(outcome)) return stepAfterFailure(report);
  if (outcome === 'under-way') return stopStep(report);
  if (mode === 'sweep') return undefined;
  if (outcome === 'planned') return report.reason === 'decision-needed' ? firstStep(report) : planStep(report);
  if (outcome === 'rendered') return { sentence: 'commit the file; Argo CD or Flux applies it.' };
  if (report.reason === 'lock') return unlockStep(offer);
  const candidate = predictors.length > 1 ? predictors.at(-1) : undefined;
  if (DECIDED_ON.has(outcome) && (candidate !== undefined || decision !== undefined))
    return candidateStep(report, candidate);
  if (outcome === 'deployed' || outcome === 'restored' || outcome === 'unchanged') return doneStep(report);
  return undefined;
}

/** Outcomes whose predictors are live. */
const DECIDED_ON: ReadonlySet<Report['outcome']> = new Set(['deployed', 'unchanged', 'reported']);

/** A rollout that others must be able to stop says how. */
function stopStep({ decision, offer }: Report): NextStep | undefined {
  const command = decision?.abort ?? (offer && commandLine(offer, 'abort'));
  if (command === undefined) return undefined;
  const note = decision?.needsWorkflow === true ? ` ${NEEDS_WORKFLOW}` : '';
  return { label: 'To stop it', sentence: `comment ${codeSpan(command)}; what was live before is put back.${note}` };
}

const NEEDS_WORKFLOW = 'Commands need a workflow that reads comments, such as `examples/commands.yml`.';

/** A plan that must wait until people decided about the candidate beside main. */
function firstStep({ decision, mode }: Report): NextStep | undefined {
  if (decision === undefined) return undefined;
  const what = `decide first: ${prose(decision.standing)} stands beside main; mode ${mode} can run after that.`;
  return choice(decision, `${what} To give it all requests, comment`);
}

/** How to run exactly this plan. */
function planStep(report: Report): NextStep | undefined {
  const { plan, next, offer, decision, mode, askedMode, isAfterMerge } = report;
  if (plan === undefined) return undefined;
  if (askedMode === mode) return { sentence: 'nothing to do.' };
  if (isAfterMerge) {
    const why = 'no command can run it before, as the base branch has other inputs';
    return { sentence: `merge this pull request. Plan of what the merge brings (${codeSpan(plan)}): ${why}.` };
  }
  const instead = decision && replacing(decision, mode);
  if (next === undefined)
    return { sentence: `to do exactly this and nothing else, run this action with \`plan: ${plan}\`.`, instead };
  const exactly = `to do exactly this and nothing else${needsOf(offer)}, comment`;
  if (report.context.event === 'issue_comment') return { sentence: exactly, command: next, instead };
  const sentence = `merge this pull request, where a workflow deploys on merge; ${exactly}`;
  return { sentence, command: next, instead: [...(instead === undefined ? [] : [instead]), NEEDS_WORKFLOW].join(' ') };
}

/** The candidate that a plan replaces could be kept. */
function replacing({ standing, promote }: Decision, mode: string): string {
  const what = `${prose(standing)} stands beside main; mode ${mode} replaces it otherwise.`;
  return promote === undefined ? what : `${what} To give it all requests instead, comment ${codeSpan(promote)}.`;
}

/** To promote the candidate, or to remove it. */
function choice(decision: Decision, sentence: string, until?: string): NextStep {
  const { promote, rollback, planned, needsWorkflow } = decision;
  const back = rollback === undefined ? [] : [`To remove it instead, comment ${codeSpan(rollback)}.`];
  const first =
    planned === undefined || planned === promote ? '' : ` Where it requires plans, ${codeSpan(planned)} comes first.`;
  const note = needsWorkflow ? [`${NEEDS_WORKFLOW}${first}`] : [];
  return {
    sentence,
    command: promote,
    instead: [...back, ...(until === undefined ? [] : [until]), ...note].join(' ') || undefined,
  };
}

function unlockStep(offer: CommandOffer | undefined): NextStep | undefined {
  const command = offer && commandLine(offer, 'unlock');
  return command === undefined ? undefined : { sentence: 'when the reason is gone, comment', command };
}

/** A candidate stands beside main: it takes over, or it goes. */
function candidateStep({ decision, gates, model: shipped }: Report, candidate: PredictorLine | undefined): NextStep {
  const model = candidate === undefined ? modelTitle(shipped) : inline(candidate.model, 200);
  if (candidate?.health !== undefined && candidate.health !== 'available')
    return { sentence: `wait until all pods of ${codeSpan(candidate.name)} are available.` };
  const hasAll = candidate?.traffic === 100 && !candidate.shadow;
  const goal = hasAll ? `make ${model} permanent` : `give all requests to ${model}`;
  if (decision?.promote === undefined)
    return { sentence: `to ${goal}, run this action with \`mode: promote\`; to remove it, with \`mode: rollback\`.` };
  const isOpen = gates.at(-1)?.verdicts.some(({ answer }) => answer === 'open' || answer === 'no-data') === true;
  const isPlan = decision.promote.endsWith(' mode=promote');
  const why = isOpen ? 'the evidence does not decide yet; ' : '';
  const until = `Until then ${prose(decision.standing)} stands beside main; the commands also work here after the merge.`;
  return choice(decision, `${why}to ${isPlan ? 'plan to ' : ''}${goal}${isOpen ? ' anyway' : ''}, comment`, until);
}

/** Nothing is to do; who regrets it can go back. */
function doneStep({ offer, previous, outcome, reason, model }: Report): NextStep {
  const sentence = 'nothing to do.';
  const back = offer && commandLine(offer, 'rollback');
  const isOther = previous !== undefined && previous.modelUri !== model?.storageUri;
  if (outcome !== 'deployed' || reason !== 'ok' || !isOther || back === undefined) return { sentence };
  const old = modelTitle({ ...previous, storageUri: previous.modelUri });
  return { sentence, instead: `To go back to ${old}, comment ${codeSpan(back)}.` };
}

function needsOf(offer: CommandOffer | undefined): string {
  const needs = offer?.needs ?? [];
  return needs.length === 0 ? '' : ` (it needs ${needs.join(' and ')})`;
}
