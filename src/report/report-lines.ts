import type { GateVerdict } from '../proof/evidence/gate.ts';

/** Lines of a report's tables. */

/** One predictor of the object as it is at the end of a run. */
export interface PredictorLine {
  readonly name: string;
  /** `wine-quality v4`, or the URI of its files. */
  readonly model: string;
  /** Percent of the requests, or of their copies for a shadow. */
  readonly traffic: number;
  readonly shadow: boolean;
  readonly replicas: number;
  /** Does it run, in words; undefined where nobody looked. */
  readonly health?: string;
}

/** What Prometheus had to say of one step. */
export interface GateRecord extends GateVerdict {
  /** `main 75 %, canary 25 %`. */
  readonly stage: string;
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

/** One proven revision, as it is told. */
export interface RevisionLine {
  readonly revision: number;
  readonly model: string;
  /** ISO 8601. */
  readonly time: string;
  readonly run: string | undefined;
  readonly commit: string | undefined;
  readonly rolledBack: boolean;
}
