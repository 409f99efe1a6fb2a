import { UserError } from '../../base/errors.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import { CHANGED_CURE, failureOf, isKubernetesAnswer, isObjectMissing } from './api-status.ts';
import type { ApiConnection } from './connection/connection.ts';

/**
 * Deletes one Deployment with its pods, if it is still the one that was seen.
 * @throws UserError cluster-forbidden, object-changed when another one has its name now
 */
export async function removeDeployment(
  connection: ApiConnection,
  { namespace, name }: ObjectRef,
  uid: string | undefined,
): Promise<void> {
  const answer = await connection.request({
    method: 'DELETE',
    path: `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments/${encodeURIComponent(name)}`,
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(uid !== undefined && { preconditions: { uid } }),
      propagationPolicy: 'Background',
    }),
  });
  if ((answer.status < 300 && isKubernetesAnswer(answer)) || isObjectMissing(answer)) return;
  if (answer.status === 409)
    throw new UserError('object-changed', `Deployment ${namespace}/${name} was replaced during this run`, {
      hint: CHANGED_CURE,
    });
  throw failureOf(answer, { verb: 'delete', resource: 'deployments.apps', namespace });
}
