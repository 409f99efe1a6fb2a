/** The main step: reads the event and the inputs, runs the targets, and publishes the report. */
import { systemClock as clock } from './adapters/system-clock.ts';
import { messageOf, UserError } from './base/errors.ts';
import { isFailure, type Outcome } from './base/outcome.ts';
import {
  contextOf,
  env,
  eventOf,
  type Github,
  keepSecret,
  openGithub,
  openWorkspace,
  raw,
  runner,
  secrets,
} from './compose.ts';
import { execute } from './execute.ts';
import { reactToOutcome } from './gate/commands/admit-command.ts';
import { decideRuns } from './gate/decide-runs.ts';
import { typedInputs } from './gate/dispatch-payload.ts';
import {
  baseOf,
  isAboutPullRequest,
  isPublicRepository,
  mayChooseRef,
  type RunnerEvent,
  triggerOf,
} from './gate/event.ts';
import { listOfNames } from './gate/targets.ts';
import { readManifestNames } from './plan/given/base-manifest.ts';
import { stateName } from './record/open-state.ts';
import { reportOfEnd, reportOfFailure, unplannedReport } from './report/draft.ts';
import { findPullRequest } from './report/find-pull-request.ts';
import { publishReport, type ReportList, writeComment } from './report/publish-report.ts';
import { pullRequestHint } from './report/pull-request.ts';
import type { Report } from './report/report.ts';
import { startProgressReports } from './report/report-progress.ts';
import { readAddress } from './settings/address.ts';
import type { ReportingConfig } from './settings/config.ts';
import { unpassedInputs } from './settings/names/dispatched-inputs.ts';
import { unknownInputs } from './settings/names/unknown-inputs.ts';

/** Outcomes of a cancelled run that the post step looks at again. */
const MAY_BE_OPEN: readonly Outcome[] = ['unknown', 'kept'];

export async function main(): Promise<void> {
  const event = eventOf();
  const context = contextOf(event.name);
  const workspace = openWorkspace();
  const address = readAddress(raw);
  address.secrets.forEach(keepSecret);
  for (const sentence of unknownInputs(env)) runner.warning(sentence);
  const { reporting: tell } = address;
  const github = openGithub(tell.githubToken, context.repository);
  const cancelled = cancellation();
  const prefix = raw.input('command-prefix') || '/seldon';
  const entry = {
    trigger: triggerOf(event, { prefix, allowEvents: listOfNames(raw.input('allow-events')) }),
    raw,
    prefix,
    actor: env['GITHUB_TRIGGERING_ACTOR'] ?? context.actor ?? '',
    // The commit of a `pull_request` is that of its merge.
    mergeCommit: event.name === 'pull_request' ? context.commit : undefined,
    ref: branchOf(baseOf(event)) ?? context.commit,
    mayChooseRef: mayChooseRef(event),
    repository: github?.collaboration,
    runner,
    readManifestNames: (path: string) => readManifestNames(workspace, path),
  };
  const pullRequest = pullRequestOf(event, tell, github?.repository);
  const publicDetails = tell.publicDetails ?? (isPublicRepository(event) ? 'endpoint' : 'all');
  const path = raw.input('config').trim();
  const telling = { tell, path, repository: github?.repository, runner, secrets, publicDetails };
  const write = async (reports: ReportList) => writeComment({ ...telling, reports, pullRequest: await pullRequest });
  const progress = startProgressReports({ clock, runner, write });
  const afterwards: (() => Promise<void>)[] = [];
  let reports: ReportList;
  try {
    refuseUnpassed(event);
    const entered = await decideRuns(entry);
    const commandPrefix = isAboutPullRequest(event) ? prefix : undefined;
    const surroundings = {
      context,
      pullRequest,
      workspace,
      github,
      commandPrefix,
      decisionPrefix: prefix,
      progress: progress.update,
      cancelled,
      onPublished: (work: () => Promise<void>) => void afterwards.push(work),
    };
    reports =
      entered.kind === 'end'
        ? [reportOfEnd(entered.end, context)]
        : someOf([
            ...(await execute(entered, surroundings)),
            ...entered.unplanned.map((one) => unplannedReport(one, context)),
          ]);
  } catch (error) {
    reports = [reportOfFailure(error, context, { render: address.render })];
  }
  await progress.end();
  await publishReport({ ...telling, reports, pullRequest: await pullRequest, workspace, runner });
  for (const work of afterwards) await work();
  const isWell = reports.every(({ outcome }) => !isFailure(outcome));
  await reactToOutcome(entry, isWell);
  // The post step checks what a cancelled run left open.
  reports.forEach(({ outcome, reason }, at) => {
    if (!MAY_BE_OPEN.includes(outcome) || reason !== 'cancelled') runner.saveState(stateName('unfinished', at), '');
  });
  if (!isWell) process.exitCode = 1;
  // What was under way when the run was cancelled must not go on behind the report.
  const isHalted = reports.some(({ reason }) => reason === 'aborted' || reason === 'lease-lost');
  if (cancelled.aborted || isHalted) process.exit();
}

/** @throws UserError bad-input where a value that was typed for a run by hand is lost on its way to this step */
function refuseUnpassed(event: RunnerEvent): void {
  const { faults, warnings } = unpassedInputs({ typed: typedInputs(event), given: raw.input });
  for (const sentence of warnings) runner.warning(sentence);
  if (faults.length === 0) return;
  const hint = 'correct the workflow; no request was sent and nothing was changed';
  throw new UserError('bad-input', faults.join('\n'), { hint });
}

/** A bare name could also be a tag's. */
function branchOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `heads/${name}`;
}

function someOf([first, ...more]: readonly Report[]): ReportList {
  if (first === undefined) throw new Error('a run without targets');
  return [first, ...more];
}

/** Starts the search for the pull request early; the result is needed only for the first comment. */
function pullRequestOf(
  event: RunnerEvent,
  tell: ReportingConfig,
  repository: Github['repository'] | undefined,
): Promise<number | undefined> {
  return findPullRequest(pullRequestHint(tell.pullRequest, event), repository).catch((error: unknown) => {
    if (tell.comment !== 'never') runner.warning(messageOf(error));
    return undefined;
  });
}

/** The runner sends SIGINT, then SIGTERM after 7.5 s, and kills the process after another 2.5 s. */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}
