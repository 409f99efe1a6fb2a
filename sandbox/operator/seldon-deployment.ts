/** The fields of a SeldonDeployment and of a pod that the operator reads and writes; all others are kept. */
import type { KubernetesObject } from '../kubernetes-object.ts';

export interface SeldonDeployment extends KubernetesObject {
  readonly spec: SeldonSpec;
  readonly status?: SeldonStatus;
}

export interface SeldonSpec {
  /** Deprecated; the webhook quotes it as the object's name. */
  readonly name?: string;
  readonly predictors: readonly Predictor[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly protocol?: string;
  readonly transport?: string;
  readonly serverType?: string;
  readonly replicas?: number;
}

export interface Predictor {
  readonly name: string;
  readonly graph: GraphNode;
  readonly componentSpecs?: readonly ComponentSpec[];
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly svcOrchSpec?: { readonly env?: readonly EnvVar[]; readonly resources?: unknown; readonly replicas?: number };
  readonly traffic?: number;
  readonly shadow?: boolean;
  readonly progressDeadlineSeconds?: number;
  readonly explainer?: Explainer;
}

export interface Explainer {
  /** None without one. */
  readonly type?: string;
  readonly modelUri?: string;
  readonly envSecretRefName?: string;
  readonly storageInitializerImage?: string;
  readonly containerSpec?: Partial<Container>;
  readonly replicas?: number;
}

export interface GraphNode {
  readonly name: string;
  readonly type?: string;
  readonly implementation?: string;
  readonly methods?: readonly string[];
  readonly endpoint?: Endpoint;
  readonly parameters?: readonly Parameter[];
  readonly modelUri?: string;
  readonly serviceAccountName?: string;
  readonly envSecretRefName?: string;
  readonly storageInitializerImage?: string;
  readonly logger?: { readonly mode?: string };
  readonly children?: readonly GraphNode[];
}

export interface Endpoint {
  readonly type?: string;
  readonly service_host?: string;
  readonly service_port?: number;
  readonly httpPort?: number;
  readonly grpcPort?: number;
}

export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
}

export interface ComponentSpec {
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: PodSpec;
  readonly replicas?: number;
  readonly hpaSpec?: {
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metricsv2?: readonly unknown[];
  };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly [source: string]: unknown }[];
  readonly [other: string]: unknown;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly ports?: readonly ContainerPort[];
  readonly env?: readonly EnvVar[];
  readonly volumeMounts?: readonly { readonly name: string; readonly [other: string]: unknown }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly [other: string]: unknown;
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly [source: string]: unknown;
}

export type Probe = Readonly<Record<string, unknown>>;

export interface SeldonStatus {
  readonly state?: 'Creating' | 'Available' | 'Failed';
  readonly description?: string;
  readonly replicas?: number;
  readonly address?: { readonly url: string };
  readonly conditions?: readonly Condition[];
  readonly deploymentStatus?: Readonly<Record<string, Replicas>>;
  readonly serviceStatus?: Readonly<Record<string, ServiceStatus>>;
}

/** Go omits zeros. */
export interface Replicas {
  readonly replicas?: number;
  readonly availableReplicas?: number;
}

export interface ServiceStatus {
  readonly svcName: string;
  readonly httpEndpoint: string;
  readonly grpcEndpoint?: string;
  readonly explainerFor?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime: string;
}

/** A node and its descendants, the node first. */
export function nodesOf(node: GraphNode): readonly GraphNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)];
}

const HARD_WIRED = ['UNKNOWN_IMPLEMENTATION', 'SIMPLE_MODEL', 'SIMPLE_ROUTER', 'RANDOM_ABTEST', 'AVERAGE_COMBINER'];

/** Any implementation that Seldon does not define is the name of a server in its configuration. */
export function isPrepackaged({ implementation }: GraphNode): boolean {
  return implementation !== undefined && !HARD_WIRED.includes(implementation);
}

/** The predictor's container of that name. */
export function containerOf({ componentSpecs = [] }: Predictor, name: string): Container | undefined {
  return componentSpecs.flatMap(({ spec }) => spec?.containers ?? []).find((container) => container.name === name);
}

export function hasEngine({ annotations }: Predictor): boolean {
  return annotations?.['seldon.io/no-engine']?.toLowerCase() !== 'true';
}

/** The executor has a Deployment of its own; an annotation of the object, not of the predictor. */
export function hasSeparateEngine({ spec }: SeldonDeployment): boolean {
  return spec.annotations?.['seldon.io/engine-separate-pod'] === 'true';
}

export function portOf({ ports = [] }: Container, name: string): number | undefined {
  return ports.find((port) => port.name === name)?.containerPort;
}

/** `v2` and `kfserving` are the same. */
export function isV2(protocol: string | undefined): boolean {
  return protocol === 'v2' || protocol === 'kfserving';
}
