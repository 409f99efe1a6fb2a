import { setTimeout as delay } from 'node:timers/promises';
import { KubernetesClient } from '../kubernetes-client.ts';
import type { Collection } from '../kubernetes-collection.ts';
import type { Kind, KubernetesObject } from '../kubernetes-object.ts';
import { ENGINE, ENGINE_HTTP_PORT } from '../operator/engine.ts';
import type { Samples } from './samples.ts';
import { readingsOf } from './text-format.ts';

interface Pod extends KubernetesObject {
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
}

const POD: Kind = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' };
/** Milliseconds until a scrape times out. */
const TIMEOUT = 1_000;

/** Reads the metrics of every executor in the cluster periodically, through the API server's pod proxy. */
export class Scraper {
  readonly #client: KubernetesClient;
  readonly #samples: Samples;
  readonly #closing = new AbortController();
  #life: Promise<void> | undefined;

  constructor(kubeconfig: string, samples: Samples) {
    this.#client = new KubernetesClient(kubeconfig);
    this.#samples = samples;
  }

  /** @param every milliseconds between two rounds; a second call changes nothing */
  start(every: number): void {
    this.#life ??= this.#live(every).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) throw error;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#client.close();
    await this.#life;
  }

  async #live(every: number): Promise<never> {
    const pods = await this.#client.follow<Pod>(POD, () => undefined);
    for (;;) {
      await Promise.all([this.#round(pods), delay(every, undefined, { signal: this.#closing.signal })]);
    }
  }

  async #round(pods: Collection<Pod>): Promise<void> {
    const targets = pods.list().filter(({ spec }) => spec?.containers?.some(({ name }) => name === ENGINE));
    await Promise.all(targets.map((pod) => this.#scrape(pod)));
  }

  async #scrape({ metadata }: Pod): Promise<void> {
    const { name, namespace = '' } = metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}:${ENGINE_HTTP_PORT}/proxy/prometheus`;
    const time = Date.now();
    const page = await this.#read(path).catch(() => undefined);
    // Labels of the target, as the usual relabelling sets them.
    for (const { labels, ...reading } of readingsOf(page ?? ''))
      this.#samples.add({ ...reading, labels: { ...labels, namespace, pod: name } }, time);
  }

  /** Undefined where nothing listens. */
  async #read(path: string): Promise<string | undefined> {
    const signal = AbortSignal.timeout(TIMEOUT);
    const message = await this.#client.open({ method: 'GET', path }, { signal });
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    return message.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : undefined;
  }
}
