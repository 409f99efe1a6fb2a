/** Reads the routing objects that Seldon's operator writes: Istio's VirtualService and Emissary's Mappings. */

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
