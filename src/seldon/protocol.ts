import { createHash } from 'node:crypto';

/** Where Seldon Core 1.x answers what (executor/api/rest/server.go and python/seldon_core/wrapper.py, v1.17.1). */

/** On the model container itself: proves that the process has loaded the model. */
export function healthPath(protocol: Protocol, node: string): string {
  return protocol === 'v2' ? `/v2/models/${node}/ready` : '/health/ping';
}

/** Through the predictor's orchestrator, down to the model container. Without one, the container's own path. */
export function healthPathThrough(protocol: Protocol, node: string, orchestrator: boolean): string {
  if (protocol === 'v2') return `/v2/models/${node}/ready`;
  return orchestrator ? `/api/v1.0/status/${node}` : '/health/ping';
}

/** `v0.1` is what the first Seldon releases know; later ones answer it the same as `v1.0`. */
export function predictPath(protocol: Protocol, node: string): string {
  return protocol === 'v2' ? `/v2/models/${node}/infer` : '/api/v0.1/predictions';
}

/** Prefix of every public URL of a SeldonDeployment, for Ambassador and Istio alike. */
export function ingressPrefix(namespace: string, name: string): string {
  return `/seldon/${namespace}/${name}`;
}

/** The predictor's Service: orchestrator, or the model itself without one. */
export function predictorService(name: string, predictor: string): string {
  return shortened(`${name}-${predictor}`);
}

/** The Service of one model container. */
export function containerService(name: string, predictor: string, container: string): string {
  return shortened(`${name}-${predictor}-${container}`);
}

/** Value of the label `seldon-deployment-id` on all that Seldon makes of one SeldonDeployment. */
export function deploymentLabel(name: string): string {
  return shortened(name);
}

/** Seldon replaces names that no Service or label could carry (seldondeployment_types.go, `GetSeldonDeploymentName`). */
function shortened(name: string): string {
  return name.length <= 63 ? name : `seldon-${createHash('md5').update(name).digest('hex')}`;
}

/** Where predictions are posted from outside and from inside the cluster. */
export function endpointOf(at: {
  readonly namespace: string;
  readonly name: string;
  readonly predictor: string;
  readonly node: string;
  readonly protocol: Protocol;
  readonly ingressUrl: string | undefined;
}): Endpoint {
  const path = predictPath(at.protocol, at.node);
  const url = at.ingressUrl === undefined ? undefined : `${at.ingressUrl}${ingressPrefix(at.namespace, at.name)}`;
  return {
    url,
    predictUrl: url === undefined ? undefined : `${url}${path}`,
    inClusterUrl: `http://${predictorService(at.name, at.predictor)}.${at.namespace}.svc.cluster.local:8000${path}`,
  };
}

export type Protocol = 'seldon' | 'v2';

export interface Endpoint {
  /** `<ingress>/seldon/<namespace>/<name>`; undefined without `ingress-url`. */
  readonly url: string | undefined;
  /** Where predictions are posted from outside; undefined without `ingress-url`. */
  readonly predictUrl: string | undefined;
  /** The same inside the cluster. */
  readonly inClusterUrl: string;
}
