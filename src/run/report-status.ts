import { messageOf, UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import { predictorLines, revisionLines } from '../plan/live-state.ts';
import { modelsOf } from '../plan/model-note.ts';
import { protocolOf } from '../plan/plan-rollout.ts';
import { recallModel } from '../plan/recall-model.ts';
import { prepareSmoke } from '../proof/prepare-smoke.ts';
import type { Draft } from '../report/draft.ts';
import { expectationOf } from '../rollout/expectation.ts';
import { healthOf } from '../rollout/rollout-status.ts';
import { readStatusOnce } from '../rollout/wait-until-ready.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import { endpointOf, type Protocol } from '../seldon/protocol.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config } from '../settings/config.ts';
import { lockInWords, standingLock } from './locks.ts';
import type { Peers } from './run-state.ts';

export interface StatusRequest {
  readonly peers: Pick<Peers, 'cluster' | 'clock' | 'registry' | 'runner' | 'workspace'>;
  readonly config: Config;
  readonly ref: ObjectRef;
}

/** Reports what is live: traffic percentages, state, creation time and history. Changes nothing. */
export async function reportStatus({ peers, config, ref }: StatusRequest, conclude: Conclude): Promise<Partial<Draft>> {
  const { cluster, clock } = peers;
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
    sampleRequest: await sampleFor(peers, { config, live, protocol }),
  };
}

interface SampleOrder {
  readonly config: Config;
  readonly live: SeldonDeployment;
  readonly protocol: Protocol;
}

/** A request that fits the model of main, for people to send; undefined where the registry does not tell. */
async function sampleFor(
  { registry, runner, workspace }: StatusRequest['peers'],
  { config, live, protocol }: SampleOrder,
): Promise<string | undefined> {
  const note = modelsOf(live).get(live.spec.predictors[0]?.name ?? '');
  if (note === undefined || config.registry.trackingUri === undefined) return undefined;
  try {
    const model = await recallModel({ registry, runner }, note);
    return (await prepareSmoke(workspace, { config, model, protocol })).request?.body;
  } catch (error) {
    runner.info(`no request for this model is known: ${messageOf(error)}`);
    return undefined;
  }
}
