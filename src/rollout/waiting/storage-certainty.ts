import { bestEffort } from '../../base/best-effort.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import { knownFailure } from '../failures/known-failures.ts';
import type { RolloutStatus } from '../verdict.ts';

/** Failures of the storage that may pass while the initializer tries again. */
const MAY_PASS: ReadonlySet<string> = new Set([
  'storage-unreachable',
  'storage-account-missing',
  'storage-busy',
  'storage-certificate',
  'storage-volume-broken',
  'storage-memory',
  'storage-remote-unusable',
  'storage-copy-failed',
]);
const LOG_LINES = 60;

/** Does the log of a failed storage initializer say that no further try can help? Each pod is asked once. */
export function startAskingInitializer(
  cluster: Pick<Cluster, 'logs'>,
  { namespace }: ObjectRef,
): (status: RolloutStatus) => Promise<boolean> {
  const answers = new Map<string, boolean>();
  return async (status) => {
    if (status.phase !== 'failed' || status.reason !== 'storage-failed') return false;
    const { name = '', container = '' } = status.failingObject ?? {};
    const known = answers.get(name);
    if (known !== undefined) return known;
    const read = (previous: boolean) => {
      return bestEffort(cluster.logs({ namespace, name }, container, { previous, tailLines: LOG_LINES }));
    };
    const text = (await read(false)) || (await read(true)) || '';
    const row = knownFailure(text, 'initializer', status.reason)?.row;
    const isCertain = row !== undefined && !MAY_PASS.has(row.id);
    answers.set(name, isCertain);
    return isCertain;
  };
}
