import type { Destination, Mapping, VirtualService } from '../operator/kinds.ts';

/** A Service that can get a request, and its share. */
export interface Backend {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  /** Percent; a mirror gets copies of this share. */
  readonly weight: number;
}

/** All Services that answer under one prefix. */
export interface RouteGroup {
  /** Same key, same group: weights are counted per key. */
  readonly key: string;
  readonly prefix: string;
  readonly rewrite: string;
  readonly headers: Readonly<Record<string, string | boolean>>;
  readonly backends: readonly Backend[];
  readonly mirrors: readonly Backend[];
  /** Milliseconds. */
  readonly timeout: number;
}

/** Envoy's default, where a route sets none. */
const DEFAULT_TIMEOUT = 15_000;

/** REST Mappings of the same prefix and headers are one group; those without a weight share the rest. */
export function groupsOfMappings(mappings: readonly Mapping[]): readonly RouteGroup[] {
  const rest = mappings.filter(({ spec }) => !spec.prefix_regex && !spec.grpc);
  const groups = Map.groupBy(rest, ({ spec }) => JSON.stringify([spec.prefix, spec.headers ?? {}]));
  return [...groups].flatMap(([key, members]) => {
    const [first] = members;
    if (first === undefined) return [];
    const { prefix, rewrite, headers = {}, timeout_ms = DEFAULT_TIMEOUT } = first.spec;
    const serving = members.filter(({ spec }) => !spec.shadow);
    const given = serving.reduce((sum, { spec }) => sum + (spec.weight ?? 0), 0);
    const open = serving.filter(({ spec }) => spec.weight === undefined).length;
    const share = Math.max(100 - given, 0) / Math.max(open, 1);
    const backends = serving.map((mapping) => backendOf(mapping, mapping.spec.weight ?? share));
    const shadows = members.filter(({ spec }) => spec.shadow);
    const mirrors = shadows.map((mapping) => backendOf(mapping, mapping.spec.weight ?? 100));
    return [{ key, prefix, rewrite, headers, backends, mirrors, timeout: timeout_ms }];
  });
}

/** The HTTP routes of VirtualServices; a single destination gets all requests, whatever its weight. */
export function groupsOfVirtualServices(services: readonly VirtualService[]): readonly RouteGroup[] {
  return services.flatMap(({ metadata, spec }) =>
    spec.http.flatMap(({ match, rewrite, route, mirror, mirrorPercentage }) => {
      const prefix = match[0]?.uri.prefix;
      if (prefix === undefined) return [];
      const backends = route.map(({ destination, weight }) =>
        destinationOf(destination, route.length === 1 ? 100 : (weight ?? 0)),
      );
      const mirrors = mirror === undefined ? [] : [destinationOf(mirror, mirrorPercentage?.value ?? 100)];
      const key = `${metadata.namespace}/${metadata.name}${prefix}`;
      return [
        { key, prefix, rewrite: rewrite?.uri ?? prefix, headers: {}, backends, mirrors, timeout: DEFAULT_TIMEOUT },
      ];
    }),
  );
}

/** The group with the longest prefix, and among those the one with most header matches. */
export function findGroup(
  groups: readonly RouteGroup[],
  { path, headers }: { readonly path: string; readonly headers: Readonly<Record<string, unknown>> },
): RouteGroup | undefined {
  const matches = (wanted: RouteGroup['headers']) =>
    Object.entries(wanted).every(([name, value]) => {
      const given = headers[name.toLowerCase()];
      return value === true ? given !== undefined : given === value;
    });
  const size = ({ prefix, headers }: RouteGroup) => prefix.length * 100 + Object.keys(headers).length;
  return groups
    .filter((group) => path.startsWith(group.prefix) && matches(group.headers))
    .reduce<RouteGroup | undefined>((best, group) => (best && size(best) >= size(group) ? best : group), undefined);
}

function backendOf({ spec }: Mapping, weight: number): Backend {
  const [host = '', port = '80'] = spec.service.split(':');
  return { ...hostOf(host), port: Number(port), weight };
}

function destinationOf({ host, port }: Destination, weight: number): Backend {
  return { ...hostOf(host), port: port.number, weight };
}

/** `wine-main.seldon`, with or without `.svc.cluster.local`. */
function hostOf(host: string): Pick<Backend, 'service' | 'namespace'> {
  const [service = '', namespace = 'default'] = host.split('.');
  return { service, namespace };
}
