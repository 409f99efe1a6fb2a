import type { Images } from './images.ts';
import { containerServiceName } from './names.ts';
import {
  type ComponentSpec,
  type Container,
  containerOf,
  type GraphNode,
  hasSeparateEngine,
  isPrepackaged,
  isV2,
  nodesOf,
  type Predictor,
  portOf,
  type SeldonDeployment,
} from './seldon-deployment.ts';

/**
 * The defaults that the operator adds in memory before it renders, and never writes back: containers of prepackaged
 * servers, types, endpoints and port numbers. HTTP and gRPC ports go by container name across all predictors, metrics
 * ports by position.
 */
export function withDefaults(sdep: SeldonDeployment, images: Images): SeldonDeployment {
  const ports = new Map<string, number>();
  const numbers: Numbers = {
    offsetOf: (name) => {
      const offset = ports.get(name) ?? ports.size;
      ports.set(name, offset);
      return offset;
    },
    nextMetricsPort: 6000,
  };
  const predictors = sdep.spec.predictors.map(withServers);
  const complete = predictors.map((predictor) => completed(predictor, { sdep, images, numbers }));
  return { ...sdep, spec: { ...sdep.spec, predictors: complete } };
}

interface Numbers {
  /** The number of container names before this one. */
  offsetOf(name: string): number;
  nextMetricsPort: number;
}

interface Surroundings {
  readonly sdep: SeldonDeployment;
  readonly images: Images;
  readonly numbers: Numbers;
}

/** Gives every prepackaged node a container, in the first pod. */
function withServers(predictor: Predictor): Predictor {
  const missing = nodesOf(predictor.graph).filter((node) => isPrepackaged(node) && !containerOf(predictor, node.name));
  if (missing.length === 0) return predictor;
  const [first = {}, ...others] = predictor.componentSpecs ?? [];
  const containers = [...(first.spec?.containers ?? []), ...missing.map(({ name }) => ({ name }))];
  return { ...predictor, componentSpecs: [{ ...first, spec: { ...first.spec, containers } }, ...others] };
}

function completed(predictor: Predictor, around: Surroundings): Predictor {
  const nodes = nodesOf(predictor.graph);
  const specs = (predictor.componentSpecs ?? []).map((component): ComponentSpec => {
    if (component.spec === undefined) return component;
    const containers = component.spec.containers.map((container) => {
      const offset = around.numbers.offsetOf(container.name);
      const node = nodes.find(({ name }) => name === container.name);
      return node === undefined ? container : nodeContainer(container, { ...around, node, offset });
    });
    return { ...component, spec: { ...component.spec, containers } };
  });
  const labels = { ...predictor.labels, version: predictor.labels?.['version'] ?? predictor.name };
  const whole = { ...predictor, labels, componentSpecs: specs };
  return { ...whole, graph: withEndpoints(whole.graph, whole, around) };
}

function nodeContainer(
  container: Container,
  { sdep, images, numbers, node, offset }: Surroundings & { readonly node: GraphNode; readonly offset: number },
): Container {
  const servers = images.servers[node.implementation ?? ''];
  const server = isV2(sdep.spec.protocol) ? servers?.v2 : servers?.seldon;
  const image = container.image ?? server;
  const ports = [...(container.ports ?? [])];
  if (portOf(container, 'metrics') === undefined)
    ports.push({ name: 'metrics', containerPort: numbers.nextMetricsPort++, protocol: 'TCP' });
  if (portOf(container, 'http') === undefined)
    ports.push({ name: 'http', containerPort: 9000 + offset, protocol: 'TCP' });
  if (portOf(container, 'grpc') === undefined)
    ports.push({ name: 'grpc', containerPort: 9500 + offset, protocol: 'TCP' });
  const mounts = (container.volumeMounts ?? []).filter(({ name }) => name !== 'seldon-podinfo');
  return {
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    ...(image !== undefined && { image }),
    ports,
    volumeMounts: [...mounts, { name: 'seldon-podinfo', mountPath: '/etc/podinfo' }],
  };
}

/** The executor shares the pod of the first componentSpec; it reaches all others by their Service. */
function withEndpoints(node: GraphNode, predictor: Predictor, around: Surroundings): GraphNode {
  const { type, implementation, methods, children = [], ...rest } = node;
  const container = containerOf(predictor, node.name);
  const isFirst = predictor.componentSpecs?.[0]?.spec?.containers.some(({ name }) => name === node.name) ?? false;
  const isLocal = isFirst && !hasSeparateEngine(around.sdep);
  const { name: sdep, namespace = 'default' } = around.sdep.metadata;
  const service = containerServiceName(sdep, predictor.name, node.name);
  const httpPort = container && portOf(container, 'http');
  const grpcPort = container && portOf(container, 'grpc');
  const servicePort = around.sdep.spec.transport === 'grpc' ? grpcPort : httpPort;
  const endpoint = {
    ...node.endpoint,
    service_host: isLocal ? 'localhost' : `${service}.${namespace}.svc.cluster.local`,
    ...(servicePort !== undefined && { service_port: servicePort }),
    ...(httpPort !== undefined && { httpPort }),
    ...(grpcPort !== undefined && { grpcPort }),
  };
  const isModel = isPrepackaged(node) || (type === undefined && methods === undefined && implementation === undefined);
  return {
    ...rest,
    ...((isModel || type !== undefined) && { type: isModel ? 'MODEL' : type }),
    implementation: implementation ?? 'UNKNOWN_IMPLEMENTATION',
    ...(methods !== undefined && { methods }),
    ...(container !== undefined && { endpoint }),
    ...(children.length > 0 && { children: children.map((child) => withEndpoints(child, predictor, around)) }),
  } as GraphNode;
}
