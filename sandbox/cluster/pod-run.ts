import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerContext, ContainerImage } from '../container.ts';
import { ContainerRun, type PodSurroundings, type Starting } from './container-run.ts';
import { environmentOf, expand } from './environment.ts';
import type { EventRecorder } from './events.ts';
import { POD } from './kinds.ts';
import { type KubeObject, timestamp } from './objects.ts';
import type { PodPorts } from './pod-ports.ts';
import { podStatus } from './pod-status.ts';
import type { ContainerSpec, PodSpec, PodStatus } from './pods.ts';
import { portBehind } from './proxy.ts';
import type { Store } from './store.ts';

export interface Node {
  readonly store: Store;
  readonly events: EventRecorder;
  readonly ports: PodPorts;
  /** Milliseconds of one second. */
  readonly second: number;
  imageOf(reference: string): ContainerImage | undefined;
}

/** Seconds until a pod's network exists, and after an init container's end. */
const SETUP = 0.3;

/** One pod on the node, from its first status to its last. */
export class PodRun {
  readonly #node: Node;
  readonly #pod: KubeObject;
  readonly #spec: PodSpec;
  readonly #inits: readonly ContainerRun[];
  readonly #mains: readonly ContainerRun[];
  readonly #stopping = new AbortController();
  /** By the volume that is mounted as the folder of a model. */
  readonly #models = new Map<string, Map<string, string>>();
  readonly #startTime = timestamp();
  #hasSandbox = false;
  #isInitialized: boolean;
  #isOver = false;
  #pending: NodeJS.Timeout | undefined;
  #isAbandoned = false;

  constructor(node: Node, pod: KubeObject) {
    this.#node = node;
    this.#pod = pod;
    this.#spec = pod.spec as PodSpec;
    const { containers, initContainers = [] } = this.#spec;
    this.#inits = initContainers.map((spec) => new ContainerRun(this.#surroundings(spec), spec, 'initContainers'));
    this.#mains = containers.map((spec) => new ContainerRun(this.#surroundings(spec), spec, 'containers'));
    this.#isInitialized = this.#inits.length === 0;
  }

  log(container: string, previous: boolean): readonly string[] | undefined {
    return [...this.#inits, ...this.#mains].find(({ spec }) => spec.name === container)?.log(previous);
  }

  /** Resolves when the pod has been stopped and removed from the store. */
  async live(): Promise<void> {
    const { ports, second } = this.#node;
    const uid = this.#pod.metadata.uid ?? '';
    if (this.#isInitialized) for (const run of this.#mains) run.wait('ContainerCreating');
    this.#write();
    const declared = [...this.#spec.containers, ...(this.#spec.initContainers ?? [])].flatMap((one) => one.ports ?? []);
    await ports.reserve(uid, [...new Set(declared.map(({ containerPort }) => containerPort))]);
    await this.#pause(SETUP * second);
    this.#hasSandbox = true;
    for (const init of this.#inits) {
      await init.live(true);
      await this.#pause(SETUP * second);
    }
    if (!this.#stopping.signal.aborted) {
      this.#isInitialized = true;
      this.#changed();
      await Promise.all(this.#mains.map((run) => run.live(false)));
    }
    this.#finish();
  }

  stop(): void {
    if (this.#stopping.signal.aborted) return;
    for (const run of this.#mains.filter(({ status }) => status.state.running !== undefined)) {
      const message = `Stopping container ${run.spec.name}`;
      const fieldPath = `spec.containers{${run.spec.name}}`;
      this.#report({ type: 'Normal', reason: 'Killing', message, fieldPath });
    }
    this.#stopping.abort();
  }

  /** The node goes down: nothing is written any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#stopping.abort();
  }

  #finish(): void {
    this.#isOver = true;
    this.#write();
    if (!this.#isAbandoned) this.#node.store.remove(POD, this.#pod);
  }

  #surroundings(spec: ContainerSpec): PodSurroundings {
    const { metadata } = this.#pod;
    const { second, ports } = this.#node;
    const uid = metadata.uid ?? '';
    const numberOf = (port: number | string) =>
      typeof port === 'number' ? port : (spec.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));
    return {
      label: `${metadata.name}_${metadata.namespace}(${uid})`,
      second,
      grace: (this.#spec.terminationGracePeriodSeconds ?? 30) * second,
      signal: this.#stopping.signal,
      target: {
        portOf: (port) => ports.portOf(uid, numberOf(port)),
        addressOf: (port) => `${ports.addressOf(uid)}:${numberOf(port)}`,
      },
      imageOf: (reference) => this.#node.imageOf(reference),
      start: (starting) => this.#start(starting),
      report: (occurrence) => this.#report(occurrence),
      onChange: () => this.#changed(),
    };
  }

  #start({ spec, image, log, signal }: Starting) {
    const { store, ports, second } = this.#node;
    const uid = this.#pod.metadata.uid ?? '';
    const env = environmentOf(store, { pod: this.#pod, podIP: ports.addressOf(uid) }, spec);
    const context: ContainerContext = {
      image: spec.image ?? '',
      args: (spec.args ?? []).map((arg) => expand(arg, env)),
      env,
      annotations: this.#pod.metadata.annotations ?? {},
      portOf: (containerPort) => ports.portOf(uid, containerPort),
      portBehind: (host, port) => portBehind({ store, ports }, host, port),
      models: this.#folderOf(spec),
      log,
      signal,
      second,
    };
    return Promise.resolve().then(() => image(context));
  }

  #folderOf({ volumeMounts = [] }: ContainerSpec): Map<string, string> {
    const volume = volumeMounts.find(({ mountPath }) => mountPath === '/mnt/models')?.name ?? '';
    const folder = this.#models.get(volume) ?? new Map<string, string>();
    this.#models.set(volume, folder);
    return folder;
  }

  #report(occurrence: Parameters<PodSurroundings['report']>[0]): void {
    if (!this.#isAbandoned) this.#node.events.record(this.#pod, { ...occurrence, component: 'kubelet' });
  }

  /** Changes within a short time are written together. */
  #changed(): void {
    this.#pending ??= setTimeout(() => this.#write(), this.#node.second / 50);
  }

  #write(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    if (this.#isAbandoned) return;
    const situation = {
      podIP: this.#node.ports.addressOf(this.#pod.metadata.uid ?? ''),
      hasSandbox: this.#hasSandbox,
      isInitialized: this.#isInitialized,
      isOver: this.#isOver,
      inits: this.#inits,
      mains: this.#mains,
      startTime: this.#startTime,
    };
    this.#node.store.edit(POD, this.#pod, (live) => ({
      ...live,
      status: podStatus((live.status ?? {}) as PodStatus, situation),
    }));
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
