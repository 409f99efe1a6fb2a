import type { ContainerImage } from '../container.ts';
import { NODE } from './deletion.ts';
import type { EventRecorder } from './events.ts';
import { POD } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { PodPorts } from './pod-ports.ts';
import { type Node, PodRun } from './pod-run.ts';
import type { PodSpec, PodStatus } from './pods.ts';
import type { Store } from './store.ts';

/** A part of an image reference: the first match counts; an image without a match does not exist. */
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

const DEADLINE = 'Pod was active on the node longer than the specified deadline';

function isFailed({ status }: KubeObject): boolean {
  return (status as PodStatus | undefined)?.phase === 'Failed';
}

/** Runs the pods that the scheduler puts on the node. */
export class Kubelet {
  readonly #node: Node;
  readonly #runs = new Map<string, PodRun>();
  readonly #deadlines = new Map<string, NodeJS.Timeout>();
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
    for (const timer of this.#deadlines.values()) clearTimeout(timer);
  }

  /** Such a pod stays Failed until somebody deletes it. */
  #endAfter(pod: KubeObject, seconds: number): void {
    const uid = pod.metadata.uid ?? '';
    if (this.#deadlines.has(uid)) return;
    const status = { phase: 'Failed', reason: 'DeadlineExceeded', message: DEADLINE };
    const end = () =>
      this.#node.store.edit(POD, pod, (live) => ({ ...live, status: { ...(live.status as PodStatus), ...status } }));
    this.#deadlines.set(uid, setTimeout(end, seconds * this.#node.second));
  }

  #react(isGone: boolean, pod: KubeObject): void {
    const uid = pod.metadata.uid ?? '';
    const run = this.#runs.get(uid);
    const { activeDeadlineSeconds } = pod.spec as PodSpec;
    if (isGone) run?.stop();
    else if (pod.metadata.deletionTimestamp !== undefined) {
      if (isFailed(pod)) setImmediate(() => this.#node.store.remove(POD, pod));
      run?.stop();
    } else if (isFailed(pod)) run?.abandon();
    else if (activeDeadlineSeconds !== undefined) this.#endAfter(pod, activeDeadlineSeconds);
    if (run === undefined && !isGone && !isFailed(pod) && pod.metadata.deletionTimestamp === undefined) {
      const started = new PodRun(this.#node, pod);
      this.#runs.set(uid, started);
      void started.live().finally(() => this.#runs.delete(uid));
    }
  }
}
