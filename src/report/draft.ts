import { messageOf, UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { StepRecord } from '../base/journal.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import type { RunContext } from '../base/run-context.ts';
import type { EarlyEnd } from '../gate/gate-decision.ts';
import type { UnplannedTarget } from '../gate/merge/targets-after-merge.ts';
import type { Model } from '../model/model.ts';
import type { RecordConfig, RenderConfig } from '../settings/config.ts';
import type { Mode } from '../settings/modes.ts';
import { environmentOf } from '../settings/record-inputs.ts';
import type { Report } from './report.ts';

/** The report of a run in progress: what is known so far. It is complete at every moment, so it can always be published. */
export type Draft = { -readonly [Key in keyof Report]: Report[Key] };

/** What a report says about a run before the first step. */
export interface DraftSettings {
  readonly mode?: Mode;
  readonly dryRun?: boolean;
  readonly render: Partial<Pick<RenderConfig, 'name' | 'namespace' | 'protocol'>>;
  readonly record?: RecordConfig;
}

export function startDraft(config: DraftSettings | undefined, context: RunContext): Draft {
  return {
    outcome: 'failed',
    reason: 'internal-error',
    mode: config?.mode ?? 'direct',
    isPlan: config?.dryRun === true,
    name: config?.render.name,
    namespace: config?.render.namespace,
    environment: config?.record && environmentOf(config.record, config.render.name),
    cluster: undefined,
    protocol: config?.render.protocol ?? 'seldon',
    model: undefined,
    previous: undefined,
    changes: [],
    steps: [],
    prediction: undefined,
    before: [],
    planned: [],
    predictors: [],
    comparison: undefined,
    evaluation: undefined,
    gates: [],
    pace: undefined,
    history: [],
    previews: [],
    checks: [],
    since: undefined,
    sampleRequest: undefined,
    predictionSkipped: undefined,
    endpoint: undefined,
    findings: [],
    warnings: [],
    manifestPath: undefined,
    preview: undefined,
    plan: undefined,
    next: undefined,
    offer: undefined,
    decision: undefined,
    askedMode: undefined,
    isAfterMerge: false,
    manifest: undefined,
    context,
  };
}

/** The report that is published while a run is in progress. */
export function underWay(
  draft: Draft,
  { records, current }: { readonly records: Report['steps']; readonly current: StepRecord | undefined },
): Report {
  const steps = current === undefined ? records : [...records, current];
  return { ...draft, outcome: 'under-way', reason: 'under-way', steps };
}

export function identityOf(model: Model): NonNullable<Report['model']> {
  const { requestedUri, storageUri, name, version, alias, runId, link } = model;
  return { requestedUri, storageUri, name, version, alias, runId, link };
}

/** Where a model was found, in words. */
export function storageSentence({ name, version, requestedUri, storageUri }: Model): string {
  if (name !== undefined) return `${name}${version === undefined ? '' : ` v${version}`} is stored in ${storageUri}`;
  return requestedUri === storageUri
    ? `${storageUri}, as given in the input`
    : `${requestedUri} is stored in ${storageUri}`;
}

/** What was done to the object when a run ended. */
/** `left`: applied, and nothing was in progress. */
export type Applied = 'no' | 'perhaps' | 'yes' | 'left' | 'perhaps-removed' | 'removed';

const BEFORE: Readonly<Record<Applied, string>> = {
  no: '',
  perhaps: 'the manifest may have been applied: ',
  yes: 'the manifest was applied, then an error occurred: ',
  left: 'the manifest was applied, then an error occurred: ',
  'perhaps-removed': 'the object may have been deleted: ',
  removed: 'the object was deleted, then an error occurred: ',
};

const OUTCOMES: Readonly<Partial<Record<Applied, Outcome>>> = { no: 'failed', left: 'kept' };

/**
 * The outcome of a run that threw an error. After an apply the live state is uncertain: the outcome is `unknown`,
 * not `refused`. A run that is cancelled while no request is in progress leaves what it applied. The log of a bug shows its stack; the comment shows one sentence.
 */
export function endingOf(error: unknown, applied: Applied): { outcome: Outcome; reason: Reason; finding: Finding } {
  const outcome = OUTCOMES[applied] ?? 'unknown';
  const finding = findingOf(error, applied);
  return { outcome, reason: finding.reason, finding };
}

/** What was thrown, as a cause to report. A bug keeps its stack for the log: the comment gets one sentence. */
export function findingOf(error: unknown, applied: Applied): Finding {
  const before = BEFORE[applied];
  if (error instanceof UserError) {
    const { code, message, hint, row } = error;
    return { reason: code, title: `${before}${message}`, cure: hint, quotes: [], ...(row !== undefined && { row }) };
  }
  const cure = 'this is a bug of the action: please report it with the log of this step';
  return { reason: 'internal-error', title: `${before}unexpected error: ${messageOf(error)}`, cure, quotes: [] };
}

export function reportOfEnd({ finding, ...ending }: EarlyEnd, context: RunContext): Report {
  return { ...startDraft(undefined, context), ...ending, findings: [finding] };
}

/** The report of a target whose plan can be shown only after the merge. */
export function unplannedReport({ target, title, cure }: UnplannedTarget, context: RunContext): Report {
  const finding: Finding = { reason: 'not-planned', title, cure, quotes: [] };
  const draft = startDraft({ dryRun: true, render: {} }, { ...context, target });
  return { ...draft, outcome: 'planned', reason: 'not-planned', findings: [finding] };
}

/** The report of a run that failed before its first step: invalid inputs, no kubeconfig. */
export function reportOfFailure(error: unknown, context: RunContext, config: DraftSettings): Report {
  const { finding, ...ending } = endingOf(error, 'no');
  return { ...startDraft(config, context), ...ending, findings: [finding] };
}

/** Failures that the model itself may have caused. */
export const ABOUT_THE_MODEL: ReadonlySet<Reason> = new Set([
  'crash-loop',
  'rollout-timeout',
  'progress-deadline-exceeded',
  'health-failed',
  'prediction-failed',
]);
