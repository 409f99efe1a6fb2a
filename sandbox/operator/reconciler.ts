import { messageOf } from '../../src/base/errors.ts';
import { type KubernetesClient, KubernetesError } from '../kubernetes-client.ts';
import type { Kind } from '../kubernetes-object.ts';
import { createAutoscalers } from './autoscalers.ts';
import { rollDeployments } from './deployments.ts';
import { ensure } from './ensure.ts';
import type { EventRecorder } from './event-recorder.ts';
import { DESTINATION_RULE, MAPPING, SERVICE, VIRTUAL_SERVICE } from './kinds.ts';
import { removeLeftovers } from './leftovers.ts';
import { type Caches, ownedBy, type Pass } from './pass.ts';
import { type RenderOptions, renderComponents } from './render.ts';
import type { SeldonDeployment, SeldonStatus } from './seldon-deployment.ts';
import { serviceStatusOf } from './services.ts';
import { isSameStatus, StatusDraft } from './status.ts';

export interface Surroundings {
  readonly client: KubernetesClient;
  /** SeldonDeployment, in the version that this operator reads. */
  readonly kind: Kind;
  readonly caches: Caches;
  readonly recorder: EventRecorder;
  readonly render: RenderOptions;
  readonly mayRewrite: Pass['mayRewrite'];
}

/**
 * Takes the cluster one step towards the SeldonDeployment's spec, and writes the status. It trusts its
 * caches and the Deployments' counts and ignores generations: this is the cause of its false `Available`.
 * @throws Error if the pass must be repeated
 */
export async function reconcile(sdep: SeldonDeployment, around: Surroundings): Promise<void> {
  const { client, caches, recorder } = around;
  if (sdep.metadata.deletionTimestamp !== undefined) return;
  const status = new StatusDraft(sdep.status);
  const record = (reason: string, message: string) => recorder.record(sdep, reason, message);
  try {
    const components = renderComponents(sdep, around.render);
    const written = await step({ client, caches, sdep, components, status, record, mayRewrite: around.mayRewrite });
    await writeStatus(sdep, written, around);
    record('Updated', `Updated SeldonDeployment "${sdep.metadata.name}"`);
  } catch (error) {
    if (error instanceof StatusRefused || isConflict(error)) throw error;
    const sentence = messageOf(error);
    record('InternalError', sentence);
    await writeStatus(sdep, status.end('Failed', sentence), around);
    throw error;
  }
}

async function step(pass: Pass): Promise<SeldonStatus> {
  const { status } = pass;
  const servicesReady = await createServices(pass, false);
  const scalersReady = await createAutoscalers(pass);
  status.mark('KedaReady', true, 'No KEDA resources defined');
  status.mark('PdbsReady', true, 'No PDBs defined');
  const deployments = await rollDeployments(pass);
  if (deployments === 'ready') await complete(pass);
  if (deployments === 'ready' && servicesReady && scalersReady) return status.end('Available');
  if (deployments === 'stuck') return status.end('Failed', 'Deployment is no longer progressing and not available.');
  return status.end('Creating');
}

async function createServices(pass: Pass, all: boolean): Promise<boolean> {
  const { caches, components, status } = pass;
  let ready = true;
  for (const service of components.services) {
    const done = await ensure(pass, service, { kind: SERVICE, cache: caches.services, words: ['Service', 'Service'] });
    if (done !== 'created') status.noteAddress(components.address);
    if (done === 'same') status.noteService(serviceStatusOf(service));
    else ready = false;
  }
  const isDone = all && ready;
  status.mark('ServicesReady', isDone, isDone ? 'All services created' : 'Not all services created');
  return ready;
}

/** Only if all Deployments look ready: routes first, then the removal of what is no longer wanted. */
async function complete(pass: Pass): Promise<void> {
  await createServices(pass, true);
  await createVirtualServices(pass);
  await createMappings(pass);
  await removeLeftovers(pass);
}

async function createVirtualServices(pass: Pass): Promise<void> {
  const { caches, components, status } = pass;
  let ready = true;
  for (const route of components.virtualServices) {
    const words = ['VirtualService', 'VirtualService'] as const;
    if ((await ensure(pass, route, { kind: VIRTUAL_SERVICE, cache: caches.virtualServices, words })) !== 'same')
      ready = false;
  }
  for (const rule of components.destinationRules) {
    const words = ['DestinationRule', 'DestinationRule'] as const;
    if ((await ensure(pass, rule, { kind: DESTINATION_RULE, cache: caches.destinationRules, words })) !== 'same')
      ready = false;
  }
  const isNone = components.virtualServices.length === 0;
  const done = isNone ? 'No VirtualServices defined' : 'All VirtualServices created';
  status.mark('istioVirtualServicesReady', ready, ready ? done : 'Not all VirtualServices created');
}

async function createMappings(pass: Pass): Promise<void> {
  const { client, caches, sdep, components, status, record } = pass;
  let ready = true;
  for (const mapping of components.mappings) {
    const words = ['AmbassadorMapping', 'Ambassador Mapping'] as const;
    if ((await ensure(pass, mapping, { kind: MAPPING, cache: caches.mappings, words })) !== 'same') ready = false;
  }
  if (ready && components.mappings.length > 0) {
    for (const { metadata } of ownedBy(sdep, caches.mappings)) {
      if (components.mappings.some((mapping) => mapping.metadata.name === metadata.name)) continue;
      await client.remove(MAPPING, metadata, 'Foreground');
      record('DeleteAmbassadorMapping', `Delete Ambassador mapping "${metadata.name}"`);
    }
  }
  // Seldon's own spelling.
  const done = components.mappings.length === 0 ? 'No Ambassador Mappaings defined' : 'All Ambassador Mappings created';
  status.mark('AmbassadorMappingsReady', ready, ready ? done : 'Not all Ambassador Mappings created');
}

class StatusRefused extends Error {
  override readonly name = 'StatusRefused';
}

async function writeStatus(read: SeldonDeployment, status: SeldonStatus, around: Surroundings): Promise<void> {
  const { client, kind, caches, recorder } = around;
  const { name, namespace } = read.metadata;
  const known = caches.seldonDeployments.get(namespace, name);
  if (known === undefined || isSameStatus(known.status, status)) return;
  try {
    await client.updateStatus(kind, { ...read, status });
  } catch (error) {
    const why = messageOf(error);
    recorder.record(read, 'UpdateFailed', `Failed to update status for SeldonDeployment "${name}": ${why}`);
    throw new StatusRefused(why, { cause: error });
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof KubernetesError && error.reason === 'Conflict';
}
