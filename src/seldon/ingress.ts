import type { Route } from './snapshot.ts';

/** What is known of an installation's ingress before a plan is made. */
export interface Ingress {
  /** Of the first SeldonDeployment. */
  readonly routes: readonly Route[];
  /** Versions of SeldonDeployment that the API serves. */
  readonly served: readonly string[];
}

/**
 * Does a predictor get its share as soon as it is written, ready or not, and is a share of 0 none at all? So it is where
 * the Mappings stand in annotations of Services (AMBASSADOR_VERSION=v1).
 */
export function routesAtOnce({ routes }: Ingress): boolean {
  return routes.some(({ kind }) => kind === 'Service');
}

/** The least share that is written as it is meant. */
export function leastShare(ingress: Ingress): number {
  return routesAtOnce(ingress) ? 1 : 0;
}

/**
 * Why the annotations of a second SeldonDeployment would do harm on this installation, in words; undefined where its
 * operator honours them. Seldon 0.2 and 0.3 honour both (and write `ambassador/v0`), 0.4 and 0.5 the shadow alone.
 * Since 1.0 the weight is ignored, since 1.1 the shadow, but not the service name: either then takes half of the real
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
  return `no Service of it has a route of Ambassador, so nobody can say whether this operator honours \`${what}\``;
}
