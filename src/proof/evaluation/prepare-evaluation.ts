import { UserError } from '../../base/errors.ts';
import type { Workspace } from '../../base/ports.ts';
import type { Model } from '../../model/model.ts';
import type { ModelRegistry } from '../../model/registry.ts';
import type { Protocol } from '../../seldon/protocol.ts';
import type { EvaluateConfig } from '../../settings/config.ts';
import { type Label, labelColumnOf, labelsOf } from './label-column.ts';
import { isError } from './metrics.ts';
import { type RowBatch, rowBatchesOf } from './row-batches.ts';
import { LONGEST_FILE, readRowTable } from './row-table.ts';

/** What will be sent and compared, read before any change. */
export interface EvaluationPlan {
  readonly config: EvaluateConfig;
  /** Column of the labels. */
  readonly label: string;
  readonly labels: readonly Label[];
  readonly batches: readonly RowBatch[];
  /** Metrics of the run that logged the model; empty where none is known. */
  readonly logged: ReadonlyMap<string, number>;
  /** For the hash of the plan: what the file and the inputs say. */
  readonly basis: string;
}

export interface EvaluationSettings {
  readonly config: { readonly evaluate: EvaluateConfig | undefined };
  readonly model: Model;
  readonly protocol: Protocol;
}

/** The sources of rows and of logged metrics. */
export interface EvaluationSources {
  readonly workspace: Workspace;
  readonly registry: Pick<ModelRegistry, 'details'>;
}

/**
 * Reads the labelled rows and makes the requests of them.
 * @returns undefined if no rows are evaluated
 * @throws UserError bad-input
 */
export async function prepareEvaluation(
  { workspace, registry }: EvaluationSources,
  { config: { evaluate: config }, model, protocol }: EvaluationSettings,
): Promise<EvaluationPlan | undefined> {
  if (config === undefined) return undefined;
  const { file: path } = config;
  const text = await workspace.read(path, 'evaluate', LONGEST_FILE);
  const table = readRowTable(text, path);
  const label = labelColumnOf(table, { wanted: config.label, inputs: model.signature?.inputs, path });
  const labels = labelsOf(table, label, path);
  refuseTexts(labels, config, label);
  const batches = rowBatchesOf(table, { model, protocol, label, path });
  const details = await registry.details(model);
  const { label: wanted, metric, margin } = config;
  const basis = JSON.stringify([text, wanted, metric, margin]);
  return { config, label, labels, batches, logged: details?.metrics ?? new Map(), basis };
}

function refuseTexts(labels: readonly Label[], { metric, file }: EvaluateConfig, label: string): void {
  if (metric === undefined || !isError(metric)) return;
  const at = labels.findIndex((one) => typeof one !== 'number');
  if (at < 0) return;
  const message = `row ${at + 1} of ${file} (input \`evaluate\`) has no number in column \`${label}\`, and \`evaluate-metric\` is \`${metric}\``;
  throw new UserError('bad-input', message, {
    hint: 'name the column of numbers in `evaluate-label`, or use `accuracy`',
  });
}
