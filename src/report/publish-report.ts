import { messageOf, UserError } from '../base/errors.ts';
import { isFailure } from '../base/outcome.ts';
import type { Runner, Workspace } from '../base/ports.ts';
import { inline } from '../base/untrusted-text.ts';
import type { ReportingConfig } from '../settings/config.ts';
import {
  COMMENT_LIMIT,
  commentMarker,
  knownMarkers,
  type RenderOptions,
  renderReport,
  SUMMARY_LIMIT,
} from './markdown/markdown.ts';
import { renderTargets, targetsMarker } from './markdown/targets.ts';
import { outputsOf } from './output-values.ts';
import { hiddenNote, type PublicDetails, publicPart } from './public-details.ts';
import { redactedReport } from './redacted-report.ts';
import type { Report } from './report.ts';
import type { Repository } from './repository.ts';

export type ReportList = readonly [Report, ...Report[]];

/** Which pull request to comment on, and how. */
export interface CommentRequest {
  readonly reports: ReportList;
  /** The file of targets. */
  readonly path: string;
  readonly tell: Pick<ReportingConfig, 'comment'>;
  /** Undefined if no pull request belongs to this run. */
  readonly pullRequest: number | undefined;
  /** Undefined without a token. */
  readonly repository: Repository | undefined;
  readonly runner: Pick<Runner, 'warning'>;
  /** Texts that must not appear anywhere in the report. */
  readonly secrets: readonly string[];
  readonly publicDetails: PublicDetails;
}

export interface PublishRequest extends CommentRequest {
  readonly workspace: Workspace;
  readonly runner: Runner;
}

/** Publishes the report in three forms: comment, summary, outputs. A failure to publish is a warning; it never fails a rollout. */
export async function publishReport(request: PublishRequest): Promise<void> {
  const { workspace, runner, secrets, path } = request;
  const reports = redacted(request.reports, secrets);
  const isNews = reports.some(({ outcome }) => outcome !== 'ignored');
  // A check is about the setup of a workflow, not about a pull request.
  const isForPull = isNews && reports.some(({ mode }) => mode !== 'check');
  const commentUrl = isForPull ? await attempt(runner, () => commentOrSayWhyNot({ ...request, reports })) : undefined;
  const summary = hasTargets(reports)
    ? safely(reports, () => renderTargets(reports, undefined, { limit: SUMMARY_LIMIT, path }))
    : renderSafely(reports[0], { limit: SUMMARY_LIMIT });
  if (isNews) await attempt(runner, () => workspace.summarize(summary));
  else runner.info(`nothing to do: ${reports[0].findings[0]?.title ?? reports[0].reason}`);
  for (const [name, value] of Object.entries(outputsOf(reports, commentUrl))) runner.setOutput(name, value);
  for (const report of reports) annotate(report, runner);
}

/** Writes warnings and errors as annotations of the workflow run. */
function annotate({ warnings, outcome, findings, context }: Report, runner: Runner): void {
  const where = context.target === undefined ? '' : `${context.target}: `;
  for (const warning of warnings) runner.warning(`${where}${warning}`);
  if (!isFailure(outcome)) return;
  for (const { title, cure } of findings)
    runner.error(cure === undefined ? `${where}${title}` : `${where}${title}\n${cure}`);
}

async function commentOrSayWhyNot(request: PublishRequest): Promise<string | undefined> {
  const { tell, pullRequest, repository, runner } = request;
  if (tell.comment === 'never') return undefined;
  if (pullRequest !== undefined && repository !== undefined) return writeComment(request);
  if (repository === undefined)
    runner.warning('no comment was written: `github-token` is empty. Give it, or set `comment: never`.');
  else if (tell.comment === 'always')
    runner.warning('no comment was written: no pull request belongs to this run. Set the input `pull-request`.');
  return undefined;
}

/** Writes one comment for each SeldonDeployment, or one for a file of targets. Undefined if no comment is wanted or possible. */
export async function writeComment(request: CommentRequest): Promise<string | undefined> {
  const { path, tell, pullRequest, repository } = request;
  if (tell.comment === 'never' || pullRequest === undefined || repository === undefined) return undefined;
  const { publicDetails: details } = request;
  const reports = publicParts(redacted(request.reports, request.secrets), details);
  if (hasTargets(reports)) {
    const limit = COMMENT_LIMIT - hiddenNote(details).length;
    const body = (previous: string | undefined) =>
      safely(reports, () => renderTargets(reports, previous, { limit, path })) + hiddenNote(details);
    return repository.upsertComment(pullRequest, [targetsMarker(path)], body);
  }
  const [report] = reports;
  const note = hiddenNote(details);
  const options = { limit: COMMENT_LIMIT - note.length, marker: commentMarker(report) };
  const body = (previous: string | undefined) => renderSafely(report, { ...options, previous }) + note;
  return repository.upsertComment(pullRequest, knownMarkers(report), body);
}

function publicParts([first, ...more]: ReportList, details: PublicDetails): ReportList {
  return [publicPart(first, details), ...more.map((report) => publicPart(report, details))];
}

function renderSafely(report: Report, options: RenderOptions): string {
  return safely([report], () => renderReport(report, options), options.marker);
}

/** A bug of ours while it is written must not hide how the run ended. */
function safely(reports: readonly Report[], write: () => string, marker = ''): string {
  try {
    return write();
  } catch (error) {
    const ends = reports.map(
      ({ context, outcome, reason }) => `- ${inline(context.target ?? '')} ${outcome}: ${reason}`,
    );
    const why = `> [!WARNING]\n> the report could not be written: ${inline(messageOf(error))}. This is a bug of the action.`;
    return [marker, ...ends, why].filter((one) => one !== '').join('\n\n');
  }
}

function redacted([first, ...more]: ReportList, secrets: readonly string[]): ReportList {
  return [redactedReport(first, secrets), ...more.map((report) => redactedReport(report, secrets))];
}

/** A report from before a target was chosen, such as a refusal, gets its own comment. */
function hasTargets([first]: ReportList): boolean {
  return first.context.target !== undefined;
}

async function attempt<T>(runner: Pick<Runner, 'warning'>, tell: () => Promise<T>): Promise<T | undefined> {
  try {
    return await tell();
  } catch (error) {
    const hint = error instanceof UserError && error.hint !== undefined ? `: ${error.hint}` : '';
    runner.warning(`${messageOf(error)}${hint}`);
    return undefined;
  }
}
