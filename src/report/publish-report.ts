import { messageOf, UserError } from '../base/errors.ts';
import { isFailure } from '../base/outcome.ts';
import type { Runner, Workspace } from '../base/ports.ts';
import type { ReportingConfig } from '../settings/config.ts';
import { COMMENT_LIMIT, commentMarker, knownMarkers, renderReport, SUMMARY_LIMIT } from './markdown.ts';
import { renderTargets, targetsMarker } from './markdown-targets.ts';
import { outputsOf } from './output-values.ts';
import { redactedReport } from './redacted-report.ts';
import type { Report } from './report.ts';
import type { Repository } from './repository.ts';

export type ReportList = readonly [Report, ...Report[]];

/** Whom to tell on GitHub, and how. */
export interface CommentRequest {
  readonly reports: ReportList;
  /** The file of targets. */
  readonly path: string;
  readonly tell: Pick<ReportingConfig, 'comment'>;
  /** Undefined where none belongs to this run. */
  readonly pullRequest: number | undefined;
  /** Undefined without a token. */
  readonly repository: Repository | undefined;
  readonly runner: Pick<Runner, 'warning'>;
  /** What must not be told, wherever it stands in the report. */
  readonly secrets: readonly string[];
}

export interface PublishRequest extends CommentRequest {
  readonly workspace: Workspace;
  readonly runner: Runner;
}

/** One telling, three forms: comment, summary, outputs. Telling never fails a rollout: what cannot be told is a warning. */
export async function publishReport(request: PublishRequest): Promise<void> {
  const { workspace, runner, secrets, path } = request;
  const reports = redacted(request.reports, secrets);
  const isNews = reports.some(({ outcome }) => outcome !== 'ignored');
  const commentUrl = isNews ? await attempt(runner, () => commentOrSayWhyNot({ ...request, reports })) : undefined;
  const summary = hasTargets(reports)
    ? renderTargets(reports, undefined, { limit: SUMMARY_LIMIT, path })
    : renderReport(reports[0], { limit: SUMMARY_LIMIT });
  if (isNews) await attempt(runner, () => workspace.summarize(summary));
  else runner.info(`nothing to do: ${reports[0].findings[0]?.title ?? reports[0].reason}`);
  for (const [name, value] of Object.entries(outputsOf(reports, commentUrl))) runner.setOutput(name, value);
  for (const report of reports) annotate(report, runner);
}

/** Warnings and errors as the page of the run shows them. */
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
  const why = repository === undefined ? 'there is no `github-token`' : 'no pull request belongs to this run';
  if (tell.comment === 'always' || pullRequest !== undefined)
    runner.warning(`no comment was written: ${why}. Give the input \`pull-request\` or \`github-token\`.`);
  else if (repository === undefined) runner.info(`no comment was written: ${why}`);
  return undefined;
}

/** One comment for each SeldonDeployment; with a file of targets one for all of it. Undefined where nobody is to be told. */
export async function writeComment(request: CommentRequest): Promise<string | undefined> {
  const { path, tell, pullRequest, repository } = request;
  if (tell.comment === 'never' || pullRequest === undefined || repository === undefined) return undefined;
  const reports = redacted(request.reports, request.secrets);
  if (hasTargets(reports)) {
    const body = (previous: string | undefined) => renderTargets(reports, previous, { limit: COMMENT_LIMIT, path });
    return repository.upsertComment(pullRequest, [targetsMarker(path)], body);
  }
  const [report] = reports;
  const body = renderReport(report, { limit: COMMENT_LIMIT, marker: commentMarker(report) });
  return repository.upsertComment(pullRequest, knownMarkers(report), () => body);
}

function redacted([first, ...more]: ReportList, secrets: readonly string[]): ReportList {
  return [redactedReport(first, secrets), ...more.map((report) => redactedReport(report, secrets))];
}

/** What is told before there is a target, such as a refusal, is told on its own. */
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
