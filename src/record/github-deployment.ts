import { messageOf } from '../base/errors.ts';
import { isFailure, type Outcome } from '../base/outcome.ts';
import type { Runner } from '../base/ports.ts';
import type { Report } from '../report/report.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import type { RecordConfig } from '../settings/config.ts';
import { environmentOf } from '../settings/record-inputs.ts';
import type { DeploymentNews, DeploymentState, Deployments } from './deployments.ts';

export interface RecordOrder {
  /** Undefined without a token. */
  readonly deployments: Deployments | undefined;
  readonly runner: Pick<Runner, 'info' | 'warning' | 'saveState'>;
  readonly config: RecordConfig;
  /** Unique for this attempt of this run. */
  readonly holder: string;
  /** The report of the run so far. */
  readonly report: Report;
}

/** How a run ended, for a GitHub deployment that could not be closed yet. */
export interface RecordEnding extends DeploymentNews {
  readonly state: DeploymentState;
}

/** A GitHub deployment that is in progress. */
export interface OpenRecord {
  readonly id: number;
}

/** Creates a GitHub deployment that is in progress. A failure is only a warning: the rollout does not need it. */
export async function openRecord({
  deployments,
  runner,
  config,
  holder,
  report,
}: RecordOrder): Promise<OpenRecord | undefined> {
  const { isProduction, isPreview } = config;
  const environment = environmentOf(config, report.name);
  const { commit } = report.context;
  if (deployments === undefined || environment === undefined || commit === undefined) return undefined;
  const { model, mode, name, namespace } = report;
  try {
    const id = await deployments.open({
      ref: commit,
      environment,
      isProduction,
      isTransient: isPreview,
      description: `${mode}: ${model?.name ?? model?.storageUri ?? name} ${model?.version === undefined ? '' : `v${model.version}`}`,
      payload: { mode, name, namespace, model, plan: report.plan, holder },
    });
    runner.saveState('deployment', String(id));
    // Only its final state matters. A deployment that was created is closed in any case.
    await deployments.mark(id, 'in_progress', newsOf(report, 'rolling out')).catch((error: unknown) => {
      runner.info(`the GitHub deployment could not be set to in progress: ${messageOf(error)}`);
    });
    return { id };
  } catch (error) {
    runner.warning(`the GitHub deployment could not be created: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * For a run that finds its model live: opens a GitHub deployment if the last one did not end well, for example because its
 * run was killed.
 */
export async function renewRecord(order: RecordOrder, ref: ObjectRef): Promise<OpenRecord | undefined> {
  const { deployments, runner, config } = order;
  const environment = environmentOf(config, ref.name);
  if (deployments === undefined || environment === undefined) return undefined;
  try {
    const [newest] = await deployments.of(environment, ref);
    if (newest === undefined || ENDED_WELL.includes((await deployments.stateOf(newest)) ?? '')) return undefined;
  } catch (error) {
    runner.info(`the last GitHub deployment could not be read: ${messageOf(error)}`);
    return undefined;
  }
  return openRecord(order);
}

const ENDED_WELL: readonly string[] = ['success', 'inactive'];

/** Sets the final state of the GitHub deployment. */
export async function closeRecord(
  { deployments, runner, report }: Omit<RecordOrder, 'config' | 'holder'>,
  record: OpenRecord | undefined,
): Promise<void> {
  if (deployments === undefined || record === undefined) return;
  const { outcome, reason } = report;
  const ending: RecordEnding = { state: stateOf(outcome), ...newsOf(report, `${outcome}: ${reason}`) };
  try {
    await endRecord(deployments, record, ending);
    runner.saveState('deployment', '');
  } catch (error) {
    // The post step tries again, and knows how the run ended.
    runner.saveState('ending', JSON.stringify(ending));
    runner.info(`the final state of the GitHub deployment could not be set yet: ${messageOf(error)}`);
  }
}

/** Sets the final state that a run had. @throws UserError github-failed */
export function endRecord(
  deployments: Deployments,
  { id }: OpenRecord,
  { state, ...news }: RecordEnding,
): Promise<void> {
  return deployments.mark(id, state, news);
}

/** Deactivates the GitHub deployments of a deleted SeldonDeployment. */
export async function deactivateRecords(
  { deployments, runner, config }: Omit<RecordOrder, 'report' | 'holder'>,
  ref: ObjectRef,
): Promise<void> {
  const environment = environmentOf(config, ref.name);
  if (deployments === undefined || environment === undefined) return;
  const news = { environmentUrl: undefined, logUrl: undefined, description: 'removed' };
  try {
    for (const id of await deployments.of(environment, ref)) await deployments.mark(id, 'inactive', news);
  } catch (error) {
    runner.warning(`the GitHub deployments of ${environment} could not be set to inactive: ${messageOf(error)}`);
  }
}

/** A rollout that was undone or never applied is a failure. An uncertain state is an error. */
function stateOf(outcome: Outcome): DeploymentState {
  if (!isFailure(outcome)) return 'success';
  if (outcome === 'unknown') return 'error';
  return 'failure';
}

function newsOf({ endpoint, context }: Report, description: string): DeploymentNews {
  return { environmentUrl: endpoint?.predictUrl, logUrl: context.runUrl, description };
}
