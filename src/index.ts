/** Composition root: reads the step's inputs and environment, builds the adapters, runs, tells. */
import { readFileSync } from 'node:fs';
import * as core from '@actions/core';
import { GithubRepository } from './adapters/github.ts';
import { connectCluster } from './adapters/kubernetes/cluster.ts';
import { MlflowRegistry } from './adapters/mlflow/registry.ts';
import { openPublicEndpoint } from './adapters/public-endpoint.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import { RunnerWorkspace } from './adapters/workspace.ts';
import { type Config, readConfig, secretsOf } from './core/config.ts';
import { reportOfFailure } from './core/draft.ts';
import { type PullRequestHint, pullRequestHint } from './core/pull-request.ts';
import { redact } from './core/redaction.ts';
import { isFailure, type Report, type RunContext } from './core/report.ts';
import { logLine } from './core/untrusted.ts';
import type { Runner } from './ports.ts';
import { run } from './run.ts';
import { publishReport } from './steps/publish-report.ts';

const { env } = process;
const secrets: string[] = [];
const hide = (text: string) => redact(text, secrets);
const runner = safeRunner();

function keepSecret(secret: string): void {
  secrets.push(secret);
  core.setSecret(secret);
}

/** Everything that is logged passes here: without secrets, and unable to pose as a workflow command. */
function safeRunner(): Runner {
  const safe = (text: string) => logLine(hide(text));
  return {
    info: (message) => core.info(safe(message)),
    warning: (message) => core.warning(safe(message)),
    error: (message) => core.error(safe(message)),
    startGroup: (name) => core.startGroup(safe(name)),
    endGroup: core.endGroup,
    setOutput: core.setOutput,
    setSecret: keepSecret,
  };
}

async function main(): Promise<void> {
  const event = { name: env['GITHUB_EVENT_NAME'] ?? '', payload: readEvent(env['GITHUB_EVENT_PATH']) };
  const context = contextOf(event.name);
  const workspace = new RunnerWorkspace({
    root: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    temp: env['RUNNER_TEMP'] ?? process.cwd(),
    summary: env['GITHUB_STEP_SUMMARY'],
  });
  let config: Config | undefined;
  let hint: PullRequestHint | undefined;
  let report: Report;
  try {
    config = readConfig({ input: (name) => core.getInput(name), env });
    secretsOf(config).forEach(keepSecret);
    hint = pullRequestHint(config.tell.pullRequest, event);
    report = await ship(config, workspace, {
      ...context,
      pullRequest: hint !== undefined && 'number' in hint ? hint.number : undefined,
    });
  } catch (error) {
    report = reportOfFailure(error, context, config);
  }
  const token = config?.tell.githubToken;
  const repository =
    token === undefined || context.repository === undefined
      ? undefined
      : new GithubRepository({
          token,
          repository: context.repository,
          apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
          clock,
        });
  const tell = config?.tell ?? { comment: 'never' as const };
  await publishReport({ report, tell, hint, repository, workspace, runner, redact: hide });
  if (isFailure(report.outcome)) process.exitCode = 1;
}

async function ship(config: Config, workspace: RunnerWorkspace, context: Parameters<typeof run>[2]): Promise<Report> {
  const onRetry = (message: string) => runner.info(message);
  const cluster = await connectCluster({ ...config.cluster, env, clock, onSecret: keepSecret, onRetry });
  const certificates = env['MLFLOW_TRACKING_SERVER_CERT_PATH'];
  const registry = new MlflowRegistry({
    config: config.registry,
    clock,
    warn: (message) => runner.warning(message),
    insecureTls: env['MLFLOW_TRACKING_INSECURE_TLS'] === 'true',
    ...(certificates !== undefined && { authorities: readFileSync(certificates, 'utf8') }),
    ...(env['MLFLOW_WORKSPACE'] !== undefined && { workspace: env['MLFLOW_WORKSPACE'] }),
  });
  try {
    return await run(
      config,
      { registry, cluster, openEndpoint: openPublicEndpoint, runner, workspace, clock },
      context,
    );
  } finally {
    registry.close();
    cluster.close();
  }
}

function contextOf(event: string): RunContext {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
    GITHUB_SHA: commit,
    GITHUB_ACTOR: actor,
  } = env;
  const runUrl = server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
  return { repository, runUrl, commit, actor, event };
}

function readEvent(path: string | undefined): unknown {
  if (path === undefined) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    runner.warning(
      'the event file of this run could not be read: the pull request is only found by the input `pull-request`',
    );
    return {};
  }
}

main().catch((error: unknown) => {
  runner.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
