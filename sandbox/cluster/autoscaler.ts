import { DEPLOYMENT, HORIZONTAL_POD_AUTOSCALER } from './kinds.ts';
import { fullName, type KubeObject } from './objects.ts';
import type { Store } from './store.ts';
import { WorkQueue } from './work-queue.ts';

interface ScalerSpec {
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  readonly minReplicas?: number;
  readonly maxReplicas: number;
}

/** Seconds between two checks of a Deployment. */
const PERIOD = 15;

/** Keeps a Deployment's replicas between the least and the most that its autoscaler allows; there are no metrics. */
export function startAutoscaler(store: Store, second: number): () => void {
  const queue = new WorkQueue(PERIOD * second, (key) => {
    const [namespace, name = ''] = key.split('/');
    const scaler = store.get(HORIZONTAL_POD_AUTOSCALER, namespace, name);
    if (scaler !== undefined) scale(store, scaler);
  });
  const stop = store.listen(({ kind, type, object }) => {
    if (kind === HORIZONTAL_POD_AUTOSCALER && type !== 'DELETED') queue.add(fullName(object.metadata));
    if (kind !== DEPLOYMENT || type === 'DELETED') return;
    const { namespace } = object.metadata;
    for (const scaler of store.list(HORIZONTAL_POD_AUTOSCALER, namespace))
      if ((scaler.spec as ScalerSpec).scaleTargetRef.name === object.metadata.name)
        queue.add(fullName(scaler.metadata));
  });
  return () => {
    stop();
    queue.close();
  };
}

function scale(store: Store, scaler: KubeObject): void {
  const { scaleTargetRef, minReplicas = 1, maxReplicas } = scaler.spec as ScalerSpec;
  const target = store.get(DEPLOYMENT, scaler.metadata.namespace, scaleTargetRef.name);
  if (target === undefined || scaleTargetRef.kind !== DEPLOYMENT.kind) return;
  const { replicas: current = 1 } = target.spec as { replicas?: number };
  // 0 replicas switch the autoscaler off.
  if (current === 0) return;
  const replicas = Math.min(Math.max(current, minReplicas), maxReplicas);
  if (replicas !== current)
    store.edit(DEPLOYMENT, target, (live) => ({ ...live, spec: { ...(live.spec as object), replicas } }));
  store.edit(HORIZONTAL_POD_AUTOSCALER, scaler, (live) => ({
    ...live,
    status: { currentReplicas: current, desiredReplicas: replicas },
  }));
}
