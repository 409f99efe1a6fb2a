import { messageOf } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import { equal } from '../base/json-value.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { deploymentLabelsOf } from '../seldon/created-objects.ts';
import { withoutReplicas } from '../seldon/replicas.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { applyManifest } from './apply-plan.ts';
import { askAgain } from './ask-again.ts';
import { expectationOf } from './expectation.ts';
import { removeOrphans } from './remove-orphans.ts';
import { undoManifest, withRequestsMovedBack } from './undo-manifest.ts';
import { readStatusOnce, waitUntilReady } from './wait-until-ready.ts';

/** Everything outside that a rollout talks to. */
export interface RolloutPeers {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
}

export interface UndoRequest {
  readonly peers: RolloutPeers;
  readonly ref: ObjectRef;
  /** What we sent, and what the server made of it. */
  readonly manifest: SeldonDeployment;
  readonly applied: SeldonDeployment;
  /** The object as it was; undefined when ours was the first. */
  readonly before: SeldonDeployment | undefined;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds the ingress may take to do what its routing objects say. */
  readonly ingressLag: number;
}

/** How the undo ended: `unknown` when what is live now could not be made certain. */
export type UndoOutcome = Extract<Outcome, 'rolled-back' | 'withdrawn' | 'unknown'>;

/** Seconds until the pods of a removed object are gone: their grace period, and Seldon's preStop of 10 s. */
const REMOVAL_TIMEOUT_S = 180;

/** Puts back exactly what was there before and waits until that is true again. Never throws: it says how far it came. */
export async function undoRollout(request: UndoRequest, conclude: Conclude): Promise<UndoOutcome> {
  try {
    const { cluster, clock } = request.peers;
    const now = await askAgain(clock, () => cluster.read(request.ref));
    const foreign = changedByOthers(now, request.applied);
    if (foreign !== undefined) {
      conclude(`nothing put back: ${foreign}`, 'failed');
      return 'unknown';
    }
    const { before } = request;
    if (before === undefined) return await deleteFirst(request, now, conclude);
    const last = await moveRequests(request, before);
    return await applyPrevious({ ...request, ...last }, before, { now: last?.applied ?? now, conclude });
  } catch (error) {
    conclude(`could not be put back: ${messageOf(error)}`, 'failed');
    return 'unknown';
  }
}

function changedByOthers(now: SeldonDeployment | undefined, applied: SeldonDeployment): string | undefined {
  if (now === undefined) return 'somebody deleted the SeldonDeployment meanwhile';
  if (now.metadata.uid !== applied.metadata.uid)
    return 'somebody deleted and re-created the SeldonDeployment meanwhile';
  if (!equal(withoutReplicas(now.spec), withoutReplicas(applied.spec)))
    return 'somebody changed the SeldonDeployment meanwhile, and that is not ours to undo';
  return undefined;
}

/** Seconds for which the requests may take to move; those of a predictor that is not up move with its end. */
const MOVE_TIMEOUT_S = 30;

/** Takes the requests from what will go, where that is up: only then does the operator write the routes anew. */
async function moveRequests(
  { peers, ref, manifest, applied, ingressLag }: UndoRequest,
  before: SeldonDeployment,
): Promise<Pick<UndoRequest, 'manifest' | 'applied'> | undefined> {
  const { cluster, clock, runner } = peers;
  const emptied = withRequestsMovedBack(manifest, before);
  if (emptied === undefined) return undefined;
  const { status } = await readStatusOnce({ cluster, clock, ref, expected: expectationOf(applied) });
  if (status.phase !== 'ready') return undefined;
  const { resourceVersion } = applied.metadata;
  const metadata = { ...emptied.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
  const moved = await cluster.apply({ ...emptied, metadata }, { dryRun: false }).catch((error: unknown) => {
    // What is refused has changed nothing, and must not stand in the way of the undo itself.
    runner.info(`the requests could not be moved first: ${messageOf(error)}`);
  });
  if (moved === undefined) return undefined;
  await waitUntilReady({ cluster, clock, runner, ref, timeout: MOVE_TIMEOUT_S, expected: expectationOf(moved) });
  await clock.sleep(ingressLag * 1000);
  return { manifest: emptied, applied: moved };
}

async function deleteFirst(
  request: UndoRequest,
  now: SeldonDeployment | undefined,
  conclude: Conclude,
): Promise<UndoOutcome> {
  const { peers, ref, applied } = request;
  await askAgain(peers.clock, () => peers.cluster.remove(ref, now ?? applied));
  conclude(`it was the first: removed again${await remainder({ ...peers, ref, removed: applied })}`);
  return 'withdrawn';
}

/** What is left of a removed object once all has gone that goes, in words. It is removed already: nothing here fails. */
export async function remainder({
  cluster,
  clock,
  ref,
  removed,
}: Pick<RolloutPeers, 'cluster' | 'clock'> &
  Pick<UndoRequest, 'ref'> & { readonly removed: SeldonDeployment }): Promise<string> {
  try {
    const observation = await cluster.observe(ref, deploymentLabelsOf(removed));
    try {
      const end = clock.now() + REMOVAL_TIMEOUT_S * 1000;
      for (let object = await cluster.read(ref); ; object = await cluster.read(ref)) {
        const hasPods = observation.deployments.length > 0 || observation.pods.length > 0;
        if (object === undefined && !hasPods) return ', nothing is left of it';
        if (clock.now() >= end)
          return object === undefined ? '; its pods are still ending' : '; a finalizer still holds the object';
        await observation.change(2_000);
      }
    } finally {
      observation.close();
    }
  } catch (error) {
    return `; what is left of it could not be seen: ${messageOf(error)}`;
  }
}

interface Restoration {
  readonly now: SeldonDeployment | undefined;
  readonly conclude: Conclude;
}

async function applyPrevious(
  request: UndoRequest,
  before: SeldonDeployment,
  { now, conclude }: Restoration,
): Promise<UndoOutcome> {
  const { peers, ref, timeout } = request;
  const { cluster, clock, runner } = peers;
  const manifest = undoManifest(request, before, now);
  const restored = await applyManifest({ cluster, clock, manifest, checked: [], before: now });
  const different = differsIn(restored, before, [request.manifest, manifest]);
  if (different !== undefined) {
    conclude(`the previous state was applied, but the object's ${different} now differ from it`, 'failed');
    return 'unknown';
  }
  const expected = expectationOf(restored);
  const restoredEnd = await waitUntilReady({ cluster, clock, runner, ref, timeout, expected });
  const { status } = restoredEnd;
  const orphans = await removeOrphans(cluster, ref, restoredEnd);
  const model = before.spec.predictors[0]?.graph.modelUri ?? 'the previous model';
  if (status.phase === 'ready') {
    conclude([`${model} is back and available`, ...orphans].join('; '));
    return 'rolled-back';
  }
  conclude(`the previous spec (${model}) is back, but it is not available: ${status.message}`, 'failed');
  return 'unknown';
}

/** What an undo answers for, and others may have written since. */
function differsIn(
  restored: SeldonDeployment,
  before: SeldonDeployment,
  touchedBy: readonly SeldonDeployment[],
): string | undefined {
  if (!equal(withoutReplicas(restored.spec), withoutReplicas(before.spec))) return 'fields in `spec`';
  return (['labels', 'annotations'] as const).find((part) => {
    const touched = touchedBy.flatMap(({ metadata }) => Object.keys(metadata[part] ?? {}));
    return touched.some((key) => restored.metadata[part]?.[key] !== before.metadata[part]?.[key]);
  });
}
