/** Routes and endpoints as Envoy's xDS resources: what an ingress controller makes of the API, and nothing else. */
import type { Backend, RouteGroup } from '../../sandbox/gateway/routing-table.ts';

/** A pod that may get requests. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A file of Envoy's dynamic configuration. */
export interface DiscoveryResponse {
  readonly version_info: string;
  readonly resources: readonly Readonly<Record<string, unknown>>[];
}

const ROUTES = 'gateway';

/** Ten thousandths of the requests: shares may have decimals. */
const WHOLE = 100;

/** `seldon_wine-main_8000`: no name in Kubernetes has an underscore, and Envoy's statistics take a colon apart. */
export function clusterOf({ namespace, service, port }: Pick<Backend, 'namespace' | 'service' | 'port'>): string {
  return `${namespace}_${service}_${port}`;
}

/** Every Service that a route names, once. */
export function backendsOf(groups: readonly RouteGroup[]): readonly Backend[] {
  const all = groups.flatMap(({ backends, mirrors }) => [...backends, ...mirrors]);
  return [...new Map(all.map((backend) => [clusterOf(backend), backend])).values()];
}

/** What Envoy starts with: one listener, and the files in which it finds all else. */
export function bootstrapOf(files: { readonly clusters: string; readonly routes: string }): unknown {
  const router = { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' };
  const connections = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'gateway',
    rds: { route_config_name: ROUTES, config_source: fileSource(files.routes) },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: router }],
  };
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: connections };
  return {
    node: { id: 'gateway', cluster: 'gateway' },
    admin: { address: loopback() },
    dynamic_resources: { cds_config: fileSource(files.clusters) },
    static_resources: { listeners: [{ name: 'gateway', address: loopback(), filter_chains: [{ filters: [filter] }] }] },
  };
}

/** One cluster for each Service; where its pods are stands in a file of its own, which `pathOf` names. */
export function clustersOf(
  names: readonly string[],
  { version, pathOf }: { readonly version: string; readonly pathOf: (cluster: string) => string },
): DiscoveryResponse {
  const resources = names.map((name) => ({
    '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    name,
    type: 'EDS',
    connect_timeout: '2s',
    eds_cluster_config: { service_name: name, eds_config: fileSource(pathOf(name)) },
  }));
  return { version_info: version, resources };
}

export function endpointsOf(cluster: string, endpoints: readonly Endpoint[], version: string): DiscoveryResponse {
  const lb_endpoints = endpoints.map(({ address, port }) => ({
    endpoint: { address: { socket_address: { address, port_value: port } } },
  }));
  const assignment = {
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: cluster,
    endpoints: [{ lb_endpoints }],
  };
  return { version_info: version, resources: [assignment] };
}

/** Longer prefixes and more headers first: Envoy takes the first route that matches. */
export function routesOf(groups: readonly RouteGroup[], version: string): DiscoveryResponse {
  const size = ({ prefix, headers }: RouteGroup) => prefix.length * 100 + Object.keys(headers).length;
  const routes = groups.toSorted((a, b) => size(b) - size(a)).map(routeOf);
  const configuration = {
    '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
    name: ROUTES,
    virtual_hosts: [{ name: 'all', domains: ['*'], routes }],
  };
  return { version_info: version, resources: [configuration] };
}

function routeOf(group: RouteGroup): unknown {
  const { prefix, headers, backends } = group;
  const match = { prefix, headers: Object.entries(headers).map(headerMatch) };
  // Envoy refuses a route whose weights sum to nothing, and with it all others.
  const isAnswered = backends.some(({ weight }) => weight > 0);
  return { match, ...(isAnswered ? { route: actionOf(group) } : { direct_response: { status: 503 } }) };
}

/** There is no retry policy: a request that fails is seen to fail. */
function actionOf({ rewrite, backends, mirrors, timeout }: RouteGroup): unknown {
  return {
    weighted_clusters: {
      clusters: backends.map((backend) => ({
        name: clusterOf(backend),
        weight: Math.round(backend.weight * WHOLE),
      })),
    },
    prefix_rewrite: rewrite,
    timeout: `${timeout / 1000}s`,
    request_mirror_policies: mirrors.map((mirror) => ({
      cluster: clusterOf(mirror),
      runtime_fraction: {
        default_value: { numerator: Math.round(mirror.weight * WHOLE), denominator: 'TEN_THOUSAND' },
      },
    })),
  };
}

function headerMatch([name, value]: readonly [string, string | boolean]): unknown {
  return value === true ? { name, present_match: true } : { name, string_match: { exact: String(value) } };
}

function fileSource(path: string): unknown {
  return { path_config_source: { path }, resource_api_version: 'V3' };
}

function loopback(): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: 0 } };
}
