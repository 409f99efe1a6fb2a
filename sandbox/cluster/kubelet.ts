import type { ContainerImage } from '../container.ts';
import { NODE } from './deletion.ts';
import type { EventRecorder } from './events.ts';
import { POD } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { PodPorts } from './pod-ports.ts';
import { type Node, PodRun } from './pod-run.ts';
import type { PodSpec } from './pods.ts';
import type { Store } from './store.ts';

/** What an image reference contains: the first that matches counts; an image that nothing matches does not exist. */
export interface SandboxImage {
  /** The whole reference as the pod has it, or a pattern in it. */
  readonly match: RegExp | string;
  readonly image: ContainerImage;
}

export interface KubeletOptions {
  readonly store: Store;
  readonly events: EventRecorder;
  readonly ports: PodPorts;
  readonly images: readonly SandboxImage[];
  readonly second: number;
}

/** Runs the pods that the scheduler puts on the node. */
export class Kubelet {
  readonly #node: Node;
  readonly #runs = new Map<string, PodRun>();
  readonly #stopListening: () => void;

  constructor({ images, ...options }: KubeletOptions) {
    const imageOf = (reference: string) =>
      images.find(({ match }) => (typeof match === 'string' ? match === reference : match.test(reference)))?.image;
    this.#node = { ...options, imageOf };
    this.#stopListening = options.store.listen(({ kind, type, object }) => {
      if (kind === POD && (object.spec as PodSpec).nodeName === NODE) this.#react(type === 'DELETED', object);
    });
  }

  log(uid: string, container: string, previous: boolean): readonly string[] | undefined {
    return this.#runs.get(uid)?.log(container, previous);
  }

  close(): void {
    this.#stopListening();
    for (const run of this.#runs.values()) run.abandon();
  }

  #react(isGone: boolean, pod: KubeObject): void {
    const uid = pod.metadata.uid ?? '';
    const run = this.#runs.get(uid);
    if (isGone || pod.metadata.deletionTimestamp !== undefined) run?.stop();
    else if (run === undefined) {
      const started = new PodRun(this.#node, pod);
      this.#runs.set(uid, started);
      void started.live().finally(() => this.#runs.delete(uid));
    }
  }
}
