import { isFailure } from '../base/outcome.ts';
import { codeSpan, inline } from '../base/untrusted-text.ts';
import { type CommandOffer, commandLine } from '../gate/command-offer.ts';
import type { PredictorLine } from '../plan/live-state.ts';
import { modelTitle } from './headline.ts';
import type { Report } from './report.ts';

/** The one thing to do next, for the person who decides. */
export interface NextStep {
  /** Markdown. */
  readonly sentence: string;
  /** A comment that does it. */
  readonly command?: string | undefined;
  /** The other choice; Markdown. */
  readonly instead?: string | undefined;
}

/** What can be done now and is allowed. Undefined for a failure, whose cause names the cure, and where nothing is to do. */
export function nextStepOf(report: Report): NextStep | undefined {
  const { outcome, mode, predictors, offer } = report;
  if (isFailure(outcome) || outcome === 'under-way' || mode === 'sweep') return undefined;
  if (outcome === 'planned') return planStep(report);
  if (outcome === 'rendered') return { sentence: 'commit the file; Argo CD or Flux applies it.' };
  if (report.reason === 'lock') return unlockStep(offer);
  const candidate = predictors.length > 1 ? predictors.at(-1) : undefined;
  if (candidate !== undefined && DECIDED_ON.has(outcome)) return candidateStep(report, candidate);
  if (outcome === 'deployed' || outcome === 'restored' || outcome === 'unchanged') return doneStep(report);
  return undefined;
}

/** Outcomes whose predictors are live. */
const DECIDED_ON: ReadonlySet<Report['outcome']> = new Set(['deployed', 'unchanged', 'restored', 'reported']);

/** How to run exactly this plan. */
function planStep({ plan, next, offer }: Report): NextStep | undefined {
  if (plan === undefined) return undefined;
  if (next === undefined) {
    return { sentence: `to do exactly this and nothing else, run this action with \`plan: ${plan}\`.` };
  }
  return { sentence: `to do exactly this and nothing else${needsOf(offer)}, comment`, command: next };
}

function unlockStep(offer: CommandOffer | undefined): NextStep | undefined {
  const command = offer && commandLine(offer, 'unlock');
  return command === undefined ? undefined : { sentence: 'when the reason is gone, comment', command };
}

/** A candidate stands beside main: it takes over, or it goes. */
function candidateStep({ offer, predictors, mode, gates }: Report, candidate: PredictorLine): NextStep {
  const model = inline(candidate.model, 200);
  if (candidate.health !== undefined && candidate.health !== 'available')
    return { sentence: `wait until all pods of \`${candidate.name}\` are available.` };
  const hasAll = candidate.traffic === 100 && !candidate.shadow;
  const goal = hasAll ? `make ${model} permanent` : `give all requests to ${model}`;
  const which = predictors.length > 2 ? [`predictor=${candidate.name}`] : [];
  const promote =
    offer?.needsPlan === true
      ? commandLine(offer, 'plan', ['mode=promote', ...which])
      : offer && commandLine(offer, 'promote', which);
  if (promote === undefined) {
    return { sentence: `to ${goal}, run this action with \`mode: promote\`; to remove it, with \`mode: rollback\`.` };
  }
  const back = offer && commandLine(offer, 'rollback', which);
  const isPlan = offer?.needsPlan === true;
  const isOpen = gates.at(-1)?.verdicts.some(({ answer }) => answer === 'open' || answer === 'no-data') === true;
  const needs = isPlan ? '' : needsOf(offer);
  return {
    sentence: `${isOpen ? 'the evidence does not decide yet; ' : ''}to ${isPlan ? 'plan to ' : ''}${goal}${isOpen ? ' anyway' : ''}${needs}, comment`,
    command: promote,
    instead: back && `To remove it${mode === 'blue-green' ? ' and go back' : ''} instead, comment ${codeSpan(back)}.`,
  };
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
