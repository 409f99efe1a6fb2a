import type { Conclude } from '../base/journal.ts';
import type { Plan } from '../plan/plan.ts';
import type { Cluster } from '../seldon/cluster.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** Sends the manifests of all stages as a dry run: the server and its webhooks validate them and store nothing. */
export async function tryPlan(cluster: Cluster, { stages, manifest }: Plan, conclude: Conclude): Promise<void> {
  for (const stage of stages) await cluster.apply(stage.manifest, { dryRun: true });
  const where = `SeldonDeployment ${manifest.metadata.namespace}/${manifest.metadata.name}`;
  conclude(`the server accepts the manifest; dry run: ${where} is unchanged`);
}

/**
 * Applies one manifest, after the server accepts it and all later manifests in a dry run.
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
