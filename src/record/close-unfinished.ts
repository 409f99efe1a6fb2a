import { messageOf } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Runner } from '../base/ports.ts';
import type { RunContext } from '../base/run-context.ts';
import { predictorLines, revisionLines } from '../plan/live-state.ts';
import { startDraft } from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import type { Cluster } from '../seldon/cluster.ts';
import type { Deployments } from './deployments.ts';
import { closeRecord, endRecord } from './github-deployment.ts';
import type { Unfinished } from './unfinished.ts';

export interface ClosingPeers {
  /** The cluster, or the error if it cannot be reached. */
  readonly cluster: Cluster | Error;
  readonly runner: Pick<Runner, 'info' | 'warning' | 'saveState'>;
  readonly deployments: Deployments | undefined;
}

/** Closes what a killed run left open, and reports what is live now. */
export async function closeUnfinished(
  { cluster, runner, deployments }: ClosingPeers,
  { ref, mode, lease, deployment, ending }: Unfinished,
  context: RunContext,
): Promise<Report> {
  const isThere = !(cluster instanceof Error);
  const draft = { ...startDraft(undefined, context), mode, ...(isThere && { cluster: cluster.server }), ...ref };
  const report: Report = { ...draft, outcome: 'unknown', reason: 'cancelled', ...(await look(cluster, ref)) };
  const record = deployment === undefined ? undefined : { id: deployment };
  if (ending === undefined) await closeRecord({ deployments, runner, report }, record);
  else if (record !== undefined && deployments !== undefined)
    await endRecord(deployments, record, ending).catch((error: unknown) => {
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

async function look(
  cluster: Cluster | Error,
  ref: Unfinished['ref'],
): Promise<Pick<Report, 'findings' | 'predictors' | 'history'>> {
  const said = (title: string, more: Partial<Report> = {}) => {
    const cure = 'check what is live, then start the workflow again: the next run starts from the live state';
    const finding: Finding = { reason: 'cancelled', title, cure, quotes: [] };
    return { findings: [finding], predictors: [], history: [], ...more };
  };
  if (ref === undefined) return said('the run was stopped before it changed anything');
  try {
    if (cluster instanceof Error) throw cluster;
    const live = await cluster.read(ref);
    if (live === undefined) return said('the run was stopped; the SeldonDeployment does not exist now');
    const told = { predictors: predictorLines(live), history: revisionLines(live) };
    return said('the run was stopped before it was complete; this report shows the current SeldonDeployment', told);
  } catch (error) {
    return said(`the run was stopped, and the live state could not be read: ${messageOf(error)}`);
  }
}
