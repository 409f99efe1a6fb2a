import type { LogOptions, ObjectRef } from '../../seldon/cluster.ts';
import { failureOf } from './api-status.ts';
import type { ApiConnection } from './connection/connection.ts';

/** Maximum number of bytes read from a log: a container may have written gigabytes. */
const LONGEST_LOG = 64 * 1024;

/** The text that a successful answer contains if a container has no log. */
const NO_LOG = /^unable to retrieve container logs for \S+\s*$/;

/** The last lines of a container's log; undefined when the kubelet has none. @throws UserError cluster-* */
export async function readLog(
  connection: ApiConnection,
  { pod, container, previous, tailLines }: LogOptions & { readonly pod: ObjectRef; readonly container: string },
): Promise<string | undefined> {
  const { namespace, name } = pod;
  const answer = await connection.request({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`,
    query: {
      container,
      tailLines: String(tailLines),
      limitBytes: String(LONGEST_LOG),
      ...(previous && { previous: 'true' }),
    },
    relayed: true,
  });
  if (answer.status === 400 || answer.status === 404 || NO_LOG.test(answer.body)) return undefined;
  if (answer.status === 200) return answer.body;
  throw failureOf(answer, { verb: 'get', resource: 'pods/log', namespace });
}
