import type { Plan } from '../core/plan.ts';
import type { SeldonDeployment } from '../core/seldon-deployment.ts';
import type { Cluster } from '../ports.ts';
import type { Conclude } from './journal.ts';

/**
 * The server and its webhooks judge the manifest without storing it; only what passes is applied.
 * @returns the object as the server stored it, or would store it
 */
export async function applyPlan(
  cluster: Cluster,
  { manifest }: Plan,
  { dryRun, conclude }: { readonly dryRun: boolean; readonly conclude: Conclude },
): Promise<SeldonDeployment> {
  const where = `${manifest.metadata.namespace}/${manifest.metadata.name}`;
  const checked = await cluster.apply(manifest, { dryRun: true });
  if (dryRun) {
    conclude(`the server accepts it; dry run, so SeldonDeployment ${where} is as it was`);
    return checked;
  }
  const applied = await cluster.apply(manifest, { dryRun: false });
  conclude(`SeldonDeployment ${where} applied, generation ${applied.metadata.generation ?? '?'}`);
  return applied;
}
