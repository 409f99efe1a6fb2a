import type { Outcome, Reason } from '../base/outcome.ts';
import type { PlanPreview } from '../plan/plan-preview.ts';
import type { Comparison } from '../proof/comparison.ts';
import type { GateRecord, PredictorLine, PreviewLine, RevisionLine } from './report-lines.ts';

/** One cause of a failure, most telling first: a sentence, the pod's own words, the cure. */
export interface Finding {
  readonly reason: Reason;
  /** One sentence: what failed, and where. */
  readonly title: string;
  /** What to do. */
  readonly cure: string | undefined;
  /** Verbatim text of pods, events and logs; hostile until escaped. */
  readonly quotes: readonly { readonly label: string; readonly text: string }[];
}

export type StepState = 'ok' | 'failed' | 'under-way';

/** One line of the rollout's story. */
export interface StepRecord {
  readonly name:
    | 'resolve'
    | 'render'
    | 'preflight'
    | 'turn'
    | 'apply'
    | 'write'
    | 'wait'
    | 'health'
    | 'predict'
    | 'endpoint'
    | 'compare'
    | 'mirror'
    | 'hold'
    | 'gate'
    | 'undo'
    | 'remove'
    | 'record'
    | 'note'
    | 'look';
  /** Which of several such steps it is, in words. */
  readonly about?: string;
  readonly state: StepState;
  readonly message: string;
  /** Milliseconds. */
  readonly duration: number;
}

export interface ModelIdentity {
  readonly requestedUri: string;
  readonly storageUri: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly alias: string | undefined;
  readonly runId: string | undefined;
  readonly link: string | undefined;
}

/** What was live before this run. */
export interface PreviousModel {
  readonly modelUri: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
}

export interface PredictionRecord {
  /** Where the body came from: the input, the model's logged example, or its signature. */
  readonly origin: 'input' | 'example' | 'signature';
  /** JSON text as sent. */
  readonly request: string;
  /** Body as answered, cut to a bounded length. */
  readonly response: string | undefined;
  readonly status: number | undefined;
  /** Milliseconds. */
  readonly latency: number | undefined;
}

export interface Endpoint {
  /** `<ingress>/seldon/<namespace>/<name>`; undefined without `ingress-url`. */
  readonly url: string | undefined;
  /** Where predictions are posted from outside; undefined without `ingress-url`. */
  readonly predictUrl: string | undefined;
  /** The same inside the cluster. */
  readonly inClusterUrl: string;
}

export interface RunContext {
  /** Name of the target in the file of targets; undefined where there is no such file. */
  readonly target?: string | undefined;
  readonly repository: string | undefined;
  readonly runUrl: string | undefined;
  readonly commit: string | undefined;
  readonly actor: string | undefined;
  readonly event: string | undefined;
}

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
