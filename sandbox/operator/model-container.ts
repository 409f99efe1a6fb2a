import type { Images } from './images.ts';
import {
  type Container,
  type EnvVar,
  type GraphNode,
  isPrepackaged,
  isV2,
  type Predictor,
  type Probe,
  portOf,
  type SeldonDeployment,
} from './seldon-deployment.ts';

export interface Place {
  readonly sdep: SeldonDeployment;
  readonly predictor: Predictor;
  readonly node: GraphNode;
  readonly images: Images;
}

const MODELS = '/mnt/models';

/** The container of a graph node as it runs: ports, probes, environment, the folder with the model. */
export function modelContainer(container: Container, place: Place): Container {
  const { sdep, node, images } = place;
  const lifecycle = { preStop: { exec: { command: ['/bin/sh', '-c', '/bin/sleep 10'] } } };
  const port = node.endpoint?.service_port ?? 9000;
  const served: Container = {
    lifecycle,
    ...container,
    env: withMissing(container.env ?? [], nodeEnv(container, place)),
    livenessProbe: container.livenessProbe ?? tcpProbe(port, 60),
    readinessProbe: container.readinessProbe ?? tcpProbe(port, 20),
  };
  if (!isPrepackaged(node)) return served;
  if (images.servers[node.implementation ?? ''] === undefined)
    throw new Error(`Failed to get server config for ${node.implementation}`);
  const mount = { name: volumeName(node), mountPath: MODELS, readOnly: true };
  const complete = isV2(sdep.spec.protocol) ? asMlserver(served, place) : withParameters(served, node);
  const mounts = complete.volumeMounts ?? [];
  const isMounted = mounts.some(({ name }) => name === mount.name);
  return { ...complete, volumeMounts: isMounted ? mounts : [...mounts, mount] };
}

export function volumeName({ name }: GraphNode): string {
  return `${name}-provision-location`;
}

/** Copies the model into the pod before the servers start; only this container sees the storage's Secret. */
export function modelInitializer(node: GraphNode, images: Images): Container {
  return {
    name: `${node.name}-model-initializer`.slice(0, 63),
    image: node.storageInitializerImage ?? images.storageInitializer,
    imagePullPolicy: 'IfNotPresent',
    args: [node.modelUri, MODELS],
    ...(node.envSecretRefName && { envFrom: [{ secretRef: { name: node.envSecretRefName } }] }),
    resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m', memory: '100Mi' } },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    volumeMounts: [{ name: volumeName(node), mountPath: MODELS }],
  };
}

function nodeEnv(container: Container, { sdep, predictor, node }: Place): readonly EnvVar[] {
  const { httpPort = 9000, grpcPort = 9500, service_port = 9000 } = node.endpoint ?? {};
  const metricsPort = portOf(container, 'metrics');
  return variables({
    PREDICTIVE_UNIT_SERVICE_PORT: service_port,
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: httpPort,
    MLSERVER_HTTP_PORT: httpPort,
    PREDICTIVE_UNIT_GRPC_SERVICE_PORT: grpcPort,
    MLSERVER_GRPC_PORT: grpcPort,
    PREDICTIVE_UNIT_PARAMETERS: node.parameters?.length ? parametersText(node) : undefined,
    MLSERVER_MODEL_URI: node.modelUri ? MODELS : undefined,
    PREDICTIVE_UNIT_ID: node.name,
    MLSERVER_MODEL_NAME: node.name,
    PREDICTIVE_UNIT_IMAGE: container.image,
    PREDICTOR_ID: predictor.name,
    PREDICTOR_LABELS: JSON.stringify(predictor.labels ?? {}),
    SELDON_DEPLOYMENT_ID: sdep.metadata.name,
    SELDON_EXECUTOR_ENABLED: 'true',
    PREDICTIVE_UNIT_METRICS_SERVICE_PORT: metricsPort,
    PREDICTIVE_UNIT_METRICS_ENDPOINT: '/prometheus',
    MLSERVER_METRICS_PORT: metricsPort,
    MLSERVER_METRICS_ENDPOINT: '/prometheus',
  });
}

/** Seldon's own servers get the model's path as one more parameter. */
function withParameters(container: Container, node: GraphNode): Container {
  const value = parametersText(node, [{ name: 'model_uri', value: MODELS, type: 'STRING' }]);
  const env = (container.env ?? []).filter(({ name }) => name !== 'PREDICTIVE_UNIT_PARAMETERS');
  return { ...container, env: [...env, { name: 'PREDICTIVE_UNIT_PARAMETERS', value }] };
}

/**
 * Protocol v2: the handlers of liveness and readiness are replaced, their timings stay, a startup probe is left alone.
 */
function asMlserver(container: Container, { sdep, node, images }: Place): Container {
  const { httpPort = 9000, grpcPort = 9500 } = node.endpoint ?? {};
  const own = variables({
    MLSERVER_HTTP_PORT: httpPort,
    MLSERVER_GRPC_PORT: grpcPort,
    MLSERVER_MODEL_IMPLEMENTATION: images.servers[node.implementation ?? '']?.runtime,
    MLSERVER_MODEL_NAME: node.name,
    MLSERVER_MODEL_VERSION: 'v1',
    MLSERVER_MODEL_URI: MODELS,
    TEMPO_RUNTIME_OPTIONS: `{"k8s_options": {"defaultRuntime": "tempo.seldon.SeldonKubernetesRuntime", "namespace": "${sdep.metadata.namespace}"}}`,
  });
  return {
    ...container,
    env: withMissing(container.env ?? [], own),
    livenessProbe: withHandler(container.livenessProbe, '/v2/health/live'),
    readinessProbe: withHandler(container.readinessProbe, '/v2/health/ready'),
    ports: [
      { name: 'grpc', containerPort: grpcPort, protocol: 'TCP' },
      { name: 'http', containerPort: httpPort, protocol: 'TCP' },
    ],
  };
}

function withHandler(probe: Probe = {}, path: string): Probe {
  const { exec: _, grpc: __, tcpSocket: ___, ...timings } = probe;
  return { ...timings, httpGet: { path, port: 'http', scheme: 'HTTP' } };
}

function tcpProbe(port: number, initialDelaySeconds: number): Probe {
  return {
    tcpSocket: { port },
    initialDelaySeconds,
    periodSeconds: 5,
    successThreshold: 1,
    failureThreshold: 3,
    timeoutSeconds: 1,
  };
}

function parametersText({ parameters = [] }: GraphNode, more: GraphNode['parameters'] = []): string {
  return JSON.stringify([...parameters, ...more].map(({ name, value, type }) => ({ name, value, type })));
}

function variables(values: Readonly<Record<string, string | number | undefined>>): readonly EnvVar[] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: `${value}` }]));
}

/** The person's values stay. */
function withMissing(env: readonly EnvVar[], more: readonly EnvVar[]): readonly EnvVar[] {
  return [...env, ...more.filter(({ name }) => !env.some((variable) => variable.name === name))];
}
