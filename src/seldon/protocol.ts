import { ingressPrefixOf, predictorServiceOf } from './created-objects.ts';
import type { Predictor } from './seldon-deployment.ts';

/** Paths and Services of Seldon Core 1.x (executor/api/rest/server.go and python/seldon_core/wrapper.py, v1.17.1). */

/** How requests and answers are written. */
export type Protocol = 'seldon' | 'v2';

/** The protocol that a `protocol` field names: `kfserving` is the old name of `v2`; none is `seldon`. */
export function protocolNamed(field: string | undefined): Protocol | undefined {
  if (field === undefined || field === '') return 'seldon';
  if (field === 'kfserving') return 'v2';
  return field === 'seldon' || field === 'v2' ? field : undefined;
}

/** On the model container itself: proves that the process has loaded the model. */
export function healthPath(protocol: Protocol, node: string): string {
  return protocol === 'v2' ? `/v2/models/${node}/ready` : '/health/ping';
}

/** Health path through the predictor's orchestrator to the model container. Without an orchestrator, the container's path. */
export function healthPathThrough(protocol: Protocol, node: string, orchestrator: boolean): string {
  if (protocol === 'v2') return `/v2/models/${node}/ready`;
  return orchestrator ? `/api/v1.0/status/${node}` : '/health/ping';
}

/** The first Seldon releases only support `v0.1`. Later ones answer it the same as `v1.0`. */
export function predictPath(protocol: Protocol, node: string): string {
  return protocol === 'v2' ? `/v2/models/${node}/infer` : '/api/v0.1/predictions';
}

export interface Endpoint {
  /** `<ingress>/seldon/<namespace>/<name>`; undefined without `ingress-url`. */
  readonly url: string | undefined;
  /** URL for predictions from outside; undefined without `ingress-url`. */
  readonly predictUrl: string | undefined;
  /** The same inside the cluster. */
  readonly inClusterUrl: string;
}

/** Where predictions are posted from outside and from inside the cluster. */
export function endpointOf(at: {
  readonly namespace: string;
  readonly name: string;
  readonly predictor: Pick<Predictor, 'name' | 'annotations'>;
  readonly node: string;
  readonly protocol: Protocol;
  readonly ingressUrl: string | undefined;
}): Endpoint {
  const path = predictPath(at.protocol, at.node);
  const url = at.ingressUrl === undefined ? undefined : `${at.ingressUrl}${ingressPrefixOf(at.namespace, at.name)}`;
  return {
    url,
    predictUrl: url === undefined ? undefined : `${url}${path}`,
    inClusterUrl: `http://${predictorServiceOf(at.name, at.predictor)}.${at.namespace}.svc.cluster.local:8000${path}`,
  };
}
