import { messageOf } from '../base/errors.ts';
import { isFailure, type Outcome } from '../base/outcome.ts';
import type { Runner } from '../base/ports.ts';
import type { Report } from '../report/report.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import type { RecordConfig } from '../settings/config.ts';
import { environmentOf } from '../settings/record-inputs.ts';
import type { DeploymentState, Deployments } from './deployments.ts';

export interface RecordOrder {
  /** Undefined without a token. */
  readonly deployments: Deployments | undefined;
  readonly runner: Pick<Runner, 'warning' | 'saveState'>;
  readonly config: RecordConfig;
  /** The report of the run so far. */
  readonly report: Report;
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
      payload: { mode, name, namespace, model, plan: report.plan },
    });
    runner.saveState('deployment', String(id));
    await mark({ deployments, report }, id, 'in_progress');
    return { id };
  } catch (error) {
    runner.warning(`the GitHub deployment could not be created: ${messageOf(error)}`);
    return undefined;
  }
}

/** Sets the final state of the GitHub deployment. */
export async function closeRecord(
  { deployments, runner, report }: Omit<RecordOrder, 'config'>,
  record: OpenRecord | undefined,
): Promise<void> {
  if (deployments === undefined || record === undefined) return;
  try {
    await mark({ deployments, report }, record.id, stateOf(report.outcome));
    runner.saveState('deployment', '');
  } catch (error) {
    runner.warning(`the final state of the GitHub deployment could not be set: ${messageOf(error)}`);
  }
}

/** Deactivates the GitHub deployments of a deleted SeldonDeployment. */
export async function deactivateRecords(
  { deployments, runner, config }: Omit<RecordOrder, 'report'>,
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

function mark(
  { deployments, report }: { readonly deployments: Deployments; readonly report: Report },
  id: number,
  state: DeploymentState,
): Promise<void> {
  const { endpoint, context, outcome, reason } = report;
  return deployments.mark(id, state, {
    environmentUrl: endpoint?.predictUrl,
    logUrl: context.runUrl,
    description: state === 'in_progress' ? 'rolling out' : `${outcome}: ${reason}`,
  });
}
