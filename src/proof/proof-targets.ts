import type { Cluster, HttpEndpoint, ObjectRef, OpenEndpoint } from '../base/ports.ts';
import { hasOrchestrator } from '../plan/predictor.ts';
import {
  containerService,
  healthPath,
  healthPathThrough,
  ingressPrefix,
  predictorService,
  predictPath,
} from '../seldon/protocol.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import type { Access, Protocol } from '../settings/config.ts';

/** Where one question of the proof goes. */
export interface Target {
  readonly endpoint: HttpEndpoint;
  readonly path: string;
  readonly step: 'health' | 'predict' | 'endpoint';
  /** Milliseconds for which the way there, just opened, may still be closed. */
  readonly patience: number;
  /** HTTP codes that mean so. */
  readonly closedStatus: readonly number[];
}

interface TargetRequest {
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  readonly ref: ObjectRef;
  /** Whose name the public endpoint has: mostly the same. */
  readonly front: ObjectRef;
  readonly predictor: Predictor;
  readonly protocol: Protocol;
  readonly proof: { readonly access: Access; readonly ingressUrl: string | undefined };
}

const SERVICE = { patience: 15_000, closedStatus: [502, 503, 504] };
/** An ingress answers 404 until it has learnt the route. */
const INGRESS = { patience: 45_000, closedStatus: [404, 502, 503, 504] };

/** The model container itself, or the way down to it through the ingress. */
export function healthTarget(request: TargetRequest): Target {
  const { ref, predictor, protocol, proof } = request;
  const node = predictor.graph.name;
  if (proof.access === 'ingress') {
    return onIngress(request, { path: healthPathThrough(protocol, node, hasOrchestrator(predictor)), step: 'health' });
  }
  const name = containerService(ref.name, predictor.name, node);
  return { ...SERVICE, endpoint: onService(request, name), path: healthPath(protocol, node), step: 'health' };
}

/** The model container itself: its orchestrator counts no request, and no metric tells of one. */
export function modelTarget(request: TargetRequest): Target {
  const { ref, predictor, protocol } = request;
  const node = predictor.graph.name;
  const endpoint = onService(request, containerService(ref.name, predictor.name, node));
  return { ...SERVICE, endpoint, path: predictPath(protocol, node), step: 'predict' };
}

/** The predictor's own Service: behind a weighted ingress another predictor might answer. */
export function predictTarget(request: TargetRequest, access: Access): Target {
  const { ref, predictor, protocol, proof } = request;
  const path = predictPath(protocol, predictor.graph.name);
  if (access === 'ingress')
    return onIngress(request, { path, step: proof.access === 'ingress' ? 'predict' : 'endpoint' });
  return {
    ...SERVICE,
    endpoint: onService(request, predictorService(ref.name, predictor.name)),
    path,
    step: 'predict',
  };
}

function onService({ cluster, ref }: TargetRequest, name: string): HttpEndpoint {
  return cluster.service({ namespace: ref.namespace, name }, 'http');
}

function onIngress(request: TargetRequest, to: Pick<Target, 'path' | 'step'>): Target {
  const { openEndpoint, front, proof } = request;
  const path = `${ingressPrefix(front.namespace, front.name)}${to.path}`;
  return { ...INGRESS, endpoint: openEndpoint(proof.ingressUrl ?? ''), path, step: to.step };
}
