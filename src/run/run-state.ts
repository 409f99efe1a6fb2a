import type { Clock, Cluster, Metrics, ModelRegistry, OpenEndpoint, Runner, Workspace } from '../base/ports.ts';
import type { Model } from '../model/model.ts';
import type { RolloutPlan } from '../plan/plan-rollout.ts';
import type { Turn } from '../record/acquire-lease.ts';
import type { OpenRecord } from '../record/github-deployment.ts';
import type { Draft } from '../report/draft.ts';
import type { Report, RunContext } from '../report/report.ts';
import type { Deployments } from '../report/repository.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config } from '../settings/config.ts';
import type { InputName } from '../settings/inputs.ts';
import type { Journal } from './journal.ts';
import type { Rollout } from './run-stages.ts';

/** Everything outside that a run talks to. */
export interface World {
  readonly registry: ModelRegistry;
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  /** Undefined where nobody keeps metrics, or nobody told us where. */
  readonly metrics: Metrics | undefined;
  readonly runner: Runner;
  readonly workspace: Workspace;
  readonly clock: Clock;
  /** Undefined without a token for GitHub. */
  readonly deployments: Deployments | undefined;
  /** Unique for this attempt of this run. */
  readonly holder: string;
  /** Asked right before the first change. @throws UserError when it must not happen any more */
  readonly confirm: () => Promise<void>;
  /** Hears how far the run is, whenever there is more to tell. */
  readonly progress: (report: Report) => void;
  /** Aborted when somebody cancels the run. */
  readonly cancelled: AbortSignal;
}

export interface Context extends RunContext {
  readonly pullRequest: number | undefined;
  /** SHA of the pull request's newest commit, where the event told. */
  readonly head: string | undefined;
  /** What comments begin with that are meant for us; undefined where this event is not about a pull request. */
  readonly commandPrefix: string | undefined;
  /** The settings before the event chose some: what a command need not repeat. */
  readonly given: (name: InputName) => string;
}

/** One run: its settings, its world, and what it has to tell so far. */
export interface Run {
  readonly config: Config;
  readonly world: World;
  readonly context: Context;
  readonly journal: Journal;
  readonly draft: Draft;
  /** What must be closed, however the run ends. */
  readonly open: { turn?: Turn; record?: OpenRecord | undefined };
}

/** What is to be done, and where. */
export interface Shipment extends Rollout {
  readonly model: Model;
  /** The object as we found it. */
  readonly live: SeldonDeployment | undefined;
  /** The SeldonDeployment whose requests this one shares, where it is another one. */
  readonly first: SeldonDeployment | undefined;
  readonly withNewPods: RolloutPlan['withNewPods'];
}
