/** A container image in the sandbox: a function that runs in this process. The kubelet calls it. */
export interface ContainerContext {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The pod's annotations, as the downward API gives them. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The loopback port of a container port of the same pod; every pod has its own ports. */
  portOf(containerPort: number): number;
  /** The loopback port behind a Service's name in the cluster; undefined where no pod of it is ready. */
  portBehind(host: string, port: number): number | undefined;
  /** The pod's shared model folder (/mnt/models) of one node: file name → content. Its storage initializer fills it. */
  readonly models: Map<string, string>;
  /** One line of the container's log. */
  log(line: string): void;
  /** Aborted when the pod is deleted: the container must stop and resolve `exited`. */
  readonly signal: AbortSignal;
  /** The length of one real second here, in milliseconds. */
  readonly second: number;
}

export interface ContainerExit {
  readonly exitCode: number;
  /** `OOMKilled` if the kernel killed it; default `Completed` or `Error`. */
  readonly reason?: string;
}

/** Starts the container; resolves when its process ends. */
export type ContainerImage = (context: ContainerContext) => Promise<ContainerExit>;
