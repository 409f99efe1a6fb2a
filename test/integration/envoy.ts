import { KubernetesClient } from '../../sandbox/kubernetes-client.ts';
import type { Kind } from '../../sandbox/kubernetes-object.ts';
import {
  MAPPING,
  type Mapping,
  SERVICE,
  type Service,
  VIRTUAL_SERVICE,
  type VirtualService,
} from '../../sandbox/operator/kinds.ts';
import { type EndpointSlice, EnvoyController } from './envoy-controller.ts';
import { EnvoyProcess } from './envoy-process.ts';

const ENDPOINT_SLICE: Kind = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', plural: 'endpointslices' };

/** The public gateway: Envoy itself, with what the Mappings and VirtualServices of the cluster say. */
export interface EnvoyGateway {
  readonly url: string;
  /** What Envoy routes of the requests below a prefix now: the weight of each Service, in percent. */
  weights(prefix: string): Promise<Readonly<Record<string, number>>>;
  /** How many requests Envoy has sent to a Service, copies among them. */
  requestsTo(service: { readonly namespace: string; readonly name: string }): Promise<number>;
  /** Of those, the ones that were answered with a code from 500. */
  failuresOf(service: { readonly namespace: string; readonly name: string }): Promise<number>;
  close(): Promise<void>;
}

/** Starts Envoy and keeps it at what the API says; Services are reached by their ready pods' addresses. */
export async function startEnvoy({ kubeconfig }: { readonly kubeconfig: string }): Promise<EnvoyGateway> {
  const client = new KubernetesClient(kubeconfig);
  const envoy = new EnvoyProcess();
  const changed = () => controller?.wake();
  let controller: EnvoyController | undefined;
  try {
    const cluster = {
      mappings: await client.follow<Mapping>(MAPPING, changed),
      virtualServices: await client.follow<VirtualService>(VIRTUAL_SERVICE, changed),
      services: await client.follow<Service>(SERVICE, changed),
      slices: await client.follow<EndpointSlice>(ENDPOINT_SLICE, changed),
    };
    controller = new EnvoyController(envoy, cluster);
    const url = await controller.start();
    return {
      url,
      weights: (prefix) => weightsOf(envoy, prefix),
      requestsTo: (service) => counted(envoy, 'upstream_rq_total', service),
      failuresOf: (service) => counted(envoy, 'upstream_rq_5xx', service),
      close: async () => {
        client.close();
        await controller?.close();
        await envoy.close();
      },
    };
  } catch (error) {
    client.close();
    await envoy.close();
    throw error;
  }
}

interface RouteDump {
  readonly configs?: readonly { readonly route_config: { readonly virtual_hosts: readonly { routes?: Routed[] }[] } }[];
}

interface Routed {
  readonly match: { readonly prefix: string };
  readonly route?: { readonly weighted_clusters: { readonly clusters: readonly { name: string; weight?: number }[] } };
}

async function weightsOf(envoy: EnvoyProcess, prefix: string): Promise<Readonly<Record<string, number>>> {
  const dump: RouteDump = JSON.parse(await envoy.ask('/config_dump?resource=dynamic_route_configs'));
  const routes = dump.configs?.flatMap(({ route_config }) =>
    route_config.virtual_hosts.flatMap((one) => one.routes ?? []),
  );
  const clusters = routes?.find(({ match }) => match.prefix === prefix)?.route?.weighted_clusters.clusters ?? [];
  return Object.fromEntries(clusters.map(({ name, weight = 0 }) => [name.split('_')[1] ?? name, weight / 100]));
}

async function counted(
  envoy: EnvoyProcess,
  statistic: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<number> {
  const filter = encodeURIComponent(`^cluster\\.${namespace}_${name}_\\d+\\.${statistic}$`);
  const text = await envoy.ask(`/stats?filter=${filter}`);
  return [...text.matchAll(/: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}
