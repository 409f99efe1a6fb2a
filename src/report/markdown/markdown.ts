import { createHash } from 'node:crypto';
import { bytesOf } from '../../base/byte-length.ts';
import { isFailure } from '../../base/outcome.ts';
import { codeSpan, fence, inline, link, prose } from '../../base/untrusted-text.ts';
import { causeOf } from '../failure-words.ts';
import { headline } from '../headline.ts';
import { nextStepOf } from '../next-step.ts';
import type { Report } from '../report.ts';
import { checkSections } from './checks.ts';
import { changesSection, curlSections, endpointLine, factsSection, predictionSections } from './details.ts';
import { withEarlier } from './earlier.ts';
import { evaluationSection } from './evaluation.ts';
import { evidenceDetails, evidenceSection } from './evidence.ts';
import { paceLine } from './pace.ts';
import { planDetails, planSections } from './plan.ts';
import { planMark } from './plan-mark.ts';
import { requestsSection } from './requests.ts';
import { comparisonDetails, comparisonSentence, historyTable, previewTable } from './rollout.ts';
import { findingSections, manifestSection, quoteSections, type Section } from './sections.ts';
import { currentStep, stepsSection } from './steps.ts';

export interface RenderOptions {
  /** Bytes the result may have. GitHub: 65,536 characters for a comment, 1 MiB for a summary. */
  readonly limit: number;
  /** Hidden first line that identifies the comment. */
  readonly marker?: string;
  /** The comment as it is now, whose state becomes one line. */
  readonly previous?: string | undefined;
}

export const COMMENT_LIMIT = 65_536;
export const SUMMARY_LIMIT = 1_000_000;

/** Characters of one block of verbatim text, if the limit allows it. */
const LONGEST_BLOCK = 65_536;

type Identity = Pick<Report, 'name' | 'namespace' | 'cluster' | 'outcome' | 'reason' | 'isPlan'>;

/**
 * One comment for each SeldonDeployment of each cluster, whatever run or pull request event wrote it; and one for all
 * that is only an answer to a command. Plans have a comment of their own: a reader may ask for one, and must not overwrite
 * what is known to be live.
 */
export function commentMarker({ name, namespace, cluster, outcome, reason, isPlan }: Identity): string {
  if (outcome === 'refused' || reason === 'help') return '<!-- mlflow-to-seldon: commands -->';
  const key = `${namespace ?? 'unknown'}/${name ?? 'unknown'}`.replace(/[^a-z0-9/-]/g, '');
  const where = cluster === undefined ? '' : `@${createHash('sha256').update(cluster).digest('hex').slice(0, 8)}`;
  return `<!-- mlflow-to-seldon: ${isPlan ? 'plan of ' : ''}${key}${where} -->`;
}

/** Markers that find the comment of an earlier run. A run that failed early did not know its cluster. */
export function knownMarkers(report: Identity): readonly string[] {
  return [commentMarker(report), commentMarker({ ...report, cluster: undefined })];
}

/**
 * The report as Markdown, for the comment and the job summary: what happened, what changes for users, the next step; all
 * else is folded. The head is never shortened. Quotes and the manifest are shortened, the longest first, until the text is
 * within the limit.
 */
export function renderReport(report: Report, { limit, marker, previous }: RenderOptions): string {
  const head = [...(marker === undefined ? [] : [marker]), `### ${headline(report)}`, ...planMark(report)];
  const isFailed = isFailure(report.outcome);
  const body = [
    ...currentStep(outcomeSteps(report)),
    ...paceLine(report),
    warnings(report),
    ...checkSections(report),
    ...requestsSection(report),
    ...planSections(report),
    ...evidenceSection(report.gates),
    ...winners(report),
    ...comparisonSentence(report.comparison),
    ...evaluationSection(report.evaluation),
    ...(isFailed ? [] : nextStep(report)),
    ...endpointLine(report),
    historyTable(report.history),
    previewTable(report.previews),
  ].filter((part) => part !== '');
  const folded = [
    ...stepsSection(report.steps),
    ...factsSection(report),
    ...planDetails(report),
    ...evidenceDetails(report.gates),
    ...comparisonDetails(report.comparison),
    ...changesSection(report),
  ].filter((part) => part !== '');
  const causes = findingSections(report);
  const quotes = quoteSections(report);
  const details = [...curlSections(report), ...predictionSections(report), ...manifestSection(report)];
  const tail = [footer(report)];
  // What to do after the cure stands beside it.
  const after = isFailed ? nextStep(report) : [];
  const fixed = bytesOf([...head, ...after, ...body, ...folded, ...tail].join('\n\n'));
  const room = limit - fixed - 2 * (causes.length + quotes.length + details.length + 2);
  const whole = fit([...causes, ...quotes, ...details], room) ?? [TOO_LONG];
  const [first, last] = [causes.length, causes.length + quotes.length];
  const parts = [head, whole.slice(0, first), after, body, whole.slice(first, last), folded, whole.slice(last), tail];
  const text = parts.flat().filter(Boolean).join('\n\n');
  return withEarlier(text, report.context, { previous, limit });
}

const TOO_LONG = '_Left out: the details do not fit; they are in the log of this step._';

/** Fits the sections into the limit: the longest are shortened first, and each fence is closed. Undefined if nothing fits. */
function fit(sections: readonly Section[], room: number): readonly string[] | undefined {
  for (let longest = LONGEST_BLOCK; longest >= 64; longest /= 2) {
    const texts = sections.map((section) => section.render(longest));
    if (texts.reduce((sum, text) => sum + bytesOf(text), 0) <= room) return texts;
  }
  return undefined;
}

/** How to run the one command that is next. */
function nextStep(report: Report): readonly string[] {
  const step = nextStepOf(report);
  if (step === undefined) return [];
  const { label = 'Next step', sentence, command, instead } = step;
  return [
    `**${label}:** ${sentence}${command === undefined && instead !== undefined ? ` ${instead}` : ''}`,
    ...(command === undefined ? [] : [fence(command, 'text')]),
    ...(command === undefined || instead === undefined ? [] : [instead]),
  ];
}

/** Only the steps of a run in progress have a current one. */
function outcomeSteps({ outcome, steps }: Report): Report['steps'] {
  return outcome === 'under-way' ? steps : [];
}

/** Which of two predictors that share the requests is better, by the user's own questions. */
function winners({ mode, steps }: Report): readonly string[] {
  if (mode !== 'status') return [];
  return steps.filter(({ name }) => name === 'gate').map(({ message }) => `**Comparison:** ${prose(message, 1_000)}`);
}

function warnings({ warnings: list }: Report): string {
  if (list.length === 0) return '';
  return `> [!WARNING]\n${list.map((text) => `> - ${prose(text)}`).join('\n')}`;
}

function footer(report: Report): string {
  const { context, outcome } = report;
  const cause = causeOf(report);
  const run = context.runUrl === undefined ? 'a run outside GitHub' : link('workflow run', context.runUrl);
  const commit = context.commit === undefined ? '' : ` · commit ${codeSpan(context.commit.slice(0, 7))}`;
  const actor = context.actor === undefined ? '' : ` · by ${inline(context.actor, 60)}`;
  const time = context.time === undefined ? '' : ` · ${inline(context.time.slice(0, 16).replace('T', ' '), 40)} UTC`;
  const ending = outcome === cause ? codeSpan(outcome) : `${outcome}, ${codeSpan(cause)}`;
  return `<sub>${ending} · ${run}${commit}${actor}${time}</sub>`;
}
