import type { Kind, KubernetesObject } from '../kubernetes-object.ts';
import type { PodSpec } from './seldon-deployment.ts';

export const SELDON_DEPLOYMENT: Kind = {
  apiVersion: 'machinelearning.seldon.io/v1',
  kind: 'SeldonDeployment',
  plural: 'seldondeployments',
};
export const LEGACY_SELDON_DEPLOYMENT: Kind = {
  ...SELDON_DEPLOYMENT,
  apiVersion: 'machinelearning.seldon.io/v1alpha2',
};
export const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' };
export const SERVICE: Kind = { apiVersion: 'v1', kind: 'Service', plural: 'services' };
export const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
export const MAPPING: Kind = { apiVersion: 'getambassador.io/v2', kind: 'Mapping', plural: 'mappings' };
export const VIRTUAL_SERVICE: Kind = {
  apiVersion: 'networking.istio.io/v1beta1',
  kind: 'VirtualService',
  plural: 'virtualservices',
};
export const DESTINATION_RULE: Kind = {
  apiVersion: 'networking.istio.io/v1beta1',
  kind: 'DestinationRule',
  plural: 'destinationrules',
};

export const AUTOSCALER: Kind = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
};

export interface Deployment extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: { readonly metadata: unknown; readonly spec: PodSpec };
    readonly [other: string]: unknown;
  };
  readonly status?: DeploymentStatus;
}

export interface DeploymentStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: 'True' | 'False' | 'Unknown';
    readonly reason?: string;
    readonly message?: string;
  }[];
}

export interface Service extends KubernetesObject {
  readonly spec: {
    readonly ports: readonly ServicePort[];
    readonly selector: Readonly<Record<string, string>>;
    readonly [other: string]: unknown;
  };
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: string;
}

export interface Mapping extends KubernetesObject {
  readonly spec: MappingSpec;
}

export interface MappingSpec {
  readonly prefix: string;
  readonly prefix_regex?: boolean;
  readonly grpc?: boolean;
  readonly rewrite: string;
  /** `wine-main.seldon:8000`. */
  readonly service: string;
  readonly timeout_ms?: number;
  readonly cluster_tag?: string;
  /** Header name → value, or true for any. */
  readonly headers?: Readonly<Record<string, string | boolean>>;
  /** Percent. Without one, a Mapping gets the rest of its prefix. */
  readonly weight?: number;
  readonly shadow?: boolean;
}

export interface VirtualService extends KubernetesObject {
  readonly spec: { readonly http: readonly VirtualRoute[]; readonly [other: string]: unknown };
}

export interface VirtualRoute {
  readonly match: readonly { readonly uri: { readonly prefix?: string; readonly regex?: string }; headers?: unknown }[];
  readonly rewrite?: { readonly uri: string };
  /** A weight of 0 is omitted. */
  readonly route: readonly { readonly destination: Destination; readonly weight?: number }[];
  readonly mirror?: Destination;
  readonly mirrorPercentage?: { readonly value: number };
}

export interface Autoscaler extends KubernetesObject {
  readonly spec: unknown;
}

export interface DestinationRule extends KubernetesObject {
  readonly spec: unknown;
}

export interface Destination {
  readonly host: string;
  readonly subset: string;
  readonly port: { readonly number: number };
}
