import { AUTOSCALER, DEPLOYMENT, SERVICE } from './kinds.ts';
import { ownedBy, type Pass } from './pass.ts';

/** Marks a Deployment whose pods hold the executor. */
const WITH_ENGINE = 'seldon-deployment-contains-svcorch';

/**
 * Removes Deployments that are in the status but not wanted; their Services are removed when no such Deployment is
 * left. What the status does not list is never removed, and a Service that it lists must exist.
 * @throws Error if one does not exist
 */
export async function removeLeftovers(pass: Pass): Promise<void> {
  const { caches, sdep, components, status } = pass;
  const { namespace } = sdep.metadata;
  const wanted = new Set(components.deployments.map(({ metadata }) => metadata.name));
  const extra = status.deployments.filter((name) => !wanted.has(name));
  const live = extra.map((name) => caches.deployments.get(namespace, name));
  const withEngine = live.filter((one) => one?.metadata.labels?.[WITH_ENGINE] !== undefined);
  for (const name of extra) {
    const found = caches.deployments.get(namespace, name);
    if (found === undefined) status.forgetDeployment(name);
    // Those with an executor are removed one pass before the others.
    else if (withEngine.length === 0 || withEngine.includes(found)) await removeDeployment(pass, name);
  }
  if (extra.length === 0) await removeServices(pass);
}

async function removeDeployment({ client, caches, sdep, record }: Pass, name: string): Promise<void> {
  const { namespace } = sdep.metadata;
  await client.removePresent(DEPLOYMENT, { name, ...(namespace !== undefined && { namespace }) }, 'Foreground');
  record('DeleteDeployment', `Deleted Deployment "${name}"`);
  const scaler = caches.autoscalers.get(namespace, name);
  if (scaler === undefined) return;
  await client.remove(AUTOSCALER, scaler.metadata, 'Foreground');
  record('DeleteHPA', `Deleted HorizontalPodAutoscaler "${name}"`);
}

async function removeServices({ client, caches, sdep, components, status }: Pass): Promise<void> {
  const { namespace } = sdep.metadata;
  const wanted = new Set(components.services.map(({ metadata }) => metadata.name));
  for (const name of status.services.toSorted()) {
    if (wanted.has(name)) continue;
    const live = caches.services.get(namespace, name);
    // After a lost write the status still lists what the previous pass removed: this fails until somebody corrects it.
    if (live === undefined) throw new Error(`Service "${name}" not found`);
    status.forgetService(name);
    await client.removePresent(SERVICE, live.metadata, 'Background');
  }
  for (const { metadata } of ownedBy(sdep, caches.services))
    if (!wanted.has(metadata.name)) await client.remove(SERVICE, metadata, 'Background');
}
