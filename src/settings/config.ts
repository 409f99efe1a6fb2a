import type { WriteBack } from '../model/registry.ts';
import type { StorageSettings } from '../model/storage-uri.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { Mode } from './modes.ts';

/** The settings of one run, read once and then readonly. Modules declare the part that they need. */

export type ApiVersion = 'v1' | 'v1alpha2';
export type Access = 'api-server' | 'ingress';
/** `always`: a model that cannot be asked for a prediction is not accepted. */
export type SmokeRequired = 'when-possible' | 'always';
export type OnFailure = 'rollback' | 'keep';
/** `seldon`: predictors of one object. `ambassador-annotations`: a second object, as in Seldon 0.2. */
export type Routing = 'seldon' | 'ambassador-annotations';
export type NoDataPolicy = 'fail' | 'pass';
export type CommentPolicy = 'auto' | 'always' | 'never';

export interface RegistryConfig extends StorageSettings {
  readonly trackingUri: string | undefined;
  readonly token: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Hosts at which the server's files may be, by signed URLs; patterns. */
  readonly artifactHosts?: readonly string[];
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
  /** Undefined: the protocol of the live object, else `seldon`. */
  readonly protocol: Protocol | undefined;
  readonly apiVersion: ApiVersion;
  /** Undefined: the value of the live object or the base manifest, else none. */
  readonly replicas: number | undefined;
  readonly envSecret: string | undefined;
  readonly serviceAccount: string | undefined;
  /** Path of a base SeldonDeployment in the workspace. */
  readonly manifest: string | undefined;
  readonly orchestrator: boolean;
  readonly startupProbe: boolean;
}

/** Traffic of the new predictor, and its steps. */
export interface ShareConfig {
  /** Percent for the new predictor. Undefined: the mode's own default. */
  readonly traffic: number | undefined;
  /** Percents, rising. Empty: one step. */
  readonly steps: readonly number[];
  /** Duration of each step in seconds. */
  readonly stepInterval: number;
  /** Name of the predictor beside main, if the mode does not define it. */
  readonly predictor: string | undefined;
  /** Revision (`3`) or model version (`v3`) to go back to. */
  readonly to: string | undefined;
  readonly routing: Routing;
  /** `direct` proves the model on a candidate before main changes. */
  readonly proveFirst: boolean;
  /** What a canary or blue-green rollout does where no object exists yet. */
  readonly firstDeployment: 'deploy' | 'refuse';
  /** Seconds that the ingress may need to update its routes. */
  readonly ingressLag: number;
}

/** `auto`: go on when nothing speaks against canary. `strict`: hold until it is shown to be good. `off`: no requests are counted. */
export type GatePolicy = 'auto' | 'strict' | 'off';

/** A share that the user wants compared. */
export interface GateQuery {
  readonly name: string;
  /** PromQL with `$predictor`, `$deployment`, `$namespace` and `$window`; one number each. */
  readonly successes: string;
  readonly trials: string;
  /** By how much canary's share of failures may exceed main's. */
  readonly margin: number;
}

/** When a canary's requests are good enough. */
export interface GateConfig {
  readonly policy: GatePolicy;
  readonly prometheusUrl: string | undefined;
  readonly prometheusToken: string | undefined;
  /** Maximum difference between the error rates of the canary and of main: 0.01 is one in a hundred requests. */
  readonly errorMargin: number;
  /** How many times main's 95th percentile of the latency the canary's may be. */
  readonly latencyRatio: number;
  /** Seconds beyond which a request is slow. Undefined: derived from main by `latencyRatio`. */
  readonly latencyLimit: number | undefined;
  readonly noData: NoDataPolicy;
  /** Seconds for which a step may be held, of `strict`. */
  readonly limit: number;
  /** Seconds for which a model is watched after it took over all requests. Undefined: not at all. */
  readonly bake: number | undefined;
  readonly queries: readonly GateQuery[];
}

export interface CompareConfig {
  /** Path of a file of requests in the workspace. */
  readonly requests: string | undefined;
  /** Largest relative difference between old and new answers. Undefined: reported, not judged. */
  readonly tolerance: number | undefined;
}

export type MetricName = 'accuracy' | 'f1' | 'rmse' | 'mae';

/** Labelled rows that are sent through the served model. */
export interface EvaluateConfig {
  /** Path in the workspace. */
  readonly file: string;
  /** Column with the correct answers. Undefined: found by the model's inputs and common names. */
  readonly label: string | undefined;
  /** The metric that decides. Undefined: by the labels and the answers. */
  readonly metric: MetricName | undefined;
  /** By how much it may be worse: a difference for scores, a share of the other value for errors. */
  readonly margin: number;
}

export interface ProofConfig {
  readonly access: Access;
  readonly ingressUrl: string | undefined;
  /** `auto`, a JSON text, or the path of a JSON file. */
  readonly smokeRequest: string;
  /** A JSON text or `$.path == value` checks; see the README. */
  readonly smokeExpect: string | undefined;
  readonly smokeRequired: SmokeRequired;
}

export interface ReportingConfig {
  /** Undefined: by whether the repository is public. */
  readonly publicDetails: 'none' | 'endpoint' | 'all' | undefined;
  readonly comment: CommentPolicy;
  readonly pullRequest: number | undefined;
  readonly githubToken: string | undefined;
}

export interface Config {
  /** Undefined if the mode does not deploy a model. */
  readonly modelUri: string | undefined;
  /** Patterns of storage that models may be loaded from; empty: any. */
  readonly allowStorages: readonly string[];
  readonly mode: Mode;
  /** Modes whose permissions mode `check` looks for. */
  readonly checkModes: readonly Mode[];
  readonly registry: RegistryConfig;
  readonly cluster: ClusterConfig;
  readonly render: RenderConfig;
  readonly share: ShareConfig;
  readonly gate: GateConfig;
  readonly compare: CompareConfig;
  /** Undefined: no labelled rows are sent. */
  readonly evaluate: EvaluateConfig | undefined;
  readonly proof: ProofConfig;
  readonly reporting: ReportingConfig;
  /** Timeout of one rollout in seconds. Undefined: computed from the probes' budget and the number of replicas. */
  readonly timeout: number | undefined;
  readonly dryRun: boolean;
  /** Path of the manifest file for GitOps; undefined: apply to the cluster. */
  readonly manifestFile: string | undefined;
  /** Whether an object that Argo CD or Flux manages may be changed. */
  readonly takeOver: boolean;
  /** Age in milliseconds after which a preview is swept. */
  readonly previewAge: number;
  /** Seconds to wait while another run changes the same object; undefined: no lease is used. */
  readonly lockTimeout: number | undefined;
  readonly record: RecordConfig;
  readonly writeBack: WriteBack;
  /** The agreed plan; undefined: any plan. */
  readonly plan: string | undefined;
  readonly onFailure: OnFailure;
  /** What a cancelled run does with what it changed. */
  readonly onCancel: 'keep' | 'rollback';
  readonly lockReason: string | undefined;
  /** Seconds; undefined: until it is unlocked. */
  readonly lockExpiry: number | undefined;
}

/** Settings of the GitHub deployment. */
export interface RecordConfig {
  /** Undefined: no GitHub deployment is created. */
  readonly environment: string | undefined;
  readonly isProduction: boolean;
  /** Whether it is for the temporary SeldonDeployment of a pull request. */
  readonly isPreview: boolean;
}
