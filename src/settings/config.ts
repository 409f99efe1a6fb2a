import type { WriteBack } from '../model/registry.ts';
import type { StorageSettings } from '../model/storage-uri.ts';
import type { Protocol } from '../seldon/protocol.ts';

/** The settings of one run, read once and readonly from then on. Modules declare the slice they need. */

/** Modes that bring a new model. */
export type DeployMode = 'direct' | 'canary' | 'shadow' | 'ab' | 'blue-green';
/** Modes that decide about what is live already, and read all they need from the cluster. */
export type DecisionMode = 'promote' | 'rollback';
/** Modes about runs and people, which render nothing. */
export type TurnMode = 'abort' | 'lock' | 'unlock';
export type Mode = DeployMode | DecisionMode | TurnMode | 'status' | 'remove' | 'sweep';

export type ApiVersion = 'v1' | 'v1alpha2';
export type Access = 'api-server' | 'ingress';
export type OnFailure = 'rollback' | 'keep';
/** `seldon`: predictors of one object. `ambassador-annotations`: a second object, as Seldon 0.2 had it. */
export type Routing = 'seldon' | 'ambassador-annotations';
export type NoDataPolicy = 'fail' | 'pass';
export type CommentPolicy = 'auto' | 'always' | 'never';

export interface RegistryConfig extends StorageSettings {
  readonly trackingUri: string | undefined;
  readonly token: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface ClusterConfig {
  /** Content or path of a kubeconfig; undefined: KUBECONFIG, the default file, in-cluster. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface RenderConfig {
  readonly name: string | undefined;
  /** Undefined: the kubeconfig context's namespace, else `seldon`. */
  readonly namespace: string | undefined;
  /** Undefined: what the live object speaks, else `seldon`. */
  readonly protocol: Protocol | undefined;
  readonly apiVersion: ApiVersion;
  /** Undefined: what the live object or the base manifest says, else 1. */
  readonly replicas: number | undefined;
  readonly envSecret: string | undefined;
  readonly serviceAccount: string | undefined;
  /** Path of a base SeldonDeployment in the workspace. */
  readonly manifest: string | undefined;
  readonly orchestrator: boolean;
  readonly startupProbe: boolean;
}

/** Who gets how much, and in how many steps. */
export interface ShareConfig {
  /** Percent for the new predictor. Undefined: the mode's own default. */
  readonly traffic: number | undefined;
  /** Percents, rising. Empty: one step. */
  readonly steps: readonly number[];
  /** Seconds each step lasts. */
  readonly stepInterval: number;
  /** Name of the predictor beside main, where the mode does not know it. */
  readonly predictor: string | undefined;
  /** Revision (`3`) or model version (`v3`) to go back to. */
  readonly to: string | undefined;
  readonly routing: Routing;
  /** Seconds the ingress may take to do what its routing objects say. */
  readonly ingressLag: number;
}

/** When a canary's figures are good enough. */
export interface GateConfig {
  readonly prometheusUrl: string | undefined;
  readonly prometheusToken: string | undefined;
  /** By how much the canary's share of failed requests may exceed main's: 0.01 is one in a hundred. */
  readonly errorMargin: number;
  /** How many times main's mean latency the canary's may be. */
  readonly latencyRatio: number;
  readonly noData: NoDataPolicy;
}

export interface CompareConfig {
  /** Path of a file of requests in the workspace. */
  readonly requests: string | undefined;
  /** Largest relative difference between old and new answers. Undefined: told, not judged. */
  readonly tolerance: number | undefined;
}

export interface ProofConfig {
  readonly access: Access;
  readonly ingressUrl: string | undefined;
  /** `auto`, a JSON text, or the path of a JSON file. */
  readonly smokeRequest: string;
  /** A JSON text or `$.path == value` checks; see the README. */
  readonly smokeExpect: string | undefined;
}

export interface ReportingConfig {
  /** Undefined: by whether the repository is public. */
  readonly publicDetails: 'none' | 'endpoint' | 'all' | undefined;
  readonly comment: CommentPolicy;
  readonly pullRequest: number | undefined;
  readonly githubToken: string | undefined;
}

export interface Config {
  /** Undefined where the mode brings no model. */
  readonly modelUri: string | undefined;
  /** Patterns of storage that models may be loaded from; empty: any. */
  readonly allowStorages: readonly string[];
  readonly mode: Mode;
  readonly registry: RegistryConfig;
  readonly cluster: ClusterConfig;
  readonly render: RenderConfig;
  readonly share: ShareConfig;
  readonly gate: GateConfig;
  readonly compare: CompareConfig;
  readonly proof: ProofConfig;
  readonly reporting: ReportingConfig;
  /** Seconds one rollout may take. Undefined: computed from the probes' budget and the number of replicas. */
  readonly timeout: number | undefined;
  readonly dryRun: boolean;
  /** Path of the file that is written in place of a cluster; undefined: the cluster it is. */
  readonly manifestFile: string | undefined;
  /** Milliseconds after which a preview is swept. */
  readonly previewAge: number;
  /** Seconds to wait while another run changes the same object; undefined: nobody else is looked for. */
  readonly lockTimeout: number | undefined;
  readonly record: RecordConfig;
  readonly writeBack: WriteBack;
  /** The plan that somebody agreed to; undefined: whatever is planned now. */
  readonly plan: string | undefined;
  readonly onFailure: OnFailure;
  /** What a cancelled run does with what it changed. */
  readonly onCancel: 'keep' | 'rollback';
  readonly lockReason: string | undefined;
  /** Seconds; undefined: until somebody unlocks. */
  readonly lockExpiry: number | undefined;
}

/** GitHub's own record of deployments. */
export interface RecordConfig {
  /** Undefined: none is kept. */
  readonly environment: string | undefined;
  readonly isProduction: boolean;
  /** Of a pull request's own SeldonDeployment, which comes and goes. */
  readonly isPreview: boolean;
}
