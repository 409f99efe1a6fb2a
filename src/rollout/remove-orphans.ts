import { messageOf } from '../base/errors.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { ANNOTATIONS } from '../seldon/seldon-deployment.ts';
import type { WaitEnd } from './wait-until-ready.ts';

/**
 * Deletes Deployments that the operator will never delete: they belong to no predictor of the object, and nothing routes
 * to them, or the object would not be ready. Only those with our marker are ours to delete.
 * @returns a sentence for each one that was found
 */
export async function removeOrphans(
  cluster: Pick<Cluster, 'removeDeployment'>,
  ref: ObjectRef,
  { status, snapshot }: WaitEnd,
): Promise<readonly string[]> {
  const names = status.phase === 'ready' ? (status.orphans ?? []) : [];
  const sentences: string[] = [];
  for (const name of names) {
    const found = snapshot.deployments.find(({ metadata }) => metadata.name === name);
    const isOurs = found?.spec.template.metadata?.annotations?.[ANNOTATIONS.rollout] !== undefined;
    const why =
      found !== undefined && isOurs
        ? await deleted(cluster, ref, { name, uid: found.metadata.uid })
        : 'it has no marker of this action';
    const command = `kubectl delete deployment ${name} -n ${ref.namespace}`;
    sentences.push(
      why === undefined
        ? `Deployment ${name} belonged to no predictor, and the operator would have left it: it is deleted`
        : `Deployment ${name} belongs to no predictor, and the operator leaves it; it was not deleted (${why}): run \`${command}\``,
    );
  }
  return sentences;
}

/** @returns why it could not be deleted */
async function deleted(
  cluster: Pick<Cluster, 'removeDeployment'>,
  { namespace }: ObjectRef,
  { name, uid }: { readonly name: string; readonly uid: string | undefined },
): Promise<string | undefined> {
  try {
    await cluster.removeDeployment({ namespace, name }, uid);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
