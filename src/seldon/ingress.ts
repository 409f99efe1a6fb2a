import type { Route } from './snapshot.ts';

/** Facts about the ingress that are read before a plan is made. */
export interface Ingress {
  /** Of the first SeldonDeployment. */
  readonly routes: readonly Route[];
  /** Versions of SeldonDeployment that the API serves. */
  readonly served: readonly string[];
}

/**
 * Whether a predictor gets its traffic immediately, even if not ready, and traffic 0 is not written as a weight. This is
 * the case if the Mappings are in annotations of Services (AMBASSADOR_VERSION=v1).
 */
export function routesAtOnce({ routes }: Ingress): boolean {
  return routes.some(({ kind }) => kind === 'Service');
}

/** The smallest traffic percentage that is written as a weight. */
export function leastShare(ingress: Ingress): number {
  return routesAtOnce(ingress) ? 1 : 0;
}

/**
 * Why the annotations of a second SeldonDeployment would misroute requests in this installation; undefined if its
 * operator supports them. Seldon 0.2 and 0.3 support both (and write `ambassador/v0`), 0.4 and 0.5 only the shadow.
 * 1.0 and later ignore the weight, 1.1 and later the shadow, but not the service name: both then get half of the real
 * requests (recorded on 1.17.1).
 */
export function legacyObjection(kind: 'canary' | 'shadow', { served, routes }: Ingress): string | undefined {
  const what = kind === 'shadow' ? 'seldon.io/ambassador-shadow' : 'seldon.io/ambassador-weight';
  const harm = 'the second SeldonDeployment would take about half of the real requests';
  if (served.includes('v1')) return `this is Seldon 1.x, which ignores \`${what}\`: ${harm}`;
  const dialects = new Set(routes.map(({ dialect }) => dialect));
  if (dialects.has('ambassador/v0')) return undefined;
  if (dialects.has('ambassador/v1')) {
    return kind === 'shadow' ? undefined : `this operator writes \`ambassador/v1\` and ignores \`${what}\`: ${harm}`;
  }
  return `none of its Services has an Ambassador route, so it is not known if this operator supports \`${what}\``;
}
