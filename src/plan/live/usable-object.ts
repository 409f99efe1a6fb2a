import { UserError } from '../../base/errors.ts';
import { isJsonObject, jsonOf } from '../../base/json-value.ts';
import { replicasOf } from '../../seldon/replicas.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import { autoscalingOf } from '../../seldon/sizing.ts';
import type { Plan } from '../plan.ts';

/** States of a live object in which no rollout can end well: they are refused before anything is changed. */

/**
 * Refuses an object that is being deleted, and one whose predictors were put into another order: the first one counts as
 * main, so that a rollback would keep the candidate.
 * @throws UserError object-not-ours
 */
export function refuseUnusable(live: SeldonDeployment | undefined): void {
  if (live === undefined) return;
  const { namespace, name, deletionTimestamp } = live.metadata;
  const where = `SeldonDeployment ${namespace}/${name}`;
  if (deletionTimestamp !== undefined) {
    throw new UserError('object-not-ours', `${where} is being deleted: the operator changes nothing of it any more`, {
      hint: `wait until it is gone, and run again; if it is not deleted, see which finalizer holds it: \`kubectl get seldondeployment ${name} -n ${namespace} -o jsonpath={.metadata.finalizers}\``,
    });
  }
  const main = mainBefore(live);
  const [first, ...others] = live.spec.predictors;
  if (main === undefined || first === undefined || others.every((one) => one.name !== main)) return;
  throw new UserError(
    'object-not-ours',
    `in ${where} another person or tool has put \`${first.name}\` before \`${main}\`: the first predictor counts as main`,
    { hint: `put \`${main}\` first in \`spec.predictors\` again, or remove it to make \`${first.name}\` main` },
  );
}

/** Name of the first predictor when we applied the object last. */
function mainBefore({ metadata }: SeldonDeployment): string | undefined {
  const models = jsonOf(metadata.annotations?.[ANNOTATIONS.models] ?? '');
  return isJsonObject(models) ? Object.keys(models)[0] : undefined;
}

/**
 * Refuses a plan with a predictor that has no pods: the operator never reports it as available, and nobody could prove it.
 * @throws UserError bad-input
 */
export function refuseNoPods({ manifest, stages }: Plan, live: SeldonDeployment | undefined): void {
  const { namespace, name } = manifest.metadata;
  for (const { manifest: planned } of stages) {
    const spec = { ...live?.spec, ...planned.spec };
    const empty = spec.predictors.find((one) => autoscalingOf(one) === undefined && replicasOf(spec, one) === 0);
    if (empty === undefined) continue;
    throw new UserError(
      'bad-input',
      `predictor \`${empty.name}\` of SeldonDeployment ${namespace}/${name} has 0 replicas: no pod can answer, and the operator never reports it as available`,
      {
        hint: `scale it first (\`kubectl scale seldondeployment ${name} -n ${namespace} --replicas 1\`, or its \`replicas\`), or give mode \`direct\` the input \`replicas\``,
      },
    );
  }
}
