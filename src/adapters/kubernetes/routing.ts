/** Reads the routing objects that Seldon's operator writes: Istio's VirtualService, Emissary's Mappings, Services. */

import { loadAll } from 'js-yaml';
import { isTree } from '../../core/json-value.ts';
import type { Route, RouteBackend } from '../../core/snapshot.ts';

interface VirtualService {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly http?: readonly HttpRoute[] };
}

interface HttpRoute {
  readonly route?: readonly { readonly destination?: Destination; readonly weight?: number }[];
  readonly mirror?: Destination;
  readonly mirrorPercentage?: { readonly value?: number };
}

interface Destination {
  readonly host?: string;
}

interface Mapping {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly service?: string; readonly weight?: number; readonly shadow?: boolean };
}

interface AnnotatedService {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** One backend per predictor: the REST and the gRPC route carry the same ones. */
export function routeOfVirtualService({ metadata, spec }: VirtualService): Route {
  const backends = new Map<string, RouteBackend>();
  for (const { route, mirror, mirrorPercentage } of spec?.http ?? []) {
    for (const { destination, weight } of route ?? []) add(backends, destination, { weight, mirrored: false });
    if (mirror !== undefined) add(backends, mirror, { weight: mirrorPercentage?.value, mirrored: true });
  }
  return { kind: 'VirtualService', name: metadata.name, backends: [...backends.values()] };
}

export function routeOfMapping({ metadata, spec }: Mapping): Route {
  const service = hostName(spec?.service ?? '');
  const backends = [{ service, weight: spec?.weight, mirrored: spec?.shadow === true }];
  return { kind: 'Mapping', name: metadata.name, backends };
}

/** A Service whose annotation holds Ambassador's Mappings as YAML; undefined where it holds none. */
export function routeOfService({ metadata }: AnnotatedService): Route | undefined {
  const mappings = documentsOf(metadata.annotations?.['getambassador.io/config'] ?? '').filter(
    (one) => one['kind'] === 'Mapping' && one['grpc'] !== true,
  );
  const [first] = mappings;
  if (first === undefined) return undefined;
  const backends = mappings.map(({ service, weight, shadow }) => ({
    service: hostName(String(service)),
    weight: typeof weight === 'number' ? weight : undefined,
    mirrored: shadow === true,
  }));
  const [backend] = backends;
  // Each prefix of it goes to the same Service.
  return {
    kind: 'Service',
    dialect: String(first['apiVersion']),
    name: metadata.name,
    backends: backend ? [backend] : [],
  };
}

function documentsOf(yaml: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    return loadAll(yaml).filter(isTree);
  } catch {
    return [];
  }
}

function add(
  backends: Map<string, RouteBackend>,
  destination: Destination | undefined,
  traits: Omit<RouteBackend, 'service'>,
): void {
  const service = hostName(destination?.host ?? '');
  backends.set(`${service} ${traits.mirrored}`, { service, ...traits });
}

/** `wine-main` of `wine-main.seldon:8000`, `http://wine-main.seldon` or `wine-main.seldon.svc.cluster.local`. */
function hostName(address: string): string {
  return address.replace(/^\w+:\/\//, '').replace(/[.:/].*$/, '');
}
