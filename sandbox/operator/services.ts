import { ENGINE_GRPC_PORT, ENGINE_HTTP_PORT } from './engine.ts';
import { EXPLAINER_PORT } from './explainer.ts';
import { SERVICE, type Service } from './kinds.ts';
import { containerServiceName, explainerName, predictorServiceName, seldonId } from './names.ts';
import type { Ports } from './routes.ts';
import {
  type GraphNode,
  hasEngine,
  type Predictor,
  type SeldonDeployment,
  type ServiceStatus,
} from './seldon-deployment.ts';

/** Where a predictor's Service listens: the executor, or the model itself when there is none. */
export function predictorPorts(predictor: Predictor): Ports {
  if (hasEngine(predictor)) return { http: ENGINE_HTTP_PORT, grpc: ENGINE_GRPC_PORT };
  return portsOf(predictor.graph);
}

/** The Service in front of a predictor. */
export function predictorService(sdep: SeldonDeployment, predictor: Predictor): Service {
  const name = predictorServiceName(sdep, predictor);
  const labels = {
    'seldon-app': name,
    'seldon-deployment-id': seldonId(sdep),
    'app.kubernetes.io/managed-by': 'seldon-core',
    ...(!hasEngine(predictor) && kindLabels(predictor.graph, predictor)),
  };
  const selector = { 'seldon-app': name };
  return service(sdep, { name, labels, selector, ports: predictorPorts(predictor), predictor });
}

/** The Service of one container, without the executor. */
export function containerService(sdep: SeldonDeployment, predictor: Predictor, node: GraphNode): Service {
  const name = containerServiceName(sdep.metadata.name, predictor.name, node.name);
  const selector = { [`seldon-app-svc-${node.name}`]: name };
  const labels = {
    ...selector,
    'seldon-app': predictorServiceName(sdep, predictor),
    'seldon-deployment-id': seldonId(sdep),
    ...kindLabels(node, predictor),
  };
  return service(sdep, { name, labels, selector, ports: portsOf(node), predictor });
}

/** The Service in front of a predictor's explainer; it has no gRPC port. */
export function explainerService(sdep: SeldonDeployment, predictor: Predictor): Service {
  const name = explainerName(sdep, predictor);
  const labels = {
    'seldon-app': predictorServiceName(sdep, predictor),
    'seldon-deployment-id': seldonId(sdep),
    'app.kubernetes.io/managed-by': 'seldon-core',
    'seldon.io/explainer': 'true',
  };
  const ports = { http: EXPLAINER_PORT, grpc: 0 };
  const whole = service(sdep, { name, labels, selector: { 'seldon-app': name }, ports, predictor });
  return { ...whole, spec: { ...whole.spec, ports: whole.spec.ports.filter(({ port }) => port > 0) } };
}

/** A Service in the status. */
export function serviceStatusOf({ metadata, spec }: Service): ServiceStatus {
  const { name, namespace, labels = {} } = metadata;
  const endpoint = (port: number | undefined) => `${name}.${namespace}:${port}`;
  const portNamed = (transport: string) => spec.ports.find((port) => port.name === transport)?.port;
  const grpc = portNamed('grpc');
  return {
    svcName: name,
    httpEndpoint: endpoint(portNamed('http')),
    ...(grpc !== undefined && { grpcEndpoint: endpoint(grpc) }),
    ...(labels['seldon.io/explainer'] !== undefined && { explainerFor: labels['seldon-app'] ?? '' }),
  };
}

/** The type of a node as a label: `seldon.io/model: "true"`. */
export function kindLabels({ type }: GraphNode, { shadow }: Predictor): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/managed-by': 'seldon-core',
    ...(type !== undefined && { [`seldon.io/${type.toLowerCase().replaceAll('_', '-')}`]: 'true' }),
    ...(shadow && { 'seldon.io/shadow': 'true' }),
  };
}

function portsOf({ endpoint }: GraphNode): Ports {
  return { http: endpoint?.httpPort ?? 9000, grpc: endpoint?.grpcPort ?? 9500 };
}

interface ServiceTraits {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: Ports;
  readonly predictor: Predictor;
}

function service(sdep: SeldonDeployment, { name, labels, selector, ports, predictor }: ServiceTraits): Service {
  const port = (transport: keyof Ports) => ({
    name: transport,
    port: ports[transport],
    targetPort: ports[transport],
    protocol: 'TCP',
  });
  return {
    apiVersion: SERVICE.apiVersion,
    kind: SERVICE.kind,
    metadata: {
      name,
      namespace: sdep.metadata.namespace ?? 'default',
      labels,
      annotations: predictor.annotations ?? {},
    },
    spec: { type: 'ClusterIP', sessionAffinity: 'None', selector, ports: [port('http'), port('grpc')] },
  };
}
