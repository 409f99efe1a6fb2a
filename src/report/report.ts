import type { Finding } from '../base/finding.ts';
import type { StepRecord } from '../base/journal.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import type { RunContext } from '../base/run-context.ts';
import type { CommandOffer } from '../gate/commands/command-offer.ts';
import type { Decision } from '../gate/decision.ts';
import type { ModelIdentity } from '../model/model.ts';
import type { PredictorLine, RevisionLine } from '../plan/live-state.ts';
import type { PreviousModel } from '../plan/origin.ts';
import type { PlanPreview } from '../plan/plan-preview.ts';
import type { Comparison } from '../proof/comparison.ts';
import type { Evaluation } from '../proof/evaluation/evaluation.ts';
import type { GateRecord } from '../proof/evidence/gate-record.ts';
import type { Pace } from '../proof/pace.ts';
import type { PredictionRecord } from '../proof/smoke-request.ts';
import type { Endpoint } from '../seldon/protocol.ts';

/** Everything that happened, as one value. The comment, the summary and the outputs are made only from this value. */
export interface Report {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly mode: string;
  /** Is nothing applied, whatever comes of it? */
  readonly isPlan: boolean;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  /** Name of the GitHub environment: `production`. */
  readonly environment: string | undefined;
  /** URL of the API server. */
  readonly cluster: string | undefined;
  readonly protocol: 'seldon' | 'v2';
  readonly model: ModelIdentity | undefined;
  readonly previous: PreviousModel | undefined;
  /** The differences between before and now, one line each. */
  readonly changes: readonly string[];
  readonly steps: readonly StepRecord[];
  readonly prediction: PredictionRecord | undefined;
  /** Who got the requests before the run. Empty if nothing was live, or nothing was read. */
  readonly before: readonly PredictorLine[];
  /** Who gets the requests when the plan is carried out. */
  readonly planned: readonly PredictorLine[];
  /** The traffic of each predictor, in the order of `spec.predictors`. Empty if nothing is known to be live. */
  readonly predictors: readonly PredictorLine[];
  /** The answers of the old and the new model to the same requests. */
  readonly comparison: Comparison | undefined;
  /** What labelled rows say of the served model. */
  readonly evaluation: Evaluation | undefined;
  readonly gates: readonly GateRecord[];
  /** How the steps of a canary go on; only while one of them is watched. */
  readonly pace: Pace | undefined;
  /** The proven revisions of this object, newest first. Shown by mode `status`. */
  readonly history: readonly RevisionLine[];
  /** What a sweep found and did. */
  readonly previews: readonly PreviewLine[];
  /** What mode `check` looked at. */
  readonly checks: readonly CheckLine[];
  /** ISO 8601, when the object was created. Shown by mode `status`. */
  readonly since: string | undefined;
  /** A request that fits the model, for people to send; JSON text. */
  readonly sampleRequest: string | undefined;
  /** Why no prediction was sent; undefined if one was sent. */
  readonly predictionSkipped: string | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
  readonly manifestPath: string | undefined;
  /** The effects of a plan; only for a dry run. */
  readonly preview: PlanPreview | undefined;
  /** The plan's hashes. A later run uses them to check that nothing has changed since. */
  readonly plan: string | undefined;
  /** The command that runs the plan; undefined if no comments are read. */
  readonly next: string | undefined;
  /** The commands that comments may give now; undefined if no comments are read. */
  readonly offer: CommandOffer | undefined;
  /** The commands that decide about a candidate beside main; undefined if there is none. */
  readonly decision: Decision | undefined;
  /** A plan of inputs that are not yet on the base branch. */
  readonly isAfterMerge: boolean;
  /** The mode of the inputs, where another one was carried out: it was a first deployment, or main serves that model already. */
  readonly askedMode: string | undefined;
  /** YAML of the manifest; shown for a dry run. */
  readonly manifest: string | undefined;
  readonly context: RunContext;
}

/** One preview, as it is after a sweep. */
export interface PreviewLine {
  readonly name: string;
  /** Time since the last deployment, in words. */
  readonly age: string;
  readonly fate: 'removed' | 'would be removed' | 'kept';
  /** Why it was not deleted although it is old. */
  readonly why?: string | undefined;
}

/** One part of the setup, as mode `check` found it. */
export interface CheckLine {
  readonly what: string;
  /** `missing`: a deployment fails without it. `unknown`: the user may not see it. */
  readonly state: 'ok' | 'missing' | 'warning' | 'unknown';
  readonly found: string;
}
