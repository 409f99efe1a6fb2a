import { createHash } from 'node:crypto';
import { covers } from './covers.ts';
import { DEPLOYMENT, type Deployment } from './kinds.ts';
import { controlledBy, type Pass } from './pass.ts';

const LAST_APPLIED = 'seldon.io/last-applied';

/** `stuck`: one is not available and makes no progress. */
export type Rollout = 'ready' | 'rolling' | 'stuck';

/** Creates and updates the Deployments, and judges them by their counts in the cache. */
export async function rollDeployments(pass: Pass): Promise<Rollout> {
  const { caches, components, status } = pass;
  let ready = true;
  let stuck = false;
  for (const wanted of components.deployments) {
    const live = caches.deployments.get(wanted.metadata.namespace, wanted.metadata.name);
    const found = live === undefined ? await create(pass, wanted) : await update(pass, live, wanted);
    if (found === undefined) {
      ready = false;
      continue;
    }
    status.noteDeployment(found, wanted.metadata.name === components.defaultDeployment);
    if (isUp(found)) continue;
    if (ready) {
      status.markDeployments(conditionOf(found, 'Available'));
      stuck ||= ['Progressing', 'Available'].every((type) => conditionOf(found, type)?.status === 'False');
    }
    ready = false;
  }
  if (!ready) return stuck ? 'stuck' : 'rolling';
  status.markDeployments(latestAvailable(pass));
  return 'ready';
}

async function create({ client, caches, sdep, record }: Pass, wanted: Deployment): Promise<undefined> {
  caches.deployments.put(await client.create(DEPLOYMENT, controlledBy(sdep, stamped(wanted))));
  record('CreateDeployment', `Created Deployment "${wanted.metadata.name}"`);
  return undefined;
}

/** @returns the Deployment when its pods are as wanted, undefined if they begin to roll now */
async function update(pass: Pass, live: Deployment, wanted: Deployment): Promise<Deployment | undefined> {
  const { client, caches, sdep, record } = pass;
  const { name } = wanted.metadata;
  if (!isSameSelector(live, wanted)) {
    await client.removePresent(DEPLOYMENT, live.metadata, 'Foreground');
    record('DeleteDeployment', `Deleted Deployment "${name}"`);
    await client.create(DEPLOYMENT, controlledBy(sdep, stamped(wanted)));
    record('CreateDeployment', `Recreated Deployment (selector changed) "${name}"`);
    return undefined;
  }
  const isApplied = live.metadata.annotations?.[LAST_APPLIED] === hashOf(wanted);
  if (isApplied && covers(live.spec, wanted.spec)) return live;
  const replicas = wanted.spec.replicas ?? live.spec.replicas;
  const spec = { ...wanted.spec, ...(replicas !== undefined && { replicas }) };
  // It notes the number that it found, which the next pass misses in what it wants: without a number of its own, a
  // Deployment is written again on every pass. The annotation of its controller goes, and comes back.
  const { labels = {}, annotations = {} } = stamped({ ...wanted, spec }).metadata;
  const isRewrite = live.metadata.annotations?.[LAST_APPLIED] === annotations[LAST_APPLIED];
  if (isRewrite && !pass.mayRewrite(name)) return live;
  const answer = await client.update(DEPLOYMENT, {
    ...live,
    metadata: { ...live.metadata, labels, annotations },
    spec,
  });
  caches.deployments.put(answer);
  // Additions, and changes outside of the pods' spec, are ignored.
  if (covers(answer.spec.template.spec, live.spec.template.spec)) return answer;
  record('UpdateDeployment', `Updated Deployment "${name}"`);
  return undefined;
}

/** Neither the generation nor the count of updated pods is checked: the old pods count for a new spec. */
function isUp({ status = {} }: Deployment): boolean {
  return (status.readyReplicas ?? 0) > 0 && (status.unavailableReplicas ?? 0) === 0;
}

function stamped(wanted: Deployment): Deployment {
  const annotations = { ...wanted.metadata.annotations, [LAST_APPLIED]: hashOf(wanted) };
  return { ...wanted, metadata: { ...wanted.metadata, annotations } };
}

function hashOf({ metadata: { labels, annotations }, spec: { replicas, ...spec } }: Deployment): string {
  return createHash('sha256')
    .update(JSON.stringify([labels, annotations, spec, replicas]))
    .digest('hex');
}

function isSameSelector(live: Deployment, wanted: Deployment): boolean {
  return covers(live.spec.selector, wanted.spec.selector) && covers(wanted.spec.selector, live.spec.selector);
}

function conditionOf({ status }: Deployment, type: string) {
  return status?.conditions?.find((condition) => condition.type === type);
}

function latestAvailable({ caches, components }: Pass) {
  const [first] = components.deployments;
  const live = first && caches.deployments.get(first.metadata.namespace, first.metadata.name);
  return live && conditionOf(live, 'Available');
}
