import type { Conclude } from '../base/journal.ts';
import type { Plan } from '../plan/plan.ts';
import type { Cluster } from '../seldon/cluster.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** The server and its webhooks judge what every stage would apply, and store nothing. */
export async function tryPlan(cluster: Cluster, { stages, manifest }: Plan, conclude: Conclude): Promise<void> {
  for (const stage of stages) await cluster.apply(stage.manifest, { dryRun: true });
  const where = `SeldonDeployment ${manifest.metadata.namespace}/${manifest.metadata.name}`;
  conclude(`the server accepts it; dry run, so ${where} is as it was`);
}

/**
 * Applies one manifest, once the server accepts it and all that will follow.
 * @param checked manifests that must pass first
 * @returns the object as the server stored it
 */
export async function applyManifest(
  cluster: Cluster,
  manifest: SeldonDeployment,
  checked: readonly SeldonDeployment[],
): Promise<SeldonDeployment> {
  for (const one of checked) await cluster.apply(one, { dryRun: true });
  return cluster.apply(manifest, { dryRun: false });
}
