import type { Outcome } from '../base/outcome.ts';
import { codeSpan, inline } from '../base/untrusted-text.ts';
import type { PredictorLine } from '../plan/live-state.ts';
import { changedByOthers, failure, leftAlone } from './failure-words.ts';
import type { Report } from './report.ts';

const SYMBOLS: Readonly<Record<Outcome, string>> = {
  'under-way': '⏳',
  deployed: '✅',
  unchanged: '✅',
  planned: '📝',
  rendered: '📝',
  restored: '↩️',
  reported: 'ℹ️',
  removed: '🗑️',
  ignored: '💤',
  refused: '⛔',
  skipped: '⏭️',
  failed: '❌',
  'rolled-back': '↩️',
  withdrawn: '↩️',
  'undo-failed': '❌',
  kept: '❌',
  'object-changed': '⚠️',
  unknown: '⚠️',
};

/** What happened to which model, and where, in one sentence. */
export function headline(report: Report): string {
  const told = sentence(report);
  const where = placeOf(report);
  return `${SYMBOLS[report.outcome]} ${told}${where === '' || told.includes(where) ? '' : ` · ${where}`}`;
}

/** The environment; the object where none is named. */
function placeOf({ environment, name, namespace, outcome, reason, mode }: Report): string {
  if (outcome === 'ignored' || outcome === 'refused' || reason === 'help' || mode === 'sweep') return '';
  if (environment !== undefined) return inline(environment, 120);
  return name === undefined ? '' : codeSpan(`${namespace}/${name}`);
}

function sentence(report: Report): string {
  const model = modelTitle(report.model);
  switch (report.outcome) {
    case 'under-way':
      return `${subject(report, model)} is being ${doneBy(report)}`;
    case 'deployed':
      return deployed(report, model);
    case 'rendered':
      return `${model} is written to ${file(report)}: commit this file`;
    case 'unchanged':
      if (report.mode === 'sweep') return swept(report);
      if (report.reason === 'rendered') return `${file(report)} already contains ${model}`;
      if (report.askedMode !== undefined) return `${model} is what main serves already: there is nothing to roll out`;
      return report.mode === 'direct'
        ? `${model} is already live on Seldon and answers`
        : `${deployed(report, model)} already`;
    case 'planned':
      if (report.mode === 'sweep') return swept(report);
      return planned(report, model);
    case 'restored':
      return `${model} gets all requests again`;
    case 'reported':
      if (report.reason === 'checked') return `The setup is complete: ${report.checks.length} parts were checked`;
      if (report.reason === 'help') return 'What comments can do here';
      if (report.reason === 'lock') return `${codeSpan(`${report.namespace}/${report.name}`)} is locked`;
      if (report.reason === 'unlock') return `${codeSpan(`${report.namespace}/${report.name}`)} is not locked any more`;
      if (report.reason === 'stopped') return 'The run under way was stopped';
      if (report.reason === 'nothing-to-abort') return 'No run was under way: nothing was changed';
      return `What is live in ${codeSpan(`${report.namespace}/${report.name}`)}`;
    case 'removed':
      if (report.mode === 'sweep') return swept(report);
      return `${codeSpan(`${report.namespace}/${report.name}`)} is deleted`;
    case 'ignored':
      return 'Nothing to do';
    case 'refused':
      return 'The command was refused: nothing was changed';
    case 'skipped':
      return 'Not started: a target that this one needs has failed';
    case 'failed':
      if (report.reason === 'setup-incomplete') return incomplete(report);
      if (report.reason === 'cancelled' && report.predictors.length > 0)
        return `${subject(report, model)}: the run was stopped, and no change of it is live`;
      return report.steps.some((step) => step.name === 'wait')
        ? `${model} failed`
        : `${subject(report, model)} was not ${doneBy(report)}: nothing was changed`;
    case 'rolled-back':
      return `${model} ${failure(report)}; ${whatIsBack(report)}`;
    case 'withdrawn':
      return `${model} ${failure(report)}; it was the first deployment, so the SeldonDeployment was deleted`;
    case 'undo-failed':
      return `${model} ${failure(report)}, and the previous state is not back: the report shows what is live`;
    case 'kept':
      return leftAlone(report, report.reason === 'cancelled' ? subject(report, model) : model);
    case 'object-changed':
      return changedByOthers(report, model);
    case 'unknown':
      return `${model}: what is live now is not certain`;
  }
}

