import type { KubernetesEvent } from '../../seldon/snapshot.ts';
import { readJson } from './api-status.ts';
import type { ApiConnection } from './connection/connection.ts';

/** Events about one object, oldest first. */
export async function readEvents(
  connection: ApiConnection,
  namespace: string,
  uid: string,
): Promise<readonly KubernetesEvent[]> {
  const answer = await connection.request({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    query: { fieldSelector: `involvedObject.uid=${uid}` },
  });
  const list = readJson<{ items?: RecordedEvent[] }>(answer, { verb: 'list', resource: 'events', namespace });
  return (list.items ?? []).toSorted((a, b) => timeOf(a) - timeOf(b));
}

interface RecordedEvent extends KubernetesEvent {
  readonly eventTime?: string | null;
  readonly metadata?: { readonly creationTimestamp?: string };
}

/** `lastTimestamp` is null in events of the newer API. */
function timeOf({ lastTimestamp, eventTime, metadata }: RecordedEvent): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '') || 0;
}
