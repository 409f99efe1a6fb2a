import type { HttpEndpoint } from '../base/ports.ts';
import type { HeldLeaseRecord, LeaseRecord } from './lease.ts';
import type { Permission } from './permission.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';
import type { Deployment, KubernetesEvent, Pod, Route } from './snapshot.ts';

export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}

export interface ApplyOptions {
  /** Checked by the server and its webhooks, not stored. */
  readonly dryRun: boolean;
}

/** The Kubernetes API, as far as one SeldonDeployment needs it. */
export interface Cluster {
  /** The server's URL without credentials, or the path of a file in its place; for messages. */
  readonly server: string;
  /** The namespace of the kubeconfig's context, or of the file. */
  readonly defaultNamespace: string | undefined;
  /** Undefined when there is none. @throws UserError seldon-not-installed when the API has no such kind. */
  read(ref: ObjectRef): Promise<SeldonDeployment | undefined>;
  /** All of a namespace. @throws UserError seldon-not-installed, cluster-forbidden */
  list(namespace: string): Promise<readonly SeldonDeployment[]>;
  /** Those of `wanted` that this user lacks in the namespace. */
  missingPermissions(namespace: string, wanted: readonly Permission[]): Promise<readonly Permission[]>;
  /**
   * Server-side apply with our field manager, forced, strict. When `metadata.resourceVersion` is set, it fails
   * with UserError object-changed if more than the status changed since that version; without it the object must
   * not exist.
   * @throws UserError manifest-refused with the server's or the webhook's sentence
   */
  apply(manifest: SeldonDeployment, options: ApplyOptions): Promise<SeldonDeployment>;
  /**
   * Writes annotations of an object, by server-side apply with a field manager of their own, and nothing else of it.
   * @throws UserError object-changed when more than the status changed since it was read
   */
  annotate(known: SeldonDeployment, annotations: Readonly<Record<string, string>>): Promise<SeldonDeployment>;
  /**
   * Deletes the object if nothing but its status changed since it was read; returns when the API accepted it.
   * @throws UserError object-changed when somebody changed or replaced it meanwhile
   */
  remove(ref: ObjectRef, known: SeldonDeployment): Promise<void>;
  /** Deletes a Deployment if it still has this uid. @throws UserError cluster-forbidden, object-changed */
  removeDeployment(ref: ObjectRef, uid: string | undefined): Promise<void>;
  /**
   * Starts watching the Deployments and Pods of one SeldonDeployment.
   * @param labels values of the label `seldon-deployment-id` on them: see `deploymentLabelsOf`
   */
  observe(ref: ObjectRef, labels: readonly string[]): Promise<Observation>;
  /** What the ingress does with one SeldonDeployment; empty where nothing is routed, known or ours to see. */
  routes(ref: ObjectRef): Promise<readonly Route[]>;
  /** Versions of SeldonDeployment that the API serves, such as `v1` and `v1alpha2`. */
  servedVersions(): Promise<readonly string[]>;
  /** Last lines of a container's log; undefined when the kubelet has none. */
  logs(pod: ObjectRef, container: string, options: LogOptions): Promise<string | undefined>;
  /** Events about one object, oldest first. */
  events(namespace: string, uid: string): Promise<readonly KubernetesEvent[]>;
  /** Key names of a Secret, never values; `missing`, or `forbidden` when we may not look. */
  secretKeys(ref: ObjectRef): Promise<readonly string[] | 'missing' | 'forbidden'>;
  /**
   * Takes or renews the turn to change one SeldonDeployment.
   * @param over whose turn has run out: taken over unless they gave a sign of life since
   * @returns who has it instead; undefined when it is ours
   */
  acquireLease(
    ref: ObjectRef,
    claim: LeaseRecord,
    over: HeldLeaseRecord | undefined,
  ): Promise<HeldLeaseRecord | undefined>;
  /** Gives the turn back; somebody else's stays. */
  releaseLease(ref: ObjectRef, claim: LeaseRecord): Promise<void>;
  /** HTTP to a Service through the API server's proxy. */
  service(ref: ObjectRef, port: string): HttpEndpoint;
  close(): void;
}

export interface LogOptions {
  /** The log of the container's previous run. */
  readonly previous: boolean;
  readonly tailLines: number;
}

/** A running watch: the latest known objects, and a way to wait for the next change. */
export interface Observation {
  readonly deployments: readonly Deployment[];
  readonly pods: readonly Pod[];
  /**
   * Resolves after the next change, or after `timeout` milliseconds without one.
   * @throws UserError when the watch cannot be kept up (forbidden, unauthorized, unreachable for too long)
   */
  change(timeout: number): Promise<void>;
  close(): void;
}
