import { engineContainer } from './engine.ts';
import type { Images } from './images.ts';
import { DEPLOYMENT, type Deployment } from './kinds.ts';
import { engineDeploymentName, predictorServiceName } from './names.ts';
import { PODINFO } from './pod-info.ts';
import type { Predictor, SeldonDeployment } from './seldon-deployment.ts';

/**
 * The executor in its own Deployment: its label has the Service's name where others have the object's, and it has none
 * of the predictor's annotations.
 */
export function engineDeployment(sdep: SeldonDeployment, predictor: Predictor, images: Images): Deployment {
  const name = engineDeploymentName(sdep, predictor);
  const service = predictorServiceName(sdep, predictor);
  const matchLabels = { 'seldon-app': service, 'seldon-deployment-id': service };
  const labels = { ...matchLabels, app: name, ...predictor.labels };
  const replicas = predictor.svcOrchSpec?.replicas ?? predictor.replicas ?? sdep.spec.replicas;
  return {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: DEPLOYMENT.kind,
    metadata: {
      name,
      namespace: sdep.metadata.namespace ?? 'default',
      labels: { fluentd: 'true', 'seldon-deployment-contains-svcorch': 'true', ...labels },
      annotations: { ...sdep.spec.annotations },
    },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels, annotations: { 'prometheus.io/path': '/prometheus', 'prometheus.io/scrape': 'true' } },
        spec: {
          terminationGracePeriodSeconds: 20,
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
          schedulerName: 'default-scheduler',
          serviceAccountName: 'default',
          containers: [engineContainer(sdep, { predictor, images })],
          volumes: [PODINFO],
        },
      },
    },
  };
}
