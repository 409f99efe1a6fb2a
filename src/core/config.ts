/** The settings of one run, read once and readonly from then on. Modules declare the slice they need. */

export type Mode = 'direct';
export type Protocol = 'seldon' | 'v2';
export type ApiVersion = 'v1' | 'v1alpha2';
export type Access = 'api-server' | 'ingress';
export type OnFailure = 'rollback' | 'keep';
export type CommentPolicy = 'auto' | 'always' | 'never';

export interface RegistryConfig {
  readonly trackingUri: string | undefined;
  readonly token: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Storage behind the server's `mlflow-artifacts:/`, such as `s3://mlflow`. */
  readonly artifactsDestination: string | undefined;
  /** Prefix rewrites, applied in order, first match wins. */
  readonly storageUriMap: readonly { readonly from: string; readonly to: string }[];
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
  readonly protocol: Protocol;
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

export interface ProofConfig {
  readonly access: Access;
  readonly ingressUrl: string | undefined;
  /** `auto`, a JSON text, or the path of a JSON file. */
  readonly smokeRequest: string;
  /** A JSON text or `$.path == value` checks; see the README. */
  readonly smokeExpect: string | undefined;
}

export interface TellConfig {
  readonly comment: CommentPolicy;
  readonly pullRequest: number | undefined;
  readonly githubToken: string | undefined;
}

export interface Config {
  readonly modelUri: string;
  readonly mode: Mode;
  readonly registry: RegistryConfig;
  readonly cluster: ClusterConfig;
  readonly render: RenderConfig;
  readonly proof: ProofConfig;
  readonly tell: TellConfig;
  /** Seconds one rollout may take. Undefined: computed from the probes' budget and the number of replicas. */
  readonly timeout: number | undefined;
  readonly dryRun: boolean;
  readonly onFailure: OnFailure;
}
