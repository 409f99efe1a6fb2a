import type { ExpectedPredictor, Suspicion } from './rollout-status.ts';
import type { StatusCondition } from './seldon-deployment.ts';
import type { Deployment, Pod } from './snapshot.ts';

/** Does the Deployment itself say that it will not get its pods? Only its word on the current generation counts. */
export function deploymentDoom({ metadata, status }: Deployment): Suspicion | undefined {
  const culprit = { kind: 'deployment', name: metadata.name, uid: metadata.uid } as const;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return undefined;
  const failure = condition(status?.conditions, 'ReplicaFailure');
  if (failure?.status === 'True') {
    const quota = /exceeded quota/.test(failure.message ?? '');
    const reason = quota ? 'quota-exceeded' : 'pods-refused';
    return {
      reason,
      message: `pods cannot be created: ${failure.message ?? failure.reason}`,
      culprit,
      grace: quota ? 0 : 30,
    };
  }
  const progress = condition(status?.conditions, 'Progressing');
  if (progress?.status !== 'False' || progress.reason !== 'ProgressDeadlineExceeded') return undefined;
  return {
    reason: 'progress-deadline-exceeded',
    message: `Deployment ${metadata.name} made no progress within its deadline`,
    culprit,
    grace: 0,
  };
}

/** What is still missing, in words; the arithmetic of `kubectl rollout status`. */
export function progressOf(
  { metadata, spec, status = {} }: Deployment,
  { predictor, pods }: { readonly predictor: ExpectedPredictor; readonly pods: readonly Pod[] },
): string | undefined {
  const wanted = spec.replicas ?? 1;
  const stage = stageOf(pods);
  const { updatedReplicas: updated = 0, availableReplicas: available = 0, replicas = 0 } = status;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return `${predictor.name}: waiting for its Deployment to be taken up`;
  if (predictor.replicas !== undefined && wanted !== predictor.replicas)
    return `${predictor.name}: waiting for ${predictor.replicas} replicas to be asked for`;
  if (updated < wanted) return `${predictor.name}: ${updated} of ${wanted} new pods created`;
  if (available < updated)
    return `${predictor.name}: ${Math.min(available, updated)} of ${wanted} pods available${stage}`;
  if (replicas > updated && stage !== '')
    return `${predictor.name}: the old pods serve until the new are ready${stage}`;
  if (replicas > updated) return `${predictor.name}: old pods still to end: ${replicas - updated}`;
  return undefined;
}

/** Where the slowest pod stands: `, model-initializer is running`. */
function stageOf(pods: readonly Pod[]): string {
  for (const { status } of pods) {
    const init = status?.initContainerStatuses?.find((one) => one.state?.terminated?.exitCode !== 0);
    if (init !== undefined)
      return `, init container ${init.name} ${init.state?.running === undefined ? 'is waiting' : 'is running'}`;
    const containers = status?.containerStatuses?.filter((one) => !one.ready) ?? [];
    if (containers.length > 0) return `, not ready: ${containers.map((one) => one.name).join(', ')}`;
    if (status?.phase === 'Pending') return ', pod is pending';
  }
  return '';
}

function condition(conditions: readonly StatusCondition[] | undefined, type: string): StatusCondition | undefined {
  return conditions?.find((one) => one.type === type);
}
