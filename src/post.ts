/** The step after the job, which the runner also runs when it killed the one before: nothing may be left open. */
import { systemClock as clock } from './adapters/system-clock.ts';
import {
  contextOf,
  eventOf,
  keepSecret,
  openCluster,
  openGithub,
  openWorkspace,
  raw,
  runner,
  secrets,
  stateLeft,
} from './compose.ts';
import { readAddress } from './core/address.ts';
import { pullRequestHint } from './core/pull-request.ts';
import { readUnfinished } from './core/unfinished.ts';
import { closeUnfinished } from './steps/close-unfinished.ts';
import { findPullRequest } from './steps/find-pull-request.ts';
import { publishReport } from './steps/publish-report.ts';

export async function post(): Promise<void> {
  const unfinished = readUnfinished(stateLeft);
  if (unfinished === undefined) return;
  const event = eventOf();
  const context = contextOf(event.name);
  const { tell, secrets: given, cluster: access } = readAddress(raw);
  given.forEach(keepSecret);
  const github = openGithub(tell.githubToken, context.repository);
  const cluster = await openCluster(access);
  try {
    const world = { cluster, clock, runner, deployments: github?.deployments };
    const report = await closeUnfinished(world, unfinished, context);
    // The step itself told all there was to tell, and only its tidying was cut short.
    if (unfinished.ref === undefined) return;
    const { repository } = github ?? {};
    const pullRequest = await findPullRequest(pullRequestHint(tell.pullRequest, event), repository);
    await publishReport({ report, tell, pullRequest, repository, workspace: openWorkspace(), runner, secrets });
  } finally {
    cluster.close();
  }
}
