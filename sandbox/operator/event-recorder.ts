import type { KubernetesClient } from '../kubernetes-client.ts';
import { EVENT } from './kinds.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';

interface Known {
  readonly name: string;
  count: number;
}

/** Writes Events about SeldonDeployments; a repeated one is counted. An Event that cannot be written is lost. */
export class EventRecorder {
  readonly #client: KubernetesClient;
  readonly #known = new Map<string, Known>();
  #serial = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  record(sdep: SeldonDeployment, reason: string, message: string): void {
    this.#last = this.#last.then(() => this.#write(sdep, reason, message)).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#last;
  }

  #write(sdep: SeldonDeployment, reason: string, message: string): Promise<unknown> {
    const { name, namespace = 'default', uid = '', resourceVersion = '' } = sdep.metadata;
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    const key = JSON.stringify([uid, reason, message.slice(0, 200)]);
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.count++;
      const change = { count: known.count, lastTimestamp: now, message };
      return this.#client.merge(EVENT, { namespace, name: known.name }, change);
    }
    const serial = BigInt(Date.now()) * 1_000_000n + BigInt(this.#serial++);
    const event = `${name}.${serial.toString(16)}`;
    this.#known.set(key, { name: event, count: 1 });
    const { apiVersion, kind } = sdep;
    return this.#client.create(EVENT, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: event, namespace },
      involvedObject: { apiVersion, kind, name, namespace, uid, resourceVersion },
      type: reason === 'InternalError' || reason === 'UpdateFailed' ? 'Warning' : 'Normal',
      reason,
      message,
      source: { component: 'seldon-controller-manager' },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  }
}
