import { ensure } from './ensure.ts';
import { AUTOSCALER } from './kinds.ts';
import type { Pass } from './pass.ts';

/** Creates the autoscalers of the components, and removes those that are no longer wanted. */
export async function createAutoscalers(pass: Pass): Promise<boolean> {
  const { client, caches, components, status } = pass;
  const words = ['HPA', 'HorizontalPodAutoscaler'] as const;
  let ready = true;
  for (const one of components.autoscalers)
    if ((await ensure(pass, one, { kind: AUTOSCALER, cache: caches.autoscalers, words })) !== 'same') ready = false;
  const wanted = new Set(components.autoscalers.map(({ metadata }) => metadata.name));
  for (const { metadata } of components.deployments) {
    const live = caches.autoscalers.get(metadata.namespace, metadata.name);
    if (live !== undefined && !wanted.has(metadata.name)) await client.remove(AUTOSCALER, live.metadata, 'Foreground');
  }
  const done = components.autoscalers.length > 0 ? 'All HPAs resources ready' : 'No HPAs defined';
  status.mark('HpasReady', ready, ready ? done : 'HPAs not ready');
  return ready;
}
