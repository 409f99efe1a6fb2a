import { waitProfile } from '../rollout/wait-profile.ts';
import { deploymentLabelsOf } from '../seldon/created-objects.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { ProofContext } from './proof-context.ts';

/** What the new pods waited for. */
export async function profileOf(
  { peers, objects, plan }: ProofContext,
  applied: SeldonDeployment,
  since: number,
): Promise<ReturnType<typeof waitProfile>> {
  const observation = await peers.cluster.observe(objects.ref, deploymentLabelsOf(applied));
  const marker = plan.predictor.annotations?.[ANNOTATIONS.rollout];
  const pods = observation.pods.filter(({ metadata }) => metadata.annotations?.[ANNOTATIONS.rollout] === marker);
  observation.close();
  return waitProfile(pods, since);
}
