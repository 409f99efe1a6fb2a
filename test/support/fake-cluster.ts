import type { HttpEndpoint } from '../../src/base/ports.ts';
import type { Cluster, LeaseStore, Observation } from '../../src/seldon/cluster.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { Deployment, Pod, Route } from '../../src/seldon/snapshot.ts';
import type { FakeClock } from './fake-clock.ts';

/** What the cluster shows from some moment on; parts left out stay as they were. */
export interface Moment {
  /** Milliseconds of the fake clock. */
  readonly at: number;
  readonly object?: SeldonDeployment | undefined;
  readonly deployments?: readonly Deployment[];
  readonly pods?: readonly Pod[];
  readonly routes?: readonly Route[];
}

/** Nobody else holds anything. */
const NO_LEASES: LeaseStore = {
  look: async () => undefined,
  askToStop: async () => false,
  answerStop: async () => true,
  readLock: async () => undefined,
  writeLock: async () => {},
  removeLock: async () => undefined,
};

/** A cluster that plays a script by the fake clock, and remembers what was done to it. */
export class FakeCluster implements Cluster {
  readonly server = 'https://cluster.example';
  readonly defaultNamespace = undefined;
  readonly applied: SeldonDeployment[] = [];
  readonly removed: string[] = [];
  reads = 0;
  readonly #clock: FakeClock;
  readonly #script: readonly Moment[];
  /** What was applied last: from then on it is what is read, with the script's status. */
  #stored: SeldonDeployment | undefined;
  /** From then on there is no object, until the script has another one. */
  #removedAt: number | undefined;

  constructor(clock: FakeClock, script: readonly Moment[]) {
    this.#clock = clock;
    this.#script = script;
  }

  #now<Key extends keyof Moment>(key: Key): Moment[Key] | undefined {
    return this.#script.findLast((moment) => moment.at <= this.#clock.now() && key in moment)?.[key];
  }

  #since(time: number): SeldonDeployment | undefined {
    return this.#script.findLast((one) => one.at > time && one.at <= this.#clock.now() && 'object' in one)?.object;
  }

  async list(): Promise<readonly SeldonDeployment[]> {
    return [];
  }

  async read(): Promise<SeldonDeployment | undefined> {
    this.reads++;
    const scripted = this.#removedAt === undefined ? this.#now('object') : this.#since(this.#removedAt);
    const { status } = scripted ?? {};
    return this.#stored === undefined ? scripted : { ...this.#stored, ...(status && { status }) };
  }

  async observe(): Promise<Observation> {
    const now = <Key extends 'deployments' | 'pods'>(key: Key) => this.#now(key) ?? [];
    const next = () => this.#script.find((moment) => moment.at > this.#clock.now())?.at ?? Number.POSITIVE_INFINITY;
    const clock = this.#clock;
    return {
      get deployments() {
        return now('deployments') as readonly Deployment[];
      },
      get pods() {
        return now('pods') as readonly Pod[];
      },
      change: (timeout) => clock.sleep(Math.min(timeout, next() - clock.now())),
      close: () => {},
    };
  }

  async routes(): Promise<readonly Route[]> {
    return this.#now('routes') ?? [];
  }

  async servedVersions(): Promise<readonly string[]> {
    return ['v1', 'v1alpha2'];
  }

  async apply(manifest: SeldonDeployment): Promise<SeldonDeployment> {
    this.applied.push(manifest);
    this.#stored = { ...manifest, metadata: { ...manifest.metadata, uid: 'uid-1', generation: this.applied.length } };
    return this.#stored;
  }

  async annotate(known: SeldonDeployment, annotations: Readonly<Record<string, string>>): Promise<SeldonDeployment> {
    const { metadata } = this.#stored ?? known;
    const noted = { ...metadata, annotations: { ...metadata.annotations, ...annotations } };
    this.#stored = { ...(this.#stored ?? known), metadata: noted };
    return this.#stored;
  }

  async acquireLease(): Promise<undefined> {}

  async releaseLease(): Promise<void> {}

  leases: LeaseStore = NO_LEASES;

  readonly removedDeployments: string[] = [];

  async removeDeployment({ name }: { readonly name: string }): Promise<void> {
    this.removedDeployments.push(name);
  }

  async remove(_ref: unknown, { metadata }: SeldonDeployment): Promise<void> {
    this.removed.push(metadata.uid ?? '');
    this.#removedAt = this.#clock.now();
    this.#stored = undefined;
  }

  async missingPermissions(): Promise<readonly never[]> {
    return [];
  }

  async logs(): Promise<string | undefined> {
    return undefined;
  }

  async events(): Promise<readonly never[]> {
    return [];
  }

  async secretKeys(): Promise<readonly string[]> {
    return [];
  }

  service(): HttpEndpoint {
    throw new Error('this fake has no Services');
  }

  pod(): HttpEndpoint {
    throw new Error('this fake has no way into pods');
  }

  close(): void {}
}
