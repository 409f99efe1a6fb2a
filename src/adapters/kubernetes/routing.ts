/** Reads the routing objects that Seldon's operator writes: Istio's VirtualService, Emissary's Mappings, Services. */

import { loadAll } from 'js-yaml';
import { exceeds } from '../../base/json/bounded-tree.ts';
import { isJsonObject } from '../../base/json-value.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import { deploymentLabelOf, virtualServiceOf } from '../../seldon/created-objects.ts';
import { SELDON } from '../../seldon/seldon-deployment.ts';
import type { Route, RouteBackend } from '../../seldon/snapshot.ts';
import { isObjectMissing, readJson } from './api-status.ts';
import {
  type KindReader,
  MAPPINGS,
  type ResourceKind,
  resourceOf,
  SERVICES,
  VIRTUAL_SERVICES,
} from './resource-kind.ts';

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

const ALL: readonly Route['kind'][] = ['VirtualService', 'Mapping', 'Service'];

/** The routes of one SeldonDeployment. Kinds that the server does not serve, or that we have no permission to read, are left out. */
export async function readRoutes(
  kinds: KindReader,
  { namespace, name }: ObjectRef,
  wanted: readonly Route['kind'][] = ALL,
): Promise<readonly Route[]> {
  const query = { labelSelector: `${SELDON.deploymentLabel}=${deploymentLabelOf(name)}` };
  const [istio, emissary, annotated] = await Promise.all([
    wanted.includes('VirtualService')
      ? readIfAllowed<VirtualService>(kinds, VIRTUAL_SERVICES, { namespace, name: virtualServiceOf(name) })
      : undefined,
    wanted.includes('Mapping')
      ? readIfAllowed<{ readonly items?: readonly Mapping[] }>(kinds, MAPPINGS, { namespace, query })
      : undefined,
    wanted.includes('Service')
      ? readIfAllowed<{ readonly items?: readonly AnnotatedService[] }>(kinds, SERVICES, { namespace, query })
      : undefined,
  ]);
  return [
    ...(istio === undefined ? [] : [routeOfVirtualService(istio)]),
    ...(emissary?.items ?? []).map(routeOfMapping),
    ...(annotated?.items ?? []).map(routeOfService).filter((route) => route !== undefined),
  ];
}

async function readIfAllowed<T>(
  kinds: KindReader,
  kind: ResourceKind,
  {
    namespace,
    ...which
  }: { readonly namespace: string; readonly name?: string; readonly query?: Readonly<Record<string, string>> },
): Promise<T | undefined> {
  const answer = await kinds.get(kind, namespace, which);
  if (answer === undefined || answer.status === 403 || isObjectMissing(answer)) return undefined;
  return readJson<T>(answer, { verb: 'get', resource: resourceOf(kind), namespace });
}

/**
 * One backend per predictor: the REST and the gRPC route carry the same ones. Istio's types are written as protobuf JSON,
 * which leaves a zero out: beside others a missing weight is 0, and a missing percentage of a mirror is 100.
 */
export function routeOfVirtualService({ metadata, spec }: VirtualService): Route {
  const backends = new Map<string, RouteBackend>();
  for (const { route, mirror, mirrorPercentage } of spec?.http ?? []) {
    const absent = (route ?? []).length > 1 ? 0 : undefined;
    for (const { destination, weight = absent } of route ?? []) add(backends, destination, { weight, mirrored: false });
    if (mirror !== undefined) add(backends, mirror, { weight: mirrorPercentage?.value ?? 100, mirrored: true });
  }
  return { kind: 'VirtualService', name: metadata.name, backends: [...backends.values()] };
}

export function routeOfMapping({ metadata, spec }: Mapping): Route {
  const service = hostName(spec?.service ?? '');
  const backends = [{ service, weight: spec?.weight, mirrored: spec?.shadow === true }];
  return { kind: 'Mapping', name: metadata.name, backends };
}

/** A Service whose annotation contains Ambassador's Mappings as YAML; undefined if it contains none. */
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
  // All its prefixes route to the same Service.
  return {
    kind: 'Service',
    dialect: String(first['apiVersion']),
    name: metadata.name,
    backends: backend ? [backend] : [],
  };
}

function documentsOf(yaml: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const documents = loadAll(yaml, { maxAliases: 100 });
    return exceeds(documents, { size: 2_000_000 }) ? [] : documents.filter(isJsonObject);
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
