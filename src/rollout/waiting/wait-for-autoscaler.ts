import type { Finding } from '../../base/finding.ts';
import type { Clock } from '../../base/ports.ts';
import type { Stage } from '../../plan/plan.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import { deploymentLabelsOf, deploymentsOf } from '../../seldon/created-objects.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';

export interface AutoscalerRequest {
  readonly cluster: Pick<Cluster, 'observe'>;
  readonly clock: Clock;
  readonly ref: ObjectRef;
  readonly applied: SeldonDeployment;
  /** Seconds for the pods. */
  readonly timeout: number;
}

/** Seconds in which an autoscaler that works writes its least number: it looks every 15 s. */
const AUTOSCALER_TIMEOUT_S = 60;
const LOOK_INTERVAL_MS = 2_000;

/**
 * Waits until the autoscaler of a new predictor has brought it to its least number of pods: a Deployment with an
 * autoscaler begins with one pod, which cannot take over the requests of many.
 * @returns why it did not; undefined if all pods are available
 */
export async function waitForAutoscaler(
  { cluster, clock, ref, applied, timeout }: AutoscalerRequest,
  { predictor: name, pods }: NonNullable<Stage['autoscaled']>,
): Promise<readonly Finding[] | undefined> {
  const predictor = applied.spec.predictors.find((one) => one.name === name);
  const deployment = predictor && deploymentsOf(applied, predictor).find(({ part }) => part === 'model')?.name;
  const observation = await cluster.observe(ref, deploymentLabelsOf(applied));
  const start = clock.now();
  try {
    for (;;) {
      const found = observation.deployments.find(({ metadata }) => metadata.name === deployment);
      if (found === undefined) return undefined;
      const [wanted, available] = [found.spec.replicas ?? 1, found.status?.availableReplicas ?? 0];
      if (wanted >= pods && available >= pods) return undefined;
      const waited = (clock.now() - start) / 1000;
      if (waited >= timeout || (wanted < pods && waited >= AUTOSCALER_TIMEOUT_S))
        return [tooFew({ name, namespace: ref.namespace, deployment: found.metadata.name, wanted, available, pods })];
      await observation.change(LOOK_INTERVAL_MS);
    }
  } finally {
    observation.close();
  }
}

interface Shortage {
  readonly name: string;
  readonly namespace: string;
  readonly deployment: string;
  readonly wanted: number;
  readonly available: number;
  readonly pods: number;
}

function tooFew({ name, namespace, deployment, wanted, available, pods }: Shortage): Finding {
  const isSilent = wanted < pods;
  const title = isSilent
    ? `the autoscaler of ${name} asks for ${wanted} of ${pods} pods`
    : `${available} of ${pods} pods of ${name} are available`;
  const cure = isSilent
    ? `look at \`kubectl describe hpa ${deployment} -n ${namespace}\`: no requests are moved to fewer pods than main has`
    : 'if the pods only need more time to start, raise `timeout`';
  return { reason: 'rollout-timeout', title, cure, quotes: [] };
}
