import type { Journal } from '../base/journal.ts';
import type { Clock, OpenEndpoint, Runner } from '../base/ports.ts';
import type { Signature } from '../model/model.ts';
import type { Plan } from '../plan/plan.ts';
import type { RolloutObjects } from '../plan/plan-request.ts';
import type { Cluster } from '../seldon/cluster.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { Config } from '../settings/config.ts';
import type { Comparison } from './comparison.ts';
import type { Evaluation } from './evaluation/evaluation.ts';
import type { EvaluationPlan } from './evaluation/prepare-evaluation.ts';
import type { Evidence } from './evidence/evidence.ts';
import type { GateRecord } from './evidence/gate-record.ts';
import type { Metrics } from './evidence/metrics.ts';
import type { Pace } from './pace.ts';
import type { SmokePlan } from './prepare-smoke.ts';
import type { PredictionRecord } from './smoke-request.ts';

/** The external systems that a proof uses. */
export interface ProofPeers {
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  /** Undefined without `prometheus-url`. */
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info' | 'error'>;
  readonly journal: Journal;
}

/** The parts of the report about the proof. The steps of the proof write them. */
export interface ProofNotes {
  prediction: PredictionRecord | undefined;
  /** Why the model counts as proven without a prediction. */
  predictionSkipped: string | undefined;
  comparison: Comparison | undefined;
  evaluation: Evaluation | undefined;
  gates: readonly GateRecord[];
  /** Set while a step is watched. */
  pace: Pace | undefined;
  warnings: readonly string[];
}

/** The requests of a proof. */
export interface ProofRequests {
  readonly smoke: SmokePlan;
  /** Undefined if no labelled rows are sent. */
  readonly evaluation: EvaluationPlan | undefined;
}

/** What is counted of the users' requests. */
export interface ProofCounts {
  /** Of all steps so far. */
  evidence: Evidence | undefined;
}

/** Values for every step of the proof: peers, objects, plan and expected answers. */
export interface ProofContext {
  readonly peers: ProofPeers;
  readonly objects: RolloutObjects;
  readonly plan: Plan;
  readonly protocol: Protocol;
  readonly config: Pick<Config, 'proof' | 'gate' | 'compare' | 'share'>;
  /** Signature of the model of this run. */
  readonly signature: Signature | undefined;
  readonly requests: ProofRequests;
  readonly counted: ProofCounts;
  readonly notes: ProofNotes;
}
