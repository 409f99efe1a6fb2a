import type { Journal } from '../base/journal.ts';
import type { Clock, OpenEndpoint, Runner, Workspace } from '../base/ports.ts';
import type { RunContext } from '../base/run-context.ts';
import type { CommandOffer } from '../gate/commands/command-offer.ts';
import type { Model } from '../model/model.ts';
import type { ModelRegistry } from '../model/registry.ts';
import type { RolloutPlan } from '../plan/plan-rollout.ts';
import type { Metrics } from '../proof/evidence/metrics.ts';
import type { ProofContext } from '../proof/proof-context.ts';
import type { HeldLease } from '../record/acquire-lease.ts';
import type { Deployments } from '../record/deployments.ts';
import type { OpenRecord } from '../record/github-deployment.ts';
import type { Remember } from '../record/undo-memory.ts';
import type { Draft } from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import type { Cluster } from '../seldon/cluster.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config } from '../settings/config.ts';
import type { InputName } from '../settings/inputs.ts';
import type { KeptLeases } from './leases/kept-leases.ts';

/** The external systems that a run uses. */
export interface Peers {
  readonly registry: ModelRegistry;
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  /** Undefined without `prometheus-url`. */
  readonly metrics: Metrics | undefined;
  readonly runner: Runner;
  readonly workspace: Workspace;
  readonly clock: Clock;
  /** Undefined without a token for GitHub. */
  readonly deployments: Deployments | undefined;
}

/** How the caller stops, confirms and observes a run. */
export interface RunControl {
  /** Unique for this attempt of this run. */
  readonly holder: string;
  /** Called right before the first change. @throws UserError if the change is no longer allowed */
  readonly confirm: () => Promise<void>;
  /** Asked once the SeldonDeployment's name is known. @throws UserError when it may not be had */
  readonly admitName: (name: string) => void;
  /** Is a change refused without a plan that was shown? */
  readonly needsPlan: boolean;
  /** Receives the report so far, whenever there is more to report. */
  readonly progress: (report: Report) => void;
  /** Aborted when the run is cancelled. */
  readonly cancelled: AbortSignal;
  readonly leases: KeptLeases;
}

export interface Context extends RunContext {
  readonly pullRequest: number | undefined;
  /** SHA of the pull request's newest commit, if the event contains it. */
  readonly head: string | undefined;
  /** Comments of ours on a pull request that is in a merge queue: of the plans in them one must still hold. */
  readonly shownBefore?: readonly string[] | undefined;
  /** The commands that comments may give; undefined where this event is not about a pull request. */
  readonly offer: CommandOffer | undefined;
  /** What comments begin with that are meant for us; undefined where this event is not about a pull request. */
  readonly commandPrefix: string | undefined;
  /** What comments begin with where a workflow reads them. */
  readonly decisionPrefix: string;
  /** The inputs are those that the merge brings. */
  readonly isAfterMerge?: boolean | undefined;
  /** The merged pull request whose comment this is; undefined for other events. */
  readonly mergedPullRequest?: number | undefined;
  /** The inputs before the event changed some. A command does not need to repeat them. */
  readonly given: (name: InputName) => string;
}

/** One run: its settings, its peers, and its report so far. */
export interface Run {
  readonly config: Config;
  readonly peers: Peers;
  readonly control: RunControl;
  readonly context: Context;
  /** Begins no step once the run is told to stop. */
  readonly journal: Journal;
  readonly stop: {
    /** Tells the run to stop. */
    readonly halt: AbortController;
    /** For what is put back after that. */
    readonly journal: Journal;
  };
  readonly draft: Draft;
  /** Resources to close at the end of the run, for every outcome. */
  readonly open: { lease?: HeldLease; record?: OpenRecord | undefined; remember?: Remember };
}

/** A rollout that is planned but not started. */
export interface PreparedRollout {
  /** The settings of the run, or those of a first deployment. */
  readonly config: Config;
  readonly proof: ProofContext;
  readonly model: Model;
  /** The live object before the run. */
  readonly live: SeldonDeployment | undefined;
  /** The SeldonDeployment that shares its requests with this one, if it is another object. */
  readonly front: SeldonDeployment | undefined;
  readonly withNewPods: RolloutPlan['withNewPods'];
}
