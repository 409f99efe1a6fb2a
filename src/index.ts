/** Composition root: reads the step's inputs and environment, builds the adapters, runs, tells. */
import { readFileSync } from 'node:fs';
import * as core from '@actions/core';
import { GithubRepository } from './adapters/github.ts';
import { connectCluster } from './adapters/kubernetes/cluster.ts';
import { MlflowRegistry } from './adapters/mlflow/registry.ts';
import { openPrometheus } from './adapters/prometheus.ts';
import { openPublicEndpoint } from './adapters/public-endpoint.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import { RunnerWorkspace } from './adapters/workspace.ts';
import { readAddress } from './core/address.ts';
import { type Config, readConfig } from './core/config.ts';
import { reportOfFailure } from './core/draft.ts';
import type { RawInputs } from './core/input-reader.ts';
import { pullRequestHint } from './core/pull-request.ts';
import { redact } from './core/redaction.ts';
import { isFailure, type Report, type RunContext } from './core/report.ts';
import { logLine } from './core/untrusted.ts';
import type { Runner } from './ports.ts';
import { run } from './run.ts';
import { findPullRequest } from './steps/find-pull-request.ts';
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
  const raw: RawInputs = { input: (name) => core.getInput(name), env };
  const { tell, render, secrets: given } = readAddress(raw);
  given.forEach(keepSecret);
  const repository = openRepository(tell.githubToken, context.repository);
  const pullRequest = findPullRequest(pullRequestHint(tell.pullRequest, event), repository).catch((error: unknown) => {
    if (tell.comment !== 'never') runner.warning(error instanceof Error ? error.message : String(error));
    return undefined;
  });
  const cancelled = cancellation();
  let report: Report;
  try {
    const config = readConfig(raw);
    report = await ship(config, { workspace, cancelled }, { ...context, pullRequest });
  } catch (error) {
    report = reportOfFailure(error, context, { render });
  }
  await publishReport({ report, tell, pullRequest: await pullRequest, repository, workspace, runner, secrets });
  if (isFailure(report.outcome)) process.exitCode = 1;
  // What was under way when the run was cancelled must not go on behind the report.
  if (cancelled.aborted) process.exit();
}

function openRepository(token: string | undefined, repository: string | undefined): GithubRepository | undefined {
  if (token === undefined || repository === undefined) return undefined;
  return new GithubRepository({ token, repository, apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com', clock });
}

/** The runner asks with SIGINT, then with SIGTERM 7.5 s later, and kills after another 2.5 s. */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

interface Surroundings {
  readonly workspace: RunnerWorkspace;
  readonly cancelled: AbortSignal;
}

async function ship(
  config: Config,
  { workspace, cancelled }: Surroundings,
  { pullRequest, ...context }: RunContext & { readonly pullRequest: Promise<number | undefined> },
): Promise<Report> {
  const onRetry = (message: string) => runner.info(message);
  const cluster = await connectCluster({ ...config.cluster, env, clock, onSecret: keepSecret, onRetry });
  const registry = new MlflowRegistry({
    config: config.registry,
    clock,
    warn: (message) => runner.warning(message),
    insecureTls: env['MLFLOW_TRACKING_INSECURE_TLS'] === 'true',
    authoritiesPath: env['MLFLOW_TRACKING_SERVER_CERT_PATH'],
    ...(env['MLFLOW_WORKSPACE'] !== undefined && { workspace: env['MLFLOW_WORKSPACE'] }),
  });
  try {
    const { prometheusUrl: url, prometheusToken: token } = config.gate;
    const metrics = url === undefined ? undefined : openPrometheus({ url, token, clock });
    const world = { registry, cluster, openEndpoint: openPublicEndpoint, metrics, runner, workspace, clock, cancelled };
    return await run(config, world, { ...context, pullRequest: await pullRequest });
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
