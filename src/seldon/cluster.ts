import type { HttpEndpoint } from '../base/ports.ts';
import type { HeldLeaseRecord, LeaseRecord, Lock } from './lease.ts';
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

/** What is kept beside a SeldonDeployment, next to the turn itself: requests to stop, and people's locks. */
export interface LeaseStore {
  /** The holder of the lease; undefined if there is none. */
  look(ref: ObjectRef): Promise<HeldLeaseRecord | undefined>;
  /** Asks the holder to stop. @returns false when that one no longer holds it */
  askToStop(ref: ObjectRef, holder: string, by: string): Promise<boolean>;
  /** The holder answers that it stops. */
  answerStop(ref: ObjectRef, holder: string): Promise<boolean>;
  readLock(ref: ObjectRef): Promise<Lock | undefined>;
  writeLock(ref: ObjectRef, lock: Lock): Promise<void>;
  /** @returns the lock that was there */
  removeLock(ref: ObjectRef): Promise<Lock | undefined>;
}

/** The Kubernetes API, as far as one SeldonDeployment needs it. */
export interface Cluster {
  /** The server's URL without credentials, or the path of a file in its place; for messages. */
  readonly server: string;
  /** The namespace of the kubeconfig's context, or of the file. */
  readonly defaultNamespace: string | undefined;
  /** Undefined if it does not exist. @throws UserError seldon-not-installed if the API does not have this kind. */
  read(ref: ObjectRef): Promise<SeldonDeployment | undefined>;
  /** All SeldonDeployments of a namespace. @throws UserError seldon-not-installed, cluster-forbidden */
  list(namespace: string): Promise<readonly SeldonDeployment[]>;
  /** The permissions in `wanted` that this user does not have in the namespace. */
  missingPermissions(namespace: string, wanted: readonly Permission[]): Promise<readonly Permission[]>;
  /**
   * Server-side apply with our field manager, forced, strict. When `metadata.resourceVersion` is set, it fails
   * with UserError object-changed if more than the status changed since that version; without it the object must
   * not exist.
   * @throws UserError manifest-refused with the message of the server or the webhook
   */
  apply(manifest: SeldonDeployment, options: ApplyOptions): Promise<SeldonDeployment>;
  /**
   * Writes only annotations of an object, by server-side apply with a separate field manager.
   * @throws UserError object-changed if more than the status changed since it was read
   */
  annotate(known: SeldonDeployment, annotations: Readonly<Record<string, string>>): Promise<SeldonDeployment>;
  /**
   * Deletes the object if nothing but its status changed since it was read; returns when the API accepted it.
   * @throws UserError object-changed if it was changed or replaced since
   */
  remove(ref: ObjectRef, known: SeldonDeployment): Promise<void>;
  /** Deletes a Deployment if it still has this uid. @throws UserError cluster-forbidden, object-changed */
  removeDeployment(ref: ObjectRef, uid: string | undefined): Promise<void>;
  /**
   * Starts watching the Deployments and Pods of one SeldonDeployment.
   * @param labels values of the label `seldon-deployment-id` on them: see `deploymentLabelsOf`
   */
  observe(ref: ObjectRef, labels: readonly string[]): Promise<Observation>;
  /**
   * What the ingress does with one SeldonDeployment; empty where nothing is routed, known or ours to see.
   * @param kinds default: all
   */
  routes(ref: ObjectRef, kinds?: readonly Route['kind'][]): Promise<readonly Route[]>;
  /** Versions of SeldonDeployment that the API serves, such as `v1` and `v1alpha2`. */
  servedVersions(): Promise<readonly string[]>;
  /** Last lines of a container's log; undefined if the kubelet has none. */
  logs(pod: ObjectRef, container: string, options: LogOptions): Promise<string | undefined>;
  /** Events about one object, oldest first. */
  events(namespace: string, uid: string): Promise<readonly KubernetesEvent[]>;
  /** Key names of a Secret, never values; `missing`, or `forbidden` without permission to read it. */
  secretKeys(ref: ObjectRef): Promise<readonly string[] | 'missing' | 'forbidden'>;
  /**
   * Acquires or renews the lease of one SeldonDeployment.
   * @param over an expired lease: it is taken over unless it was renewed since
   * @returns the current holder if it is another run; undefined if we hold the lease
   */
  acquireLease(
    ref: ObjectRef,
    claim: LeaseRecord,
    over: HeldLeaseRecord | undefined,
  ): Promise<HeldLeaseRecord | undefined>;
  /** Releases our lease. It never releases the lease of another run. */
  releaseLease(ref: ObjectRef, claim: LeaseRecord): Promise<void>;
  /** Requests to stop, and people's locks. */
  readonly leases: LeaseStore;
  /** HTTP to a Service through the API server's proxy. */
  service(ref: ObjectRef, port: string): HttpEndpoint;
  /** HTTP to one pod through the API server's proxy. */
  pod(ref: ObjectRef, port: string): HttpEndpoint;
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
   * @throws UserError if the watch cannot be continued (forbidden, unauthorized, unreachable for too long)
   */
  change(timeout: number): Promise<void>;
  close(): void;
}
