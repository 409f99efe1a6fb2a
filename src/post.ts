/** The post step. The runner also runs it after it has killed the main step. It closes what is left open. */

import { systemClock as clock } from './adapters/system-clock.ts';
import type { RunContext } from './base/run-context.ts';
import {
  contextOf,
  eventOf,
  keepSecret,
  openCluster,
  openGithub,
  openWorkspace,
  raw,
  runner,
  runnerOf,
  secrets,
  stateLeft,
} from './compose.ts';
import { isPublicRepository } from './gate/event.ts';
import { MOST_TARGETS } from './gate/targets.ts';
import { closeUnfinished } from './record/close-unfinished.ts';
import type { Deployments } from './record/deployments.ts';
import { stateName } from './record/open-state.ts';
import { readUnfinished, type Unfinished } from './record/unfinished.ts';
import { findPullRequest } from './report/find-pull-request.ts';
import { publishReport } from './report/publish-report.ts';
import { pullRequestHint } from './report/pull-request.ts';
import type { Report } from './report/report.ts';
import { readAddress } from './settings/address.ts';
import type { ClusterConfig } from './settings/config.ts';

export async function post(): Promise<void> {
  const left = allUnfinished();
  if (left.length === 0) return;
  const event = eventOf();
  const context = contextOf(event.name);
  const { reporting: tell, secrets: given, cluster: access } = readAddress(raw);
  given.forEach(keepSecret);
  const github = openGithub(tell.githubToken, context.repository);
  const closing = left.map(([order, unfinished]) =>
    close(unfinished, { order, access, context, deployments: github?.deployments }),
  );
  // The main step has reported the other targets; only its cleanup was interrupted.
  const [first, ...more] = (await Promise.all(closing)).flat();
  if (first === undefined) return;
  const { repository } = github ?? {};
  const pullRequest = await findPullRequest(pullRequestHint(tell.pullRequest, event), repository);
  const path = raw.input('config').trim();
  const publicDetails = tell.publicDetails ?? (isPublicRepository(event) ? 'endpoint' : 'all');
  const telling = { tell, path, pullRequest, repository, workspace: openWorkspace(), runner, secrets, publicDetails };
  await publishReport({ ...telling, reports: [first, ...more] });
}

/** A target without saved state may be between others with saved state. */
function allUnfinished(): readonly (readonly [number, Unfinished])[] {
  return Array.from({ length: MOST_TARGETS }, (_, order) => order).flatMap((order) => {
    const unfinished = readUnfinished((name) => stateLeft(stateName(name, order)));
    return unfinished === undefined ? [] : [[order, unfinished] as const];
  });
}

interface Closing {
  readonly order: number;
  readonly access: ClusterConfig;
  readonly context: RunContext;
  readonly deployments: Deployments | undefined;
}

async function close(
  unfinished: Unfinished,
  { order, access, context, deployments }: Closing,
): Promise<readonly Report[]> {
  const { target, context: cluster = access.context } = unfinished;
  // The GitHub deployment is closed even if the cluster cannot be reached.
  const opened = await openCluster({ ...access, context: cluster }).catch((error: unknown) => error as Error);
  try {
    const world = { cluster: opened, clock, runner: runnerOf(target, order, false), deployments };
    const report = await closeUnfinished(world, unfinished, { ...context, target });
    return unfinished.ref === undefined ? [] : [report];
  } finally {
    if (!(opened instanceof Error)) opened.close();
  }
}
