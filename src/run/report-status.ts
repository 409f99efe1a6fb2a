import { UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { Clock } from '../base/ports.ts';
import { predictorLines, revisionLines } from '../plan/live-state.ts';
import { protocolOf } from '../plan/plan-rollout.ts';
import type { Draft } from '../report/draft.ts';
import { expectationOf } from '../rollout/expectation.ts';
import { healthOf } from '../rollout/rollout-status.ts';
import { readStatusOnce } from '../rollout/wait-until-ready.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { endpointOf } from '../seldon/protocol.ts';
import type { Config } from '../settings/config.ts';
import { lockInWords, standingLock } from './locks.ts';

export interface StatusRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly config: Config;
  readonly ref: ObjectRef;
}

/** Reports what is live: traffic percentages, state, creation time and history. Changes nothing. */
export async function reportStatus(
  { cluster, clock, config, ref }: StatusRequest,
  conclude: Conclude,
): Promise<Partial<Draft>> {
  const live = await cluster.read(ref);
  // Who may only look may not see locks.
  const lock = await standingLock({ peers: { cluster, clock } }, ref).catch(() => undefined);
  if (live === undefined) {
    throw new UserError('nothing-live', `there is no SeldonDeployment ${ref.namespace}/${ref.name}`, {
      hint: 'correct the inputs `name` and `namespace`, or deploy a model with mode `direct`',
    });
  }
  const { status, snapshot } = await readStatusOnce({ cluster, clock, ref, expected: expectationOf(live) });
  const health = healthOf(snapshot, expectationOf(live));
  const told = {
    'in-progress': 'the rollout is in progress',
    ready: 'all pods are ready',
    failed: 'the rollout failed',
  }[status.phase];
  conclude(status.phase === 'ready' ? told : `${told}: ${status.message}`);
  const [main] = live.spec.predictors;
  const protocol = protocolOf(config, live, undefined);
  const at = { ...ref, protocol, predictor: main ?? { name: '' }, node: main?.graph.name ?? '' };
  return {
    outcome: 'reported',
    reason: 'status',
    protocol,
    endpoint: endpointOf({ ...at, ingressUrl: config.proof.ingressUrl }),
    predictors: predictorLines(live).map((line) => ({ ...line, health: health.get(line.name) ?? 'unknown' })),
    history: revisionLines(live),
    warnings: lock === undefined ? [] : [`It is locked ${lockInWords(lock)}`],
    since: live.metadata.creationTimestamp,
  };
}
