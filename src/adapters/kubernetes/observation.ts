import type { ObjectRef, Observation } from '../../seldon/cluster.ts';
import { SELDON } from '../../seldon/seldon-deployment.ts';
import type { Deployment, Pod } from '../../seldon/snapshot.ts';
import type { ApiConnection } from './connection/connection.ts';
import { WatchedCollection } from './watch.ts';

/** The Deployments and Pods of one SeldonDeployment, with one shared watch for all observers. */
export class WatchedRollout {
  readonly #deployments: WatchedCollection<Deployment>;
  readonly #pods: WatchedCollection<Pod>;
  readonly #waiting = new Set<() => void>();
  #changes = 0;
  #failure: { readonly error: unknown } | undefined;

  /** @param labels values of `seldon-deployment-id`: separate orchestrators have one of their own */
  constructor(connection: ApiConnection, { namespace }: ObjectRef, labels: readonly string[]) {
    const [label, ...more] = labels;
    const labelSelector =
      more.length === 0 ? `${SELDON.deploymentLabel}=${label}` : `${SELDON.deploymentLabel} in (${labels.join(',')})`;
    const within = encodeURIComponent(namespace);
    const listener = { onChange: () => this.#changed(), onFailure: (error: unknown) => this.#failed(error) };
    const deployments = { path: `/apis/apps/v1/namespaces/${within}/deployments`, labelSelector };
    const pods = { path: `/api/v1/namespaces/${within}/pods`, labelSelector };
    this.#deployments = new WatchedCollection(
      connection,
      { ...deployments, asked: { resource: 'deployments.apps', namespace } },
      listener,
    );
    this.#pods = new WatchedCollection(connection, { ...pods, asked: { resource: 'pods', namespace } }, listener);
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves after both first lists. @throws UserError cluster-* */
  async start(): Promise<void> {
    try {
      await Promise.all([this.#deployments.start(), this.#pods.start()]);
    } catch (error) {
      this.#failed(error);
      this.close();
      throw error;
    }
  }

  /** A separate view for one observer. It reports every change since its last call. */
  view(): Observation {
    let seen = this.#changes;
    const change = async (timeout: number) => {
      if (seen === this.#changes && this.#failure === undefined) await this.#nextChange(timeout);
      seen = this.#changes;
      if (this.#failure !== undefined) throw this.#failure.error;
    };
    const deployments = () => this.#deployments.objects;
    const pods = () => this.#pods.objects;
    return {
      get deployments() {
        return deployments();
      },
      get pods() {
        return pods();
      },
      change,
      // The watch continues until the cluster is closed, because the same run may observe again.
      close: () => {},
    };
  }

  close(): void {
    this.#deployments.close();
    this.#pods.close();
    this.#wake();
  }

  #nextChange(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      this.#waiting.add(done);
    });
  }

  #changed(): void {
    this.#changes++;
    this.#wake();
  }

  #failed(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }
}
