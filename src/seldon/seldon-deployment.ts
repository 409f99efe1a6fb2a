/**
 * The fields of a SeldonDeployment that we write or read, as named in the CRD of Seldon Core 1.x, and the labels
 * and annotations that are ours. All other fields of a live object are copied unchanged, hence the
 * index signatures.
 */

export interface SeldonDeployment {
  apiVersion: string;
  kind: 'SeldonDeployment';
  metadata: ObjectMeta;
  spec: SeldonDeploymentSpec;
  status?: SeldonDeploymentStatus;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: readonly string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: readonly OwnerReference[];
  managedFields?: readonly ManagedFields[];
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: Record<string, unknown>;
}

export interface SeldonDeploymentSpec {
  name?: string;
  protocol?: string;
  annotations?: Record<string, string>;
  replicas?: number;
  predictors: Predictor[];
  [other: string]: unknown;
}

export interface Predictor {
  name: string;
  graph: GraphNode;
  componentSpecs?: ComponentSpec[];
  replicas?: number;
  traffic?: number;
  shadow?: boolean;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  progressDeadlineSeconds?: number;
  [other: string]: unknown;
}

export interface GraphNode {
  name: string;
  implementation?: string;
  modelUri?: string;
  children?: GraphNode[];
  parameters?: GraphParameter[];
  envSecretRefName?: string;
  serviceAccountName?: string;
  [other: string]: unknown;
}

export interface GraphParameter {
  name: string;
  type: string;
  value: string;
}

export interface ComponentSpec {
  metadata?: Record<string, unknown>;
  spec?: PodSpec;
  replicas?: number;
  [other: string]: unknown;
}

export interface PodSpec {
  containers: ContainerSpec[];
  [other: string]: unknown;
}

export interface ContainerSpec {
  name: string;
  [other: string]: unknown;
}

export interface SeldonDeploymentStatus {
  readonly state?: string;
  readonly description?: string;
  readonly replicas?: number;
  readonly conditions?: readonly StatusCondition[];
  /** By name: the Deployments that the operator knows of. It deletes no other one. */
  readonly deploymentStatus?: Readonly<Record<string, unknown>>;
  /** By name: the Services that the operator knows of. */
  readonly serviceStatus?: Readonly<Record<string, unknown>>;
}

export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** Our field manager for server-side apply: it owns every field that we render. */
export const FIELD_MANAGER = 'mlflow-to-seldon';
/** The field manager of the history, so that an apply of a manifest does not remove it. */
export const NOTES_MANAGER = 'mlflow-to-seldon-history';

const OWN = 'mlflow-to-seldon.github.io';
/** What the names of our annotations begin with. */
export const OWN_PREFIX = `${OWN}/`;

/**
 * Our annotations. `rollout` is on a predictor. Seldon copies it to the Deployment's pod template, which separates
 * a new rollout from an old one. Its value is hex, because the executor drops all annotations if one contains `=`.
 */
export const ANNOTATIONS = {
  rollout: `${OWN}/rollout`,
  rendered: `${OWN}/rendered`,
  /** Written by people on a predictor: the node of its graph that gets the model. */
  graphNode: `${OWN}/graph-node`,
  models: `${OWN}/models`,
  history: `${OWN}/history`,
  runUrl: `${OWN}/run-url`,
  commit: `${OWN}/commit`,
  actor: `${OWN}/actor`,
  pullRequest: `${OWN}/pull-request`,
  modelUri: `${OWN}/model-uri`,
  modelName: `${OWN}/model-name`,
  modelVersion: `${OWN}/model-version`,
  modelAlias: `${OWN}/model-alias`,
  modelRun: `${OWN}/model-run`,
  previousModelUri: `${OWN}/previous-model-uri`,
  /** On the Lease. */
  mode: `${OWN}/mode`,
  stop: `${OWN}/stop`,
  stopping: `${OWN}/stopping`,
  lock: `${OWN}/lock`,
} as const;

/** Seldon's annotations and labels that we use (seldon-core v1.17.1, `seldondeployment_types.go`). */
export const SELDON = {
  restTimeout: 'seldon.io/rest-timeout',
  noEngine: 'seldon.io/no-engine',
  serviceName: 'seldon.io/svc-name',
  /** In `spec.annotations`: each orchestrator has a Deployment of its own. */
  separateEngine: 'seldon.io/engine-separate-pod',
  /** In `spec.annotations` of a second object: Seldon 0.2 and 0.3 (weight), up to 1.0 (shadow). */
  ambassadorWeight: 'seldon.io/ambassador-weight',
  ambassadorShadow: 'seldon.io/ambassador-shadow',
  ambassadorServiceName: 'seldon.io/ambassador-service-name',
  deploymentLabel: 'seldon-deployment-id',
  predictorLabel: 'version',
} as const;

export const MAIN_PREDICTOR = 'main';
export const MODEL_NODE = 'prediction';
