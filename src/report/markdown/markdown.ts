import { createHash } from 'node:crypto';
import { bytesOf } from '../../base/byte-length.ts';
import type { Outcome } from '../../base/outcome.ts';
import { codeSpan, cut, fence, inline, link, prose } from '../../base/untrusted-text.ts';
import { curlLine } from '../curl.ts';
import { headline, modelTitle } from '../headline.ts';
import type { Report } from '../report.ts';
import { decisionSections } from './decision.ts';
import { planSections } from './plan.ts';
import { rolloutSections } from './rollout.ts';
import { findingSections, manifestSection, type Section } from './sections.ts';
import { humanDuration, stepRows } from './steps.ts';
import { table } from './table.ts';

export interface RenderOptions {
  /** Bytes the result may have. GitHub: 65,536 characters for a comment, 1 MiB for a summary. */
  readonly limit: number;
  /** Hidden first line that identifies the comment. */
  readonly marker?: string;
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
 * The report as Markdown, for the comment and the job summary. The head (headline, table, endpoint) is never
 * shortened. Quotes and the manifest are shortened, the longest first, until the text is within the limit.
 */
export function renderReport(report: Report, { limit, marker }: RenderOptions): string {
  const head = [...(marker === undefined ? [] : [marker]), `### ${headline(report)}`];
  const body = [
    ...endpoint(report),
    ...nextStep(report),
    ...decisionSections(report),
    table(factRows(report)),
    ...rolloutSections(report),
    ...planSections(report),
    ...changes(report),
    table(stepRows(report.steps), '| step | | took |\n|---|---|--:|'),
  ];
  const tail = [warnings(report), footer(report)].filter((part) => part !== '');
  const causes = findingSections(report);
  const details = [...predictionSections(report), ...manifestSection(report)];
  const fixed = bytesOf([...head, ...body, ...tail].filter(Boolean).join('\n\n'));
  const shown = fit([...causes, ...details], limit - fixed - 2 * (causes.length + details.length + 2));
  const whole = shown ?? [TOO_LONG];
  return [...head, ...whole.slice(0, causes.length), ...body, ...whole.slice(causes.length), ...tail]
    .filter(Boolean)
    .join('\n\n');
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

function factRows({ model, previous, name, namespace, mode, protocol, since }: Report): readonly (readonly string[])[] {
  const from =
    previous === undefined
      ? []
      : [
          [
            'before',
            `${modelTitle({ ...previous, storageUri: previous.modelUri })}${previous.name === undefined ? '' : ` from ${codeSpan(previous.modelUri)}`}`,
          ],
        ];
  const shipped =
    model === undefined
      ? []
      : [
          ['model', link(identity(model), model.link)],
          ['requested', codeSpan(model.requestedUri)],
          ['loads', codeSpan(model.storageUri)],
        ];
  const where =
    name === undefined
      ? []
      : [['SeldonDeployment', `${codeSpan(`${namespace}/${name}`)}, mode ${mode}, protocol ${protocol}`]];
  const age = since === undefined ? [] : [['since', inline(since.slice(0, 16).replace('T', ' '), 40)]];
  return [...shipped, ...from, ...where, ...age];
}

function identity({ name, version, runId, storageUri }: NonNullable<Report['model']>): string {
  if (name !== undefined) return `${name} v${version}${runId === undefined ? '' : `, run ${runId}`}`;
  return runId === undefined ? storageUri : `run ${runId}`;
}

function changes({ changes: lines, outcome }: Report): readonly string[] {
  if (lines.length === 0 || outcome === 'unchanged') return [];
  const list = lines.map((line) => `- ${codeSpan(line)}`).join('\n');
  return [
    `<details><summary>${lines.length === 1 ? '1 change' : `${lines.length} changes`} to the manifest</summary>\n\n${list}\n\n</details>`,
  ];
}

const WITH_ENDPOINT: readonly Outcome[] = [
  'deployed',
  'unchanged',
  'planned',
  'rendered',
  'restored',
  'reported',
  'rolled-back',
];

function endpoint(report: Report): readonly string[] {
  const { endpoint: at, prediction, sampleRequest, outcome } = report;
  if (at === undefined || !WITH_ENDPOINT.includes(outcome)) return [];
  const url = at.predictUrl ?? at.inClusterUrl;
  const where =
    at.predictUrl === undefined ? ' (inside the cluster; set `ingress-url` to get the public endpoint)' : '';
  return [
    `**Endpoint**${condition(report)}: ${codeSpan(url, 2000)}${where}`,
    fence(curlLine(url, prediction?.request ?? sampleRequest), 'sh'),
  ];
}

/** What must happen before the endpoint serves this model. */
function condition({ outcome, reason, mode }: Report): string {
  if (outcome === 'planned') return ` once it is deployed with mode ${mode}`;
  return reason === 'rendered' ? ' once this file is applied' : '';
}

/** How to run exactly this plan. */
function nextStep({ plan, next, outcome, mode, askedMode, isAfterMerge }: Report): readonly string[] {
  // Main serves it already: nothing is to be run.
  if (plan === undefined || outcome !== 'planned' || askedMode === mode) return [];
  if (isAfterMerge)
    return [`**Plan of what the merge brings:** no command can run it before, as the base branch has other inputs.`];
  if (next === undefined)
    return [`**Plan:** ${codeSpan(plan)}; with it as the input \`plan\` nothing else can happen.`];
  return [`**Plan:** to have this and nothing else, comment`, fence(next, 'text')];
}

/** For people who read the comment: what was done, not what we call it. */

function predictionSections({ prediction, predictionSkipped, findings }: Report): readonly Section[] {
  if (predictionSkipped !== undefined) return [{ render: () => `> [!NOTE]\n> ${prose(predictionSkipped)}` }];
  if (prediction?.response === undefined || findings.length > 0) return [];
  const { origin, request, response, latency, status } = prediction;
  const made = {
    input: 'from `smoke-request`',
    example: "made from the model's input example",
    signature: "made from the model's signature",
  }[origin];
  const title = `<summary>Prediction ${made}: HTTP ${status} in ${humanDuration(latency ?? 0)}</summary>`;
  return [
    {
      render: (longest) =>
        `<details>${title}\n\n${fence(cut(request, longest), 'json')}\n\n${fence(cut(response, longest), 'json')}\n\n</details>`,
    },
  ];
}

function warnings({ warnings: list }: Report): string {
  if (list.length === 0) return '';
  return `> [!WARNING]\n${list.map((text) => `> - ${prose(text)}`).join('\n')}`;
}

function footer({ context, reason, outcome }: Report): string {
  const run = context.runUrl === undefined ? 'a run outside GitHub' : link('run', context.runUrl);
  const commit = context.commit === undefined ? '' : `, commit ${codeSpan(context.commit.slice(0, 7))}`;
  const actor = context.actor === undefined ? '' : `, by ${inline(context.actor, 60)}`;
  return `<sub>${outcome}, ${codeSpan(reason)} · ${run}${commit}${actor}</sub>`;
}
