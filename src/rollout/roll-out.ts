import type { Finding } from '../base/finding.ts';
import type { Conclude } from '../base/journal.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { expectationOf } from './expectation.ts';
import { gatherFindings } from './failures/gather-findings.ts';
import { removeOrphans } from './remove-orphans.ts';
import { readStatusOnce, waitUntilReady } from './wait-until-ready.ts';

export interface RollOutRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
  readonly ref: ObjectRef;
  readonly applied: SeldonDeployment;
  /** The object before that apply, if there was one. */
  readonly before?: SeldonDeployment | undefined;
  /** Seconds. */
  readonly timeout: number;
  /** The applied object, if the API server has answered with it just now. */
  readonly stored?: SeldonDeployment | undefined;
}

/** Waits until the applied object is ready. @returns why the rollout failed; undefined if all pods are ready. */
export async function rollOut(request: RollOutRequest, conclude: Conclude): Promise<readonly Finding[] | undefined> {
  const expected = expectationOf(request.applied, request.before);
  const end = await waitUntilReady({ ...request, expected });
  const orphans = await removeOrphans(request.cluster, request.ref, end);
  conclude([end.status.message, ...orphans].join('; '), end.status.phase === 'ready' ? 'ok' : 'failed');
  return end.status.phase === 'ready' ? undefined : gatherFindings(request.cluster, request.ref, { end, expected });
}

/** Reads the status of an object once: ready, failed or in progress. */
export async function stateOf(
  world: Pick<RollOutRequest, 'cluster' | 'clock'>,
  live: SeldonDeployment,
  ref: ObjectRef,
): Promise<'ready' | 'failed' | 'in-progress'> {
  const { status } = await readStatusOnce({ ...world, ref, expected: expectationOf(live) });
  return status.phase;
}
