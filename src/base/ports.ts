/** The outside world on one page: what the steps may ask of it, in our words; GitHub is in `ports-github.ts`. Adapters implement these. */

import type { Model, ModelDetails } from '../model/model.ts';
import type { Claim, StandingClaim } from '../seldon/lease.ts';
import type { Permission } from '../seldon/permissions.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Deployment, KubernetesEvent, Pod, Route } from '../seldon/snapshot.ts';
import type { WriteBack } from '../settings/record-inputs.ts';

/** Where models are registered and described (MLflow). */
export interface ModelRegistry {
  /**
   * Turns any model URI into one immutable storage URI with what is known about the model.
   * @throws UserError model-*, registry-*, artifacts-unreachable
   */
  resolve(uri: string): Promise<Model>;
  /** Writes aliases and tags of a registered version. @throws UserError registry-*, model-* */
  note(model: { readonly name: string; readonly version: string }, notes: WriteBack): Promise<void>;
  /** What people wrote about a model; undefined where the registry does not say. Never throws. */
  details(model: Pick<Model, 'name' | 'version' | 'runId'>): Promise<ModelDetails | undefined>;
}

export type { Permission };

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
  /** Starts watching the Deployments and Pods of one SeldonDeployment. */
  observe(ref: ObjectRef): Promise<Observation>;
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
  takeTurn(ref: ObjectRef, claim: Claim, over: StandingClaim | undefined): Promise<StandingClaim | undefined>;
  /** Gives the turn back; somebody else's stays. */
  giveTurn(ref: ObjectRef, claim: Claim): Promise<void>;
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

/** Something that answers HTTP: a model container, a predictor, the public endpoint. */
export interface HttpEndpoint {
  /** For messages: a URL, or `Service wine-main through the API server`. */
  readonly description: string;
  /** @throws UserError cluster-* when the way there fails; any answer of the other side is a value. */
  send(exchange: HttpExchange): Promise<HttpAnswer>;
}

export interface HttpExchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

export type HttpAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly latency: number }
  /** Nobody answered: refused, reset, timed out, name unknown, certificate not trusted. */
  | { readonly kind: 'unreachable'; readonly message: string; readonly latency: number };

/** Opens the public endpoint. */
export type OpenEndpoint = (baseUrl: string) => HttpEndpoint;

/** Where the cluster's metrics are kept (Prometheus). */
export interface Metrics {
  /**
   * The value of a PromQL expression now; undefined when there is no series.
   * @throws UserError metrics-unreachable
   */
  query(expression: string): Promise<number | undefined>;
}

/** A subset of the shape of `@actions/core`, so that the package itself fits. */
export interface Runner {
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  startGroup(name: string): void;
  endGroup(): void;
  setOutput(name: string, value: string): void;
  /** Kept for the step that runs after the job, whatever happens to this one. */
  saveState(name: string, value: string): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** @param until ends it early, without an error */
  sleep(milliseconds: number, until?: AbortSignal): Promise<void>;
}

/** The workspace and the runner's files. */
export interface Workspace {
  /** Reads the file that an input names, inside the workspace. @throws UserError bad-input when it is missing or outside. */
  read(path: string, input: string): Promise<string>;
  /** Writes an artifact of the run; returns its path. */
  write(name: string, content: string): Promise<string>;
  /** Appends to the job summary. */
  summarize(markdown: string): Promise<void>;
}
