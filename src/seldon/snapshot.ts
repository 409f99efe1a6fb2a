import type { ObjectMeta, SeldonDeployment, StatusCondition } from './seldon-deployment.ts';

/** The state of one SeldonDeployment and its objects in the cluster at one time. */
export interface Snapshot {
  /** Undefined if the object does not exist. */
  readonly seldonDeployment: SeldonDeployment | undefined;
  /** Deployments with the label of the SeldonDeployment and controlled by its uid. */
  readonly deployments: readonly Deployment[];
  /** Pods with the label of the SeldonDeployment. */
  readonly pods: readonly Pod[];
  /** Undefined: not read yet. Empty: no routing object exists. */
  readonly routes: readonly Route[] | undefined;
  /** Those of pods that have not started, oldest first; undefined: not read. */
  readonly events?: readonly KubernetesEvent[] | undefined;
}

export interface Deployment {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly template: { readonly metadata?: Partial<ObjectMeta>; readonly spec?: PodTemplateSpec };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly unavailableReplicas?: number;
    readonly conditions?: readonly StatusCondition[];
  };
}

export interface PodTemplateSpec {
  readonly containers?: readonly {
    readonly name: string;
    readonly image?: string;
    readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    readonly readinessProbe?: { readonly initialDelaySeconds?: number };
  }[];
  readonly initContainers?: readonly { readonly name: string; readonly args?: readonly string[] }[];
}

export interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec?: PodTemplateSpec;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly StatusCondition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly image?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface KubernetesEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly involvedObject: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

/** One routing object of the ingress, in terms common to Istio and Emissary. */
export interface Route {
  /** `Service`: the Mapping is in its annotation, as in Ambassador before it had its own kinds. */
  readonly kind: 'VirtualService' | 'Mapping' | 'Service';
  /** Of a Service's annotation: `ambassador/v0`, `ambassador/v1`. */
  readonly dialect?: string;
  readonly name: string;
  readonly backends: readonly RouteBackend[];
}

export interface RouteBackend {
  /** Name of the predictor's Service, without namespace and port. */
  readonly service: string;
  /** Percent. Undefined: no weight is set (Emissary gives it the remainder). */
  readonly weight: number | undefined;
  readonly mirrored: boolean;
}
