import { messageOf } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { RunContext } from '../base/run-context.ts';
import { predictorLines, revisionLines } from '../plan/live-state.ts';
import { startDraft } from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import type { Cluster } from '../seldon/cluster.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Deployments } from './deployments.ts';
import { closeRecord, endRecord } from './github-deployment.ts';
import { type PutBack, putBack } from './put-back.ts';
import type { Unfinished } from './unfinished.ts';

export interface ClosingPeers {
  /** The cluster, or the error if it cannot be reached. */
  readonly cluster: Cluster | Error;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info' | 'warning' | 'saveState'>;
  readonly deployments: Deployments | undefined;
}

/** Closes what a killed run left open, restores the previous state if the run was to do that, and reports what is live now. */
export async function closeUnfinished(
  { cluster, clock, runner, deployments }: ClosingPeers,
  { ref, mode, lease, deployment, ending: ended, undo }: Unfinished,
  context: RunContext,
): Promise<Report> {
  const isThere = !(cluster instanceof Error);
  const draft = { ...startDraft(undefined, context), mode, ...(isThere && { cluster: cluster.server }), ...ref };
  const order = { memory: undo ?? 'lost', holder: lease?.claim.holder, run: context.runUrl };
  const back =
    isThere && ref !== undefined && undo !== undefined
      ? await putBack({ cluster, clock, runner }, { ...order, ref })
      : undefined;
  const seen = await look(cluster, ref, back);
  const report: Report = {
    ...draft,
    outcome: back === undefined || back.outcome === 'unknown' ? standing(seen, { mode, context }) : back.outcome,
    reason: isRestored(back) ? 'aborted' : 'cancelled',
    steps: back === undefined ? [] : [back.step],
    ...seen.told,
  };
  const record = deployment === undefined ? undefined : { id: deployment };
  if (ended === undefined) await closeRecord({ deployments, runner, report }, record);
  else if (record !== undefined && deployments !== undefined)
    await endRecord(deployments, record, ended).catch((error: unknown) => {
      runner.warning(`the final state of the GitHub deployment could not be set: ${messageOf(error)}`);
    });
  if (lease !== undefined) await releaseLease(cluster, lease, runner);
  return report;
}

async function releaseLease(
  cluster: Cluster | Error,
  { ref, claim }: NonNullable<Unfinished['lease']>,
  runner: ClosingPeers['runner'],
): Promise<void> {
  try {
    if (cluster instanceof Error) throw cluster;
    await cluster.releaseLease(ref, claim);
  } catch (error) {
    runner.warning(`the lease was not released; it will expire: ${messageOf(error)}`);
  }
}

/** What a look at the object showed. */
interface Seen {
  readonly told: Pick<Report, 'findings' | 'predictors' | 'history'>;
  /** Undefined if the cluster could not be asked. */
  readonly found: { readonly live: SeldonDeployment | undefined } | undefined;
}

async function look(cluster: Cluster | Error, ref: Unfinished['ref'], back: PutBack | undefined): Promise<Seen> {
  const said = (title: string, found?: Seen['found']): Seen => {
    const cure = 'check what is live, then start the workflow again: the next run starts from the live state';
    const finding: Finding = {
      reason: isRestored(back) ? 'aborted' : 'cancelled',
      title: back === undefined ? title : `${title}. ${back.step.message}`,
      cure,
      quotes: [],
    };
    const live = found?.live;
    const shown = live === undefined ? { predictors: [], history: [] } : linesOf(live);
    return { told: { findings: [finding], ...shown }, found };
  };
  if (ref === undefined) return said('the run was stopped before it changed anything');
  try {
    if (cluster instanceof Error) throw cluster;
    const live = await cluster.read(ref);
    if (live === undefined) return said('the run was stopped; the SeldonDeployment does not exist now', { live });
    return said('the run was stopped before it was complete; this report shows the current SeldonDeployment', { live });
  } catch (error) {
    return said(`the run was stopped, and the live state could not be read: ${messageOf(error)}`);
  }
}

function linesOf(live: SeldonDeployment): Pick<Report, 'predictors' | 'history'> {
  return { predictors: predictorLines(live), history: revisionLines(live) };
}

/** How a stopped run stands, by what is live. Its URL is on what it applied. */
function standing(
  { found }: Seen,
  { mode, context }: { readonly mode: string; readonly context: RunContext },
): Extract<Outcome, 'removed' | 'failed' | 'kept' | 'unknown'> {
  if (found === undefined || context.runUrl === undefined) return 'unknown';
  const metadata = found.live?.metadata;
  if (REMOVING.includes(mode))
    return metadata?.deletionTimestamp === undefined && found.live !== undefined ? 'failed' : 'removed';
  return metadata?.annotations?.[ANNOTATIONS.runUrl] === context.runUrl ? 'kept' : 'failed';
}

const REMOVING: readonly string[] = ['remove', 'sweep'];

/** Is the state before the run live again? */
function isRestored(back: PutBack | undefined): boolean {
  return back?.outcome === 'rolled-back' || back?.outcome === 'withdrawn';
}