function incomplete({ checks }: Report): string {
  const missing = checks.filter(({ state }) => state === 'missing').length;
  return `The setup is not complete: ${missing} of ${checks.length} parts ${missing === 1 ? 'is' : 'are'} missing`;
}

function planned(report: Report, model: string): string {
  const { mode, askedMode, reason } = report;
  if (reason === 'not-planned') return 'No plan of this target before the merge';
  if (reason === 'decision-needed')
    return `${model} has to wait: people must decide about the candidate beside main first`;
  if (askedMode === undefined) return `Plan: ${change(report, model)}; nothing is changed yet`;
  if (askedMode === mode) return `${model} is what main serves already: a ${askedMode} would change nothing`;
  return `Plan: ${model} is the first model, and the first deployment gets all requests, without a ${askedMode}; nothing is changed yet`;
}

function file({ manifestPath }: Report): string {
  return codeSpan(manifestPath ?? 'the file');
}

function swept({ name, previews, outcome }: Report): string {
  const went = previews.filter(({ fate }) => fate !== 'kept').length;
  const which = `${went} of ${previews.length} previews of ${codeSpan(name ?? '')}`;
  if (went === 0) return `No preview of ${codeSpan(name ?? '')} is to be deleted: there are ${previews.length}`;
  return outcome === 'planned' ? `${which} would be deleted` : `${which} are deleted`;
}

/** The mode that was asked for needs a model beside which it can run. */
function asFirst(asked: string | undefined): string {
  return asked === undefined ? '' : `: it is the first deployment, so it got all requests without a ${asked}`;
}

function deployed({ mode, askedMode, predictors }: Report, model: string): string {
  const beside = predictors.at(-1);
  switch (mode) {
    case 'canary':
    case 'ab':
      return `${model} is live as ${nameOf(beside)} with ${beside?.traffic ?? 0} % of the requests`;
    case 'shadow':
      return `${model} is live as ${nameOf(beside)} and gets copies of ${beside?.traffic ?? 0} % of the requests`;
    case 'blue-green':
      return `${model} answers all requests as ${nameOf(beside)}; the old model keeps its pods`;
    case 'promote':
      return `${model} is promoted and gets all requests`;
    default:
      return `${model} is live on Seldon${asFirst(askedMode)}`;
  }
}

/** What a plan changes. */
function change({ mode, planned: lines, preview, name, namespace }: Report, model: string): string {
  const beside = lines.at(-1);
  switch (mode) {
    case 'canary':
    case 'ab':
      return `${model} gets ${(preview?.steps.length ?? 0) > 1 ? 'up to ' : ''}${beside?.traffic ?? 0} % of the requests as ${nameOf(beside)}`;
    case 'shadow':
      return `${model} gets copies of ${beside?.traffic ?? 0} % of the requests as ${nameOf(beside)}`;
    case 'blue-green':
      return `${model} answers all requests as ${nameOf(beside)}, and the old model keeps its pods`;
    case 'remove':
      return `${codeSpan(`${namespace}/${name}`)} is deleted`;
    default:
      return `${model} gets all requests`;
  }
}

function nameOf(line: PredictorLine | undefined): string {
  return codeSpan(line?.name ?? 'main');
}

function subject({ mode, name, namespace }: Report, model: string): string {
  return ['promote', 'rollback', 'status', 'remove', 'sweep', 'abort', 'lock', 'unlock'].includes(mode)
    ? codeSpan(`${namespace}/${name}`)
    : model;
}

function doneBy({ mode }: Report): string {
  return (
    { promote: 'promoted', rollback: 'rolled back', status: 'inspected', remove: 'deleted', sweep: 'swept' }[mode] ??
    'deployed'
  );
}

const BESIDE_MAIN = ['canary', 'shadow', 'ab', 'blue-green'];

function whatIsBack({ mode, previous }: Report): string {
  const before =
    previous === undefined ? 'what was live before' : modelTitle({ ...previous, storageUri: previous.modelUri });
  return BESIDE_MAIN.includes(mode)
    ? `it was removed, and ${before} answers as before`
    : `${before} is restored and available`;
}

export function modelTitle(
  model: { name: string | undefined; version: string | undefined; storageUri: string } | undefined,
): string {
  if (model === undefined) return 'The model';
  if (model.name === undefined) return codeSpan(model.storageUri, 120);
  return `**${inline(model.name, 120)}**${model.version === undefined ? '' : ` v${inline(model.version, 20)}`}`;
}
