/** The step itself: reads the event and the inputs, builds the adapters, runs, tells. */
import { MlflowRegistry } from './adapters/mlflow/registry.ts';
import { openPrometheus } from './adapters/prometheus.ts';
import { openPublicEndpoint } from './adapters/public-endpoint.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import type { RunnerWorkspace } from './adapters/workspace.ts';
import {
  contextOf,
  env,
  eventOf,
  type Github,
  holderOf,
  keepSecret,
  openCluster,
  openGithub,
  openWorkspace,
  raw,
  runner,
  secrets,
} from './compose.ts';
import { readAddress } from './core/address.ts';
import { type Config, readConfig, type TellConfig } from './core/config.ts';
import { reportOfEnd, reportOfFailure } from './core/draft.ts';
import { type RunnerEvent, triggerOf } from './core/event.ts';
import { pullRequestHint } from './core/pull-request.ts';
import { isFailure, type Report, type RunContext } from './core/report.ts';
import { run } from './run.ts';
import { answerComment, type Entry, enter } from './steps/enter.ts';
import { findPullRequest } from './steps/find-pull-request.ts';
import { publishReport } from './steps/publish-report.ts';

export async function main(): Promise<void> {
  const event = eventOf();
  const context = contextOf(event.name);
  const workspace = openWorkspace();
  const address = readAddress(raw);
  address.secrets.forEach(keepSecret);
  const github = openGithub(address.tell.githubToken, context.repository);
  const cancelled = cancellation();
  const prefix = raw.input('command-prefix') || '/seldon';
  const entry = {
    trigger: triggerOf(event, prefix),
    raw,
    prefix,
    actor: env['GITHUB_TRIGGERING_ACTOR'] ?? context.actor ?? '',
    repository: github?.collaboration,
    runner,
  };
  const pullRequest = pullRequestOf(event, address.tell, github?.repository);
  let report: Report;
  try {
    const entered = await enter(entry);
    const surroundings = { workspace, cancelled, prefix, github };
    report =
      entered.kind === 'end'
        ? reportOfEnd(entered.end, context)
        : await ship(entered, surroundings, { ...context, pullRequest });
  } catch (error) {
    report = reportOfFailure(error, context, { render: address.render });
  }
  const { tell } = address;
  const { repository } = github ?? {};
  await publishReport({ report, tell, pullRequest: await pullRequest, repository, workspace, runner, secrets });
  await answerComment(entry, !isFailure(report.outcome));
  // What a cancelled run left is looked at once more by the step after the job.
  if (report.outcome !== 'unknown' || report.reason !== 'cancelled') runner.saveState('unfinished', '');
  if (isFailure(report.outcome)) process.exitCode = 1;
  // What was under way when the run was cancelled must not go on behind the report.
  if (cancelled.aborted) process.exit();
}

/** Looked up while the run goes on; it is needed when there is something to tell. */
function pullRequestOf(
  event: RunnerEvent,
  tell: TellConfig,
  repository: Github['repository'] | undefined,
): Promise<number | undefined> {
  return findPullRequest(pullRequestHint(tell.pullRequest, event), repository).catch((error: unknown) => {
    if (tell.comment !== 'never') runner.warning(error instanceof Error ? error.message : String(error));
    return undefined;
  });
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
  readonly prefix: string;
  readonly github: Github | undefined;
}

async function ship(
  { raw: inputs, confirm, head }: Extract<Entry, { kind: 'run' }>,
  { workspace, cancelled, prefix, github }: Surroundings,
  { pullRequest, ...context }: RunContext & { readonly pullRequest: Promise<number | undefined> },
): Promise<Report> {
  const config = readConfig(inputs);
  const cluster = await openCluster(config.cluster);
  const registry = openRegistry(config);
  try {
    const { prometheusUrl: url, prometheusToken: token } = config.gate;
    const metrics = url === undefined ? undefined : openPrometheus({ url, token, clock });
    const { deployments } = github ?? {};
    const near = { runner, workspace, clock, confirm, deployments, holder: holderOf(), cancelled };
    const world = { registry, cluster, openEndpoint: openPublicEndpoint, metrics, ...near };
    const isTalk = ['issue_comment', 'pull_request', 'pull_request_target'].includes(context.event ?? '');
    return await run(config, world, {
      ...context,
      // Of a comment the runner knows only the default branch's commit, of a pull request only a merge that nobody made.
      commit: head ?? context.commit,
      pullRequest: await pullRequest,
      head,
      commandPrefix: isTalk ? prefix : undefined,
    });
  } finally {
    registry.close();
    cluster.close();
  }
}

function openRegistry(config: Config): MlflowRegistry {
  return new MlflowRegistry({
    config: config.registry,
    clock,
    warn: (message) => runner.warning(message),
    insecureTls: env['MLFLOW_TRACKING_INSECURE_TLS'] === 'true',
    authoritiesPath: env['MLFLOW_TRACKING_SERVER_CERT_PATH'],
    ...(env['MLFLOW_WORKSPACE'] !== undefined && { workspace: env['MLFLOW_WORKSPACE'] }),
  });
}
