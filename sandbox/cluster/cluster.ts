import { ADMIN, type AllowedAttempt, type SandboxUser, Users } from './access.ts';
import { startAutoscaler } from './autoscaler.ts';
import { kubeconfigFor, makeCertificate } from './certificate.ts';
import { GarbageCollector } from './deletion.ts';
import { DeploymentController } from './deployments.ts';
import { DirectApi } from './direct-api.ts';
import { EventRecorder } from './events.ts';
import type { Fault } from './faults.ts';
import { KINDS } from './kinds.ts';
import { Kubelet, type SandboxImage } from './kubelet.ts';
import { PodPorts } from './pod-ports.ts';
import { ReplicaSetController } from './replica-sets.ts';
import { Resources } from './resources.ts';
import { startScheduler } from './scheduler.ts';
import { ApiServer, type LoggedRequest } from './server.ts';
import { Store } from './store.ts';

export interface ClusterOptions {
  /** The length of one second of probes, back-offs and deadlines, in milliseconds; default 20. */
  readonly second?: number;
  /** The first namespaces; default `default` and `seldon`. The first is that of the kubeconfig's context. */
  readonly namespaces?: readonly string[];
  readonly images?: readonly SandboxImage[];
  /** The first is the user of `kubeconfig()`; default: an administrator. */
  readonly users?: readonly SandboxUser[];
  /** Default true. */
  readonly tls?: boolean;
  /** API groups or versions that this cluster lacks: `machinelearning.seldon.io`, `machinelearning.seldon.io/v1`. */
  readonly without?: readonly string[];
  /** Milliseconds between a watch's bookmarks; default one minute of the sandbox. */
  readonly bookmarkEvery?: number;
}

export interface SandboxCluster {
  readonly url: string;
  /** The certificate authority, PEM; undefined without TLS. */
  readonly ca: string | undefined;
  readonly api: DirectApi;
  /** All requests so far. */
  readonly requests: readonly LoggedRequest[];
  /** What users were allowed to do so far, in RBAC's words. */
  readonly allowed: readonly AllowedAttempt[];
  /** How many connections have been accepted so far. */
  readonly connections: number;
  /** Bytes of all bodies sent so far. */
  readonly bytesSent: number;
  /** A kubeconfig file's text for one of the users. */
  kubeconfig(user?: string): string;
  /** Makes the next matching requests fail. */
  fail(fault: Fault): void;
  /** Revokes the token: it is answered with 401. */
  revokeToken(token: string): void;
  /** Adds a user, or a new token of one. */
  allow(user: SandboxUser): void;
  /**
   * Forgets all changes until now. A watch that asks for them gets an event (`in-stream`, as servers with a
   * watch cache do) or HTTP 410 (`refused`).
   */
  compact(way?: 'in-stream' | 'refused'): void;
  /** Cuts the connections of all watches. */
  dropWatches(): void;
  /** Refuses connections for a while. */
  restart(downMs: number): Promise<void>;
  close(): Promise<void>;
}

const MINUTE = 60;

/** Starts a Kubernetes API with one node, on loopback, in this process. */
export async function startCluster(options: ClusterOptions = {}): Promise<SandboxCluster> {
  const { second = 20, namespaces = ['default', 'seldon'], images = [], tls = true } = options;
  const store = new Store();
  const users = new Users(options.users ?? [ADMIN]);
  const resources = new Resources(store);
  const api = new DirectApi(store, resources);
  const events = new EventRecorder(store);
  const ports = new PodPorts();
  const collector = new GarbageCollector(store);
  const kubelet = new Kubelet({ store, events, ports, images, second });
  const controllers = [
    new ReplicaSetController(store, events, second),
    new DeploymentController(store, events, second),
  ];
  const stopScheduler = startScheduler(store, events, second);
  const stopAutoscaler = startAutoscaler(store, second);
  const readLog = (uid: string, container: string, previous: boolean) => kubelet.log(uid, container, previous);
  const { without = [] } = options;
  const kinds = KINDS.filter(({ group }) => !without.includes(group));
  const certificate = tls ? await makeCertificate() : undefined;
  const bookmarkEvery = options.bookmarkEvery ?? MINUTE * second;
  const server = new ApiServer(
    { store, resources, users, ports, kinds, without, readLog },
    { certificate, bookmarkEvery },
  );
  for (const name of namespaces) {
    await api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await api.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
  }
  await server.listen();
  return {
    url: server.url,
    ca: certificate?.cert,
    api,
    requests: server.requests,
    allowed: users.allowed,
    get connections() {
      return server.connections;
    },
    get bytesSent() {
      return server.bytesSent;
    },
    kubeconfig: (user) =>
      kubeconfigFor({ url: server.url, ca: certificate?.cert }, users.named(user), namespaces[0] ?? 'default'),
    fail: (fault) => server.faults.add(fault),
    revokeToken: (token) => users.revoke(token),
    allow: (user) => users.allow(user),
    compact: (way = 'in-stream') => {
      store.compact();
      server.refuseOldWatches(way === 'refused');
    },
    dropWatches: () => server.dropWatches(),
    restart: (downMs) => server.restart(downMs),
    close: async () => {
      stopScheduler();
      stopAutoscaler();
      for (const controller of controllers) controller.close();
      collector.close();
      kubelet.close();
      await server.close();
    },
  };
}
