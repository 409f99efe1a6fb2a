import type { HttpEndpoint } from '../base/ports.ts';
import { containerServiceOf, hasOrchestrator, ingressPrefixOf, predictorServiceOf } from '../seldon/created-objects.ts';
import { hasSeveralNodes, modelNodeName } from '../seldon/graph.ts';
import { healthPath, healthPathThrough, predictPath } from '../seldon/protocol.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import type { Access } from '../settings/config.ts';
import type { ProofContext } from './proof-context.ts';

/** The destination of one request of the proof. */
export interface Target {
  readonly endpoint: HttpEndpoint;
  readonly path: string;
  readonly step: 'health' | 'predict' | 'endpoint';
  /** Milliseconds for which a new route may not work yet. */
  readonly openTimeout: number;
  /** HTTP codes of a route that does not work yet. */
  readonly closedStatus: readonly number[];
}

/** Values that decide the destination of a request. */
export type TargetContext = Pick<ProofContext, 'objects' | 'protocol'> & {
  readonly peers: Pick<ProofContext['peers'], 'cluster' | 'openEndpoint'>;
  readonly config: Pick<ProofContext['config'], 'proof'>;
};

const SERVICE = { openTimeout: 15_000, closedStatus: [502, 503, 504] };
/** An ingress answers 404 until it knows the route. */
const INGRESS = { openTimeout: 45_000, closedStatus: [404, 502, 503, 504] };

/** The model container, directly or through the ingress. */
export function healthTarget(context: TargetContext, predictor: Predictor): Target {
  const { objects, protocol, config } = context;
  const node = modelNodeName(predictor);
  if (config.proof.access === 'ingress') {
    return onIngress(context, { path: healthPathThrough(protocol, node, hasOrchestrator(predictor)), step: 'health' });
  }
  const name = containerServiceOf(objects.ref.name, predictor.name, node);
  return { ...SERVICE, endpoint: onService(context, name), path: healthPath(protocol, node), step: 'health' };
}

/**
 * The model container, so that the orchestrator does not count the request in its metrics. A graph of several nodes is
 * asked as a whole: what its model gets is made by the nodes before it.
 */
export function modelTarget(context: TargetContext, predictor: Predictor): Target {
  const { objects, protocol } = context;
  if (hasSeveralNodes(predictor.graph)) return predictTarget(context, predictor, 'api-server');
  const node = predictor.graph.name;
  const endpoint = onService(context, containerServiceOf(objects.ref.name, predictor.name, node));
  return { ...SERVICE, endpoint, path: predictPath(protocol, node), step: 'predict' };
}

/** The predictor's own Service: behind a weighted ingress another predictor might answer. */
export function predictTarget(context: TargetContext, predictor: Predictor, access: Access): Target {
  const { objects, protocol, config } = context;
  const path = predictPath(protocol, predictor.graph.name);
  if (access === 'ingress')
    return onIngress(context, { path, step: config.proof.access === 'ingress' ? 'predict' : 'endpoint' });
  return {
    ...SERVICE,
    endpoint: onService(context, predictorServiceOf(objects.ref.name, predictor)),
    path,
    step: 'predict',
  };
}

function onService({ peers, objects }: TargetContext, name: string): HttpEndpoint {
  return peers.cluster.service({ namespace: objects.ref.namespace, name }, 'http');
}

function onIngress({ peers, objects, config }: TargetContext, to: Pick<Target, 'path' | 'step'>): Target {
  const { front } = objects;
  const path = `${ingressPrefixOf(front.namespace, front.name)}${to.path}`;
  return { ...INGRESS, endpoint: peers.openEndpoint(config.proof.ingressUrl ?? ''), path, step: to.step };
}
