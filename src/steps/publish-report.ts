import type { TellConfig } from '../core/config.ts';
import { UserError } from '../core/errors.ts';
import { COMMENT_LIMIT, commentMarker, renderReport, SUMMARY_LIMIT } from '../core/markdown.ts';
import { outputsOf } from '../core/outputs.ts';
import type { PullRequestHint } from '../core/pull-request.ts';
import { isFailure, type Report } from '../core/report.ts';
import type { Repository, Runner, Workspace } from '../ports.ts';

export interface PublishRequest {
  readonly report: Report;
  readonly tell: Pick<TellConfig, 'comment'>;
  /** Undefined where no pull request is meant. */
  readonly hint: PullRequestHint | undefined;
  /** Undefined without a token. */
  readonly repository: Repository | undefined;
  readonly workspace: Workspace;
  readonly runner: Runner;
  /** Takes secrets out of a text; the last thing that happens to it here. */
  readonly redact: (text: string) => string;
}

/** One report, three forms: comment, summary, outputs. Telling never fails a rollout: what cannot be told is a warning. */
export async function publishReport(request: PublishRequest): Promise<void> {
  const { report, workspace, runner, redact } = request;
  const commentUrl = await attempt(runner, () => comment(request));
  await attempt(runner, () => workspace.summarize(redact(renderReport(report, { limit: SUMMARY_LIMIT }))));
  for (const [name, value] of Object.entries(outputsOf(report, commentUrl))) runner.setOutput(name, redact(value));
  for (const warning of report.warnings) runner.warning(warning);
  if (!isFailure(report.outcome)) return;
  for (const { title, cure } of report.findings) runner.error(cure === undefined ? title : `${title}\n${cure}`);
}

async function comment({
  report,
  tell,
  hint,
  repository,
  runner,
  redact,
}: PublishRequest): Promise<string | undefined> {
  if (tell.comment === 'never') return undefined;
  const pullRequest = hint === undefined || repository === undefined ? undefined : await numberOf(hint, repository);
  if (pullRequest === undefined || repository === undefined) {
    const why = repository === undefined ? 'there is no `github-token`' : 'no pull request belongs to this run';
    if (tell.comment === 'always')
      runner.warning(`no comment was written: ${why}. Give the input \`pull-request\` or \`github-token\`.`);
    return undefined;
  }
  const marker = commentMarker(report);
  const body = redact(renderReport(report, { limit: COMMENT_LIMIT, marker }));
  return repository.upsertComment(pullRequest, marker, body);
}

async function numberOf(hint: PullRequestHint, repository: Repository): Promise<number | undefined> {
  return 'number' in hint ? hint.number : repository.pullRequestOf(hint.commit);
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
