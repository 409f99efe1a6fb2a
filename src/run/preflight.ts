import { UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import { rcloneRemoteOf } from '../model/storage-uri.ts';
import { permissionsFor, roleFor } from '../plan/permissions.ts';
import type { Metrics } from '../proof/evidence/metrics.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { describePermission } from '../seldon/permission.ts';
import type { GraphNode } from '../seldon/seldon-deployment.ts';
import type { Config } from '../settings/config.ts';

/** Ends the run while nothing is changed if a permission lacks, naming it and the Role that grants it. */
export async function checkPermissions(
  {
    cluster,
    metrics,
    ref,
    config,
  }: {
    readonly cluster: Cluster;
    readonly metrics: Metrics | undefined;
    readonly ref: ObjectRef;
    readonly config: Config;
  },
  conclude: Conclude,
): Promise<void> {
  if (config.manifestFile !== undefined)
    return conclude(`no cluster is asked: ${config.manifestFile} says what is live`);
  // Figures that nobody gives are better missed now than when the canary is out.
  await metrics?.query('vector(1)');
  const wanted = permissionsFor(config);
  const missing = await cluster.missingPermissions(ref.namespace, wanted);
  if (missing.length === 0)
    return conclude(`all permissions are there, namespace ${ref.namespace} of ${cluster.server}`);
  const list = missing.map(describePermission).join(', ');
  throw new UserError(
    'cluster-forbidden',
    `the user of this kubeconfig may not, in namespace ${ref.namespace}: ${list}`,
    {
      hint: `bind this Role to it, if the namespace is the right one:\n\n${roleFor(ref.namespace, wanted)}`,
    },
  );
}

/**
 * Looks at the Secret with the storage's credentials, where we may.
 * @param hasNamespace throws where the namespace itself is missing, and with it all Secrets
 * @returns warnings
 * @throws UserError secret-unusable when it does not exist: no pod could start
 */
export async function checkSecret(
  cluster: Cluster,
  ref: ObjectRef,
  { graph, hasNamespace }: { readonly graph: GraphNode; readonly hasNamespace: () => Promise<unknown> },
): Promise<readonly string[]> {
  const name = graph.envSecretRefName;
  if (name === undefined) return [];
  const keys = await cluster.secretKeys({ namespace: ref.namespace, name });
  if (keys === 'forbidden') return [];
  if (keys === 'missing') {
    await hasNamespace();
    throw new UserError('secret-unusable', `Secret ${ref.namespace}/${name} does not exist`, {
      hint: 'create it with the `RCLONE_CONFIG_*` keys of your storage, or correct the input `env-secret`',
    });
  }
  const remote = rcloneRemoteOf(graph.modelUri ?? '');
  const key = `RCLONE_CONFIG_${remote?.toUpperCase()}_TYPE`;
  if (remote === undefined || remote === 'gs' || keys.includes(key) || graph['storageInitializerImage'] !== undefined)
    return [];
  return [
    `Secret ${ref.namespace}/${name} has no key \`${key}\`: Seldon's storage initializer is rclone, and \`${remote}\` in ` +
      `${graph.modelUri} is the name of an rclone remote`,
  ];
}
