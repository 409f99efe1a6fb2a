import { isDeepStrictEqual } from 'node:util';
import {
  type Backend,
  groupsOfMappings,
  groupsOfVirtualServices,
  type RouteGroup,
} from '../../sandbox/gateway/routing-table.ts';
import type { Collection } from '../../sandbox/kubernetes-collection.ts';
import type { KubernetesObject } from '../../sandbox/kubernetes-object.ts';
import type { Mapping, Service, VirtualService } from '../../sandbox/operator/kinds.ts';
import {
  backendsOf,
  bootstrapOf,
  clusterOf,
  clustersOf,
  type Endpoint,
  endpointsOf,
  routesOf,
} from './envoy-config.ts';
import type { EnvoyProcess } from './envoy-process.ts';

/** The pods of a Service. */
export interface EndpointSlice extends KubernetesObject {
  readonly ports: readonly { readonly name: string; readonly port: number }[] | null;
  readonly endpoints:
    | readonly {
        readonly addresses: readonly string[];
        /** Ready is only who is not terminating. */
        readonly conditions: { readonly ready?: boolean };
      }[]
    | null;
}

/** What of the cluster's API an ingress is made of. */
export interface Watched {
  readonly mappings: Collection<Mapping>;
  readonly virtualServices: Collection<VirtualService>;
  readonly services: Collection<Service>;
  readonly slices: Collection<EndpointSlice>;
}

/**
 * Milliseconds by which routes follow the API later than endpoints do, as in an ingress of several replicas, or one that
 * collects changes. What is taken away while requests are still routed to it is seen to fail.
 */
const LAG = 2_000;

const CLUSTERS = 'clusters.json';
const ROUTES = 'routes.json';

/** Keeps Envoy's files at what the API says, one version after the other. */
export class EnvoyController {
  readonly #envoy: EnvoyProcess;
  readonly #cluster: Watched;
  /** By name of the file. */
  readonly #written = new Map<string, { readonly content: string; readonly version: string }>();
  #version = 0;
  #routed: readonly Backend[] = [];
  /** What the API said of routes and when, the newest last. */
  readonly #told: { readonly groups: readonly RouteGroup[]; readonly at: number }[] = [];
  #isAsked = false;
  #isOpen = false;
  #work: Promise<void> | undefined;

  constructor(envoy: EnvoyProcess, cluster: Watched) {
    this.#envoy = envoy;
    this.#cluster = cluster;
  }

  /** @returns Envoy's URL */
  async start(): Promise<string> {
    this.#write(CLUSTERS, (version) => clustersOf([], { version, pathOf: String }));
    this.#write(ROUTES, (version) => routesOf([], version));
    const files = { clusters: this.#envoy.pathOf(CLUSTERS), routes: this.#envoy.pathOf(ROUTES) };
    const url = await this.#envoy.start(bootstrapOf(files));
    this.#isOpen = true;
    this.wake();
    await this.#work;
    return url;
  }

  /** Something has changed: pods come and go at once, and many changes of routes are one piece of work. */
  wake(): void {
    this.#isAsked = true;
    if (!this.#isOpen) return;
    this.#writeEndpoints(this.#routed);
    if (this.#work !== undefined) return;
    this.#work = this.#keepUp().finally(() => {
      this.#work = undefined;
    });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#work?.catch(() => undefined);
  }

  async #keepUp(): Promise<void> {
    while (this.#isAsked && this.#isOpen) {
      this.#isAsked = false;
      await this.#writeAll();
    }
  }

  /** Where a route leads is there before the route and goes after it: no request meets a gap of the gateway's making. */
  async #writeAll(): Promise<void> {
    const groups = this.#groups();
    const before = this.#routed;
    const after = backendsOf(groups);
    this.#routed = after;
    const wanted = new Set(after.map(clusterOf));
    this.#writeEndpoints(after);
    await this.#writeClusters([...after, ...before.filter((backend) => !wanted.has(clusterOf(backend)))]);
    await this.#writeRoutes(groups);
    await this.#writeClusters(after);
  }

  /** The routes of a moment ago. */
  #groups(): readonly RouteGroup[] {
    const { mappings, virtualServices } = this.#cluster;
    const groups = [...groupsOfMappings(mappings.list()), ...groupsOfVirtualServices(virtualServices.list())];
    const now = Date.now();
    if (!isDeepStrictEqual(groups, this.#told.at(-1)?.groups)) {
      this.#told.push({ groups, at: now });
      setTimeout(() => this.wake(), LAG + 1).unref();
    }
    return this.#told.findLast(({ at }) => now - at >= LAG)?.groups ?? [];
  }

  #writeEndpoints(backends: readonly Backend[]): void {
    for (const backend of backends) {
      const cluster = clusterOf(backend);
      const endpoints = this.#endpointsOf(backend);
      this.#write(fileOf(cluster), (version) => endpointsOf(cluster, endpoints, version));
    }
  }

  async #writeClusters(backends: readonly Backend[]): Promise<void> {
    const names = backends.map(clusterOf).toSorted();
    const pathOf = (cluster: string) => this.#envoy.pathOf(fileOf(cluster));
    const version = this.#write(CLUSTERS, (version) => clustersOf(names, { version, pathOf }));
    await this.#envoy.until('take its clusters', async () => {
      const stats = await this.#envoy.ask('/stats?filter=^cluster_manager');
      return stats.includes(`.cds.version_text: "${version}"`) && /warming_clusters: 0$/m.test(stats);
    });
  }

  async #writeRoutes(groups: readonly RouteGroup[]): Promise<void> {
    const version = this.#write(ROUTES, (version) => routesOf(groups, version));
    await this.#envoy.until('take its routes', async () => {
      const stats = await this.#envoy.ask('/stats?filter=rds.*version_text');
      return stats.includes(`.version_text: "${version}"`);
    });
  }

  /** Leaves a file alone that says the same already. @returns the version of what it says */
  #write(name: string, contentOf: (version: string) => unknown): string {
    const content = JSON.stringify(contentOf(''));
    const known = this.#written.get(name);
    if (known?.content === content) return known.version;
    const version = String(++this.#version);
    this.#written.set(name, { content, version });
    this.#envoy.write(name, contentOf(version));
    return version;
  }

  #endpointsOf({ namespace, service, port }: Backend): readonly Endpoint[] {
    const { services, slices } = this.#cluster;
    const name = services.get(namespace, service)?.spec.ports.find((one) => one.port === port)?.name;
    const own = slices
      .list()
      .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.[SERVICE_NAME] === service);
    const endpoints = own.flatMap(({ ports, endpoints }) => {
      const target = ports?.find((one) => one.name === name)?.port;
      const ready = endpoints?.filter(({ conditions }) => conditions.ready !== false) ?? [];
      if (target === undefined) return [];
      return ready.flatMap(({ addresses }) => addresses.map((address) => ({ address, port: target })));
    });
    return endpoints.toSorted((a, b) => a.address.localeCompare(b.address));
  }
}

const SERVICE_NAME = 'kubernetes.io/service-name';

function fileOf(cluster: string): string {
  return `endpoints-${cluster}.json`;
}
