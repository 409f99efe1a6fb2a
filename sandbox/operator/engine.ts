import type { Images } from './images.ts';
import type { ComponentSpec, Container, Predictor, Probe, SeldonDeployment } from './seldon-deployment.ts';

export const ENGINE = 'seldon-container-engine';
export const ENGINE_HTTP_PORT = 8000;
export const ENGINE_GRPC_PORT = 5001;

/** The executor as a sidecar. Its readiness has a delay of 20 s that the CRD cannot change. */
export function engineContainer(
  sdep: SeldonDeployment,
  { predictor, images }: { readonly predictor: Predictor; readonly images: Images },
): Container {
  const { env = [], resources } = predictor.svcOrchSpec ?? {};
  return {
    name: ENGINE,
    image: images.executor,
    imagePullPolicy: 'IfNotPresent',
    args: argumentsOf(sdep, predictor),
    ports: [
      { name: 'http', containerPort: ENGINE_HTTP_PORT, protocol: 'TCP' },
      { name: 'metrics', containerPort: ENGINE_HTTP_PORT, protocol: 'TCP' },
      { name: 'grpc', containerPort: ENGINE_GRPC_PORT, protocol: 'TCP' },
    ],
    env: [
      { name: 'ENGINE_PREDICTOR', value: encode(predictor) },
      { name: 'REQUEST_LOGGER_DEFAULT_ENDPOINT', value: 'http://default-broker' },
      ...env,
    ],
    resources: resources ?? { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
    volumeMounts: [{ name: 'seldon-podinfo', mountPath: '/etc/podinfo' }],
    livenessProbe: probe('/live'),
    readinessProbe: probe('/ready'),
    securityContext: { runAsUser: 8888, allowPrivilegeEscalation: false },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

function argumentsOf({ metadata, spec }: SeldonDeployment, { name }: Predictor): readonly string[] {
  const options = {
    sdep: metadata.name,
    namespace: metadata.namespace ?? 'default',
    predictor: name,
    http_port: ENGINE_HTTP_PORT,
    grpc_port: ENGINE_GRPC_PORT,
    protocol: spec.protocol ?? 'seldon',
    transport: spec.transport ?? 'rest',
    prometheus_path: '/prometheus',
    server_type: spec.serverType ?? 'rpc',
    log_work_buffer_size: 10_000,
    log_write_timeout_ms: 2000,
  };
  const pairs = Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]);
  return [...pairs, '--full_health_checks=false'];
}

/** Traffic and replicas are set to zero, so that a change of either rolls no pod. */
function encode({ traffic: _, componentSpecs = [], ...predictor }: Predictor): string {
  const components = componentSpecs.map((component: ComponentSpec) => ({
    ...component,
    metadata: { creationTimestamp: null, ...component.metadata },
  }));
  const engine = { engineResources: {}, svcOrchSpec: {}, ...predictor, componentSpecs: components, replicas: 0 };
  return Buffer.from(JSON.stringify(engine)).toString('base64');
}

function probe(path: string): Probe {
  return {
    httpGet: { path, port: ENGINE_HTTP_PORT, scheme: 'HTTP' },
    initialDelaySeconds: 20,
    periodSeconds: 5,
    successThreshold: 1,
    failureThreshold: 3,
    timeoutSeconds: 60,
  };
}
