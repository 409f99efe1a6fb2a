import { AUTOSCALER, type Autoscaler, DEPLOYMENT } from './kinds.ts';
import { seldonId } from './names.ts';
import type { ComponentSpec, SeldonDeployment } from './seldon-deployment.ts';

/** The HorizontalPodAutoscaler of one Deployment, under its name; undefined if the component has none. */
export function autoscalerOf(sdep: SeldonDeployment, name: string, { hpaSpec }: ComponentSpec): Autoscaler | undefined {
  if (hpaSpec === undefined) return undefined;
  const { minReplicas, maxReplicas, metricsv2 } = hpaSpec;
  return {
    apiVersion: AUTOSCALER.apiVersion,
    kind: AUTOSCALER.kind,
    metadata: {
      name,
      namespace: sdep.metadata.namespace ?? 'default',
      labels: { 'seldon-deployment-id': seldonId(sdep) },
    },
    spec: {
      scaleTargetRef: { apiVersion: DEPLOYMENT.apiVersion, kind: DEPLOYMENT.kind, name },
      ...(minReplicas !== undefined && { minReplicas }),
      maxReplicas,
      ...(metricsv2 !== undefined && { metrics: metricsv2 }),
    },
  };
}
