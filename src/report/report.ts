import type { Finding } from '../base/finding.ts';
import type { StepRecord } from '../base/journal.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import type { RunContext } from '../base/run-context.ts';
import type { ModelIdentity } from '../model/model.ts';
import type { PredictorLine, RevisionLine } from '../plan/live-state.ts';
import type { PreviousModel } from '../plan/origin.ts';
import type { PlanPreview } from '../plan/plan-preview.ts';
import type { Comparison } from '../proof/comparison.ts';
import type { GateRecord } from '../proof/evidence/gate.ts';
import type { PredictionRecord } from '../proof/smoke-request.ts';
import type { Endpoint } from '../seldon/protocol.ts';

/** All that happened, as one value: the comment, the summary and the outputs are made from nothing else. */
export interface Report {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly mode: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  /** URL of the API server. */
  readonly cluster: string | undefined;
  readonly protocol: 'seldon' | 'v2';
  readonly model: ModelIdentity | undefined;
  readonly previous: PreviousModel | undefined;
  /** What differs between before and now, each one line. */
  readonly changes: readonly string[];
  readonly steps: readonly StepRecord[];
  readonly prediction: PredictionRecord | undefined;
  /** Who gets how much, in the order of `spec.predictors`. Empty where nothing is known to be live. */
  readonly predictors: readonly PredictorLine[];
  /** Old and new, asked the same. */
  readonly comparison: Comparison | undefined;
  readonly gates: readonly GateRecord[];
  /** What was proven on this object, newest first; told by mode `status`. */
  readonly history: readonly RevisionLine[];
  /** What a sweep found and did. */
  readonly previews: readonly PreviewLine[];
  /** ISO 8601, when the object was created; told by mode `status`. */
  readonly since: string | undefined;
  /** A request that fits the model, for people to send; JSON text. */
  readonly sampleRequest: string | undefined;
  /** Why no prediction was sent, where none was. */
  readonly predictionSkipped: string | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
  readonly manifestPath: string | undefined;
  /** What a plan means; of a dry run. */
  readonly preview: PlanPreview | undefined;
  /** By which a later run knows that nothing has changed since. */
  readonly plan: string | undefined;
  /** The command that carries out what was planned; undefined where no comments are read. */
  readonly next: string | undefined;
  /** YAML of the manifest; shown for a dry run. */
  readonly manifest: string | undefined;
  readonly context: RunContext;
}

/** One preview, as a sweep left it. */
export interface PreviewLine {
  readonly name: string;
  /** Since it was last shipped, in words. */
  readonly age: string;
  readonly fate: 'removed' | 'would be removed' | 'kept';
  /** Why it was kept though it is old. */
  readonly why?: string | undefined;
}
