import type { TellConfig } from '../core/config.ts';
import { UserError } from '../core/errors.ts';
import { COMMENT_LIMIT, commentMarker, knownMarkers, renderReport, SUMMARY_LIMIT } from '../core/markdown.ts';
import { outputsOf } from '../core/outputs.ts';
import { redactedReport } from '../core/redacted-report.ts';
import { isFailure, type Report } from '../core/report.ts';
import type { Repository, Runner, Workspace } from '../ports.ts';

export interface PublishRequest {
  readonly report: Report;
  readonly tell: Pick<TellConfig, 'comment'>;
  /** Undefined where none belongs to this run. */
  readonly pullRequest: number | undefined;
  /** Undefined without a token. */
  readonly repository: Repository | undefined;
  readonly workspace: Workspace;
  readonly runner: Runner;
  /** What must not be told, wherever it stands in the report. */
  readonly secrets: readonly string[];
}

/** One report, three forms: comment, summary, outputs. Telling never fails a rollout: what cannot be told is a warning. */
export async function publishReport(request: PublishRequest): Promise<void> {
  const { workspace, runner, secrets } = request;
  const report = redactedReport(request.report, secrets);
  const isNews = report.outcome !== 'ignored';
  const commentUrl = isNews ? await attempt(runner, () => comment({ ...request, report })) : undefined;
  if (isNews) await attempt(runner, () => workspace.summarize(renderReport(report, { limit: SUMMARY_LIMIT })));
  else runner.info(`nothing to do: ${report.findings[0]?.title ?? report.reason}`);
  for (const [name, value] of Object.entries(outputsOf(report, commentUrl))) runner.setOutput(name, value);
  for (const warning of report.warnings) runner.warning(warning);
  if (!isFailure(report.outcome)) return;
  for (const { title, cure } of report.findings) runner.error(cure === undefined ? title : `${title}\n${cure}`);
}

async function comment({ report, tell, pullRequest, repository, runner }: PublishRequest): Promise<string | undefined> {
  if (tell.comment === 'never') return undefined;
  if (pullRequest === undefined || repository === undefined) {
    const why = repository === undefined ? 'there is no `github-token`' : 'no pull request belongs to this run';
    if (tell.comment === 'always' || pullRequest !== undefined)
      runner.warning(`no comment was written: ${why}. Give the input \`pull-request\` or \`github-token\`.`);
    return undefined;
  }
  const body = renderReport(report, { limit: COMMENT_LIMIT, marker: commentMarker(report) });
  return repository.upsertComment(pullRequest, knownMarkers(report), body);
}

async function attempt<T>(runner: Runner, tell: () => Promise<T>): Promise<T | undefined> {
  try {
    return await tell();
  } catch (error) {
    const hint = error instanceof UserError && error.hint !== undefined ? `: ${error.hint}` : '';
    runner.warning(`${error instanceof Error ? error.message : String(error)}${hint}`);
    return undefined;
  }
}
