import type { Images } from './images.ts';
import { DEPLOYMENT, type Deployment } from './kinds.ts';
import { modelInitializer } from './model-container.ts';
import { explainerName, predictorServiceName, seldonId } from './names.ts';
import { PODINFO } from './pod-info.ts';
import {
  type Container,
  hasEngine,
  isV2,
  type Predictor,
  type Probe,
  type SeldonDeployment,
} from './seldon-deployment.ts';

export const EXPLAINER_PORT = 9000;

export function hasExplainer({ explainer }: Predictor): boolean {
  return Boolean(explainer?.type);
}

/** The explainer beside a predictor, with the predictor's annotations; its selector is the object's name alone. */
export function explainerDeployment(sdep: SeldonDeployment, predictor: Predictor, images: Images): Deployment {
  const { explainer = {} } = predictor;
  const name = explainerName(sdep, predictor);
  const matchLabels = { 'seldon-deployment-id': seldonId(sdep) };
  const labels = {
    ...matchLabels,
    app: name,
    fluentd: 'true',
    'seldon-app': name,
    'app.kubernetes.io/managed-by': 'seldon-core',
    'seldon.io/explainer': 'true',
    ...predictor.labels,
  };
  const annotations = { ...sdep.spec.annotations, ...predictor.annotations };
  const replicas = (predictor.replicas ?? sdep.spec.replicas) === 0 ? 0 : explainer.replicas;
  const container = containerOf(sdep, predictor, images);
  const { modelUri, envSecretRefName, storageInitializerImage } = explainer;
  const node = {
    name: container.name,
    ...(modelUri && { modelUri }),
    ...(envSecretRefName && { envSecretRefName }),
    ...(storageInitializerImage && { storageInitializerImage }),
  };
  const volume = `${container.name}-provision-location`;
  return {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: DEPLOYMENT.kind,
    metadata: { name, namespace: sdep.metadata.namespace ?? 'default', labels, annotations },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
      ...(predictor.progressDeadlineSeconds && { progressDeadlineSeconds: predictor.progressDeadlineSeconds }),
      template: {
        metadata: { labels, annotations },
        spec: {
          terminationGracePeriodSeconds: 20,
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
          schedulerName: 'default-scheduler',
          containers: [container],
          ...(modelUri && { initContainers: [modelInitializer(node, images)] }),
          volumes: [PODINFO, ...(modelUri ? [{ name: volume, emptyDir: {} }] : [])],
        },
      },
    },
  };
}

function containerOf(sdep: SeldonDeployment, predictor: Predictor, images: Images): Container {
  const { explainer = {}, graph } = predictor;
  const { containerSpec = {}, modelUri, type = '' } = explainer;
  const name = containerSpec.name || explainerName(sdep, predictor);
  const port = hasEngine(predictor) ? 8000 : (graph.endpoint?.httpPort ?? 9000);
  const mount = { name: `${name}-provision-location`, mountPath: '/mnt/models', readOnly: true };
  return {
    imagePullPolicy: 'IfNotPresent',
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', '/bin/sleep 10'] } } },
    livenessProbe: portProbe(60, 5),
    readinessProbe: portProbe(20, 7),
    ports: [{ name: 'http', containerPort: EXPLAINER_PORT, protocol: 'TCP' }],
    ...containerSpec,
    name,
    image: containerSpec.image ?? (isV2(sdep.spec.protocol) ? images.explainer.v2 : images.explainer.seldon),
    args: [
      `--model_name=${graph.name}`,
      `--predictor_host=${predictorServiceName(sdep, predictor)}.${sdep.metadata.namespace ?? 'default'}:${port}`,
      '--protocol=seldon.http',
      `--http_port=${EXPLAINER_PORT}`,
      ...(modelUri ? ['--storage_uri=/mnt/models'] : []),
      type,
    ],
    volumeMounts: [...(containerSpec.volumeMounts ?? []), ...(modelUri ? [mount] : [])],
  };
}

function portProbe(initialDelaySeconds: number, failureThreshold: number): Probe {
  return {
    tcpSocket: { port: 'http' },
    initialDelaySeconds,
    periodSeconds: 5,
    successThreshold: 1,
    failureThreshold,
    timeoutSeconds: 1,
  };
}
