import type { Model } from '../../src/model/model.ts';
import { direct } from '../../src/plan/modes/direct.ts';
import type { ModelPlanRequest, RenderOptions } from '../../src/plan/plan-request.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { GateConfig, ShareConfig } from '../../src/settings/config.ts';

/** A model of a registry with named columns; every test states only what matters to it. */
export function aModel(over: Partial<Model> = {}): Model {
  return {
    requestedUri: 'models:/wine@champion',
    storageUri: 's3://mlflow/1/models/m-1/artifacts',
    origin: 'registry',
    name: 'wine',
    version: '1',
    alias: 'champion',
    runId: 'run1',
    modelId: 'm-1',
    isDescribed: true,
    signature: undefined,
    example: undefined,
    link: undefined,
    warnings: [],
    ...over,
  };
}

export function namedColumns(...names: readonly string[]): NonNullable<Model['signature']> {
  const columns = names.map((name) => ({ name, type: 'double', required: true }) as const);
  return { inputs: { kind: 'columns', columns }, outputs: undefined };
}

export function someOptions(over: Partial<RenderOptions> = {}): RenderOptions {
  return {
    name: undefined,
    namespace: undefined,
    protocol: 'seldon',
    apiVersion: 'v1',
    replicas: undefined,
    envSecret: undefined,
    serviceAccount: undefined,
    manifest: undefined,
    orchestrator: true,
    startupProbe: false,
    ...over,
  };
}

export function someShares(over: Partial<ShareConfig> = {}): ShareConfig {
  return {
    traffic: undefined,
    steps: [],
    stepInterval: 60,
    predictor: undefined,
    to: undefined,
    routing: 'seldon',
    proveFirst: false,
    firstDeployment: 'deploy',
    ingressLag: 0,
    ...over,
  };
}

export function someGate(over: Partial<GateConfig> = {}): GateConfig {
  return {
    policy: 'auto',
    prometheusUrl: undefined,
    prometheusToken: undefined,
    errorMargin: 0.01,
    latencyRatio: 1.5,
    latencyLimit: undefined,
    noData: 'pass',
    limit: 600,
    bake: undefined,
    queries: [],
    ...over,
  };
}

const NO_CONTEXT = {
  repository: undefined,
  runUrl: undefined,
  commit: undefined,
  actor: undefined,
  event: undefined,
  pullRequest: undefined,
};

export function aPlanRequest(over: Partial<ModelPlanRequest> = {}): ModelPlanRequest {
  return {
    mode: 'direct',
    name: 'wine',
    namespace: 'seldon',
    model: aModel(),
    options: someOptions(),
    timeout: undefined,
    live: undefined,
    base: undefined,
    share: someShares(),
    context: NO_CONTEXT,
    salt: undefined,
    ingress: { routes: [], served: ['v1'] },
    front: undefined,
    ...over,
  };
}

/** An object as the API server would hold it after that plan was applied. */
export function applied(request: ModelPlanRequest): SeldonDeployment {
  const manifest = structuredClone(direct(request).manifest);
  for (const predictor of manifest.spec.predictors) {
    const ports = predictor.componentSpecs?.[0]?.spec?.containers[0]?.['ports'];
    for (const port of Array.isArray(ports) ? ports : []) port.protocol ??= 'TCP';
  }
  return { ...manifest, metadata: { ...manifest.metadata, uid: 'uid-1', resourceVersion: '10', generation: 1 } };
}
