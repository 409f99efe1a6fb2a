import { bestEffort } from '../base/best-effort.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Conclude } from '../base/journal.ts';
import { equal } from '../base/json-value.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { modelUriOf } from '../seldon/graph.ts';
import { withoutReplicas } from '../seldon/replicas.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { applyManifest } from './apply-plan.ts';
import { askAgain } from './ask-again.ts';
import { expectationOf } from './expectation.ts';
import { gatherFindings } from './failures/gather-findings.ts';
import { uponLive } from './others/upon-live.ts';
import { removeOrphans } from './remove-orphans.ts';
import { AVAILABLE, healthOf } from './rollout-status.ts';
import { changedByOthers } from './undo/left-as-it-is.ts';
import { remainder } from './undo/remainder.ts';
import { changedPods, undoManifest, withRequestsMovedBack } from './undo-manifest.ts';
import { DONE_BY_OTHERS } from './verdict.ts';
import { readStatusOnce, waitUntilReady } from './wait-until-ready.ts';

/** The external systems that a rollout uses. */
export interface RolloutPeers {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
}

export interface UndoRequest {
  readonly peers: RolloutPeers;
  readonly ref: ObjectRef;
  /** The manifest that we applied, and the object that the server stored. */
  readonly manifest: SeldonDeployment;
  readonly applied: SeldonDeployment;
  /** The previous object; undefined if this was the first deployment. */
  readonly before: SeldonDeployment | undefined;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds that the ingress may need to update its routes. */
  readonly ingressLag: number;
  /** Called around an apply that is not the last one. */
  readonly remember?: ((manifest: SeldonDeployment, applied?: SeldonDeployment) => void) | undefined;
}

/** How an undo ended; `unknown` if the cluster cannot be asked what is live. */
export interface UndoEnd {
  readonly outcome: Extract<Outcome, 'rolled-back' | 'withdrawn' | 'undo-failed' | 'object-changed' | 'unknown'>;
  /** What is live if that is not the previous state; undefined if it was deleted. */
  readonly live?: SeldonDeployment | undefined;
  /** Why what was restored is not available. */
  readonly findings?: readonly Finding[];
}

/** Restores exactly the previous state and waits until it is ready. Never throws: it reports the result. */
export async function undoRollout(request: UndoRequest, conclude: Conclude): Promise<UndoEnd> {
  const { cluster, clock } = request.peers;
  const read = () => askAgain(clock, () => cluster.read(request.ref));
  try {
    const now = await read();
    const foreign = changedByOthers(now, request.applied);
    if (foreign !== undefined) return leftAsTheirs(foreign, now, conclude);
    const { before } = request;
    if (before === undefined) return await deleteFirst(request, now, conclude);
    const last = await moveRequests(request, before, now ?? request.applied);
    const manifest = last?.manifest ?? request.manifest;
    return await applyPrevious({ ...request, manifest }, before, { now: last?.applied ?? now, conclude });
  } catch (error) {
    conclude(`the previous state could not be restored: ${messageOf(error)}`, 'failed');
    const found = await bestEffort(read().then((live) => ({ live })));
    return found === undefined ? { outcome: 'unknown' } : endDespite(error, found.live, { request, conclude });
  }
}

/** The cluster can be asked: what is live after an undo that failed. */
function endDespite(
  error: unknown,
  live: SeldonDeployment | undefined,
  { request, conclude }: { readonly request: UndoRequest; readonly conclude: Conclude },
): UndoEnd {
  // Somebody changed the object between the read and the write, which is refused then.
  if (error instanceof UserError && error.code === 'object-changed')
    return leftAsTheirs(messageOf(error), live, conclude);
  if (live !== undefined) return { outcome: 'undo-failed', live };
  if (request.before === undefined) return { outcome: 'withdrawn' };
  return leftAsTheirs('the SeldonDeployment was deleted by another person or tool', live, conclude);
}

function leftAsTheirs(why: string, live: SeldonDeployment | undefined, conclude: Conclude): UndoEnd {
  conclude(`nothing was restored: ${why}`, 'failed');
  return { outcome: 'object-changed', live };
}

/** Seconds for moving the requests. If a predictor is not ready, its requests move when it is removed. */
const MOVE_TIMEOUT_S = 30;

/** Moves the requests away from predictors that will be removed, if all are ready or can be. Only then does the operator update the routes. */
async function moveRequests(
  { peers, ref, manifest, applied, ingressLag, timeout, remember }: UndoRequest,
  before: SeldonDeployment,
  now: SeldonDeployment,
): Promise<Pick<UndoRequest, 'manifest' | 'applied'> | undefined> {
  const { cluster, clock, runner } = peers;
  const emptied = withRequestsMovedBack(manifest, before);
  if (emptied === undefined) return undefined;
  const expected = expectationOf(applied);
  const { status, snapshot } = await askAgain(clock, () => readStatusOnce({ cluster, clock, ref, expected }));
  const restores = changedPods(applied, before);
  // A predictor that goes may answer while the pods of another one fail: then those come back first.
  const health = healthOf(snapshot, expected);
  const goes = applied.spec.predictors.filter(({ name }) => before.spec.predictors.every((one) => one.name !== name));
  const canAnswer = goes.every(({ name }) => health.get(name) === AVAILABLE);
  if (status.phase !== 'ready' && !(restores && canAnswer)) return undefined;
  remember?.(emptied);
  const order = { cluster, clock, manifest: uponLive(emptied, applied, now), checked: [], before: now };
  const moved = await askAgain(clock, () => applyManifest(order)).catch((error: unknown) => {
    // A refused apply has changed nothing and must not stop the undo.
    runner.info(`the requests could not be moved first: ${messageOf(error)}`);
  });
  if (moved === undefined) return undefined;
  remember?.(emptied, moved);
  const patience = restores ? timeout : MOVE_TIMEOUT_S;
  await waitUntilReady({ cluster, clock, runner, ref, timeout: patience, expected: expectationOf(moved) });
  await clock.sleep(ingressLag * 1000);
  return { manifest: emptied, applied: moved };
}

async function deleteFirst(
  request: UndoRequest,
  now: SeldonDeployment | undefined,
  conclude: Conclude,
): Promise<UndoEnd> {
  const { peers, ref, applied } = request;
  await askAgain(peers.clock, () => peers.cluster.remove(ref, now ?? applied));
  const { isHeld, words } = await remainder({ ...peers, ref, removed: applied });
  const what = isHeld ? 'the SeldonDeployment was to be deleted' : 'the SeldonDeployment is deleted';
  conclude(`it was the first deployment: ${what}${words}`, isHeld ? 'failed' : 'ok');
  return isHeld ? { outcome: 'undo-failed', live: now } : { outcome: 'withdrawn' };
}

interface Restoration {
  readonly now: SeldonDeployment | undefined;
  readonly conclude: Conclude;
}

async function applyPrevious(
  request: UndoRequest,
  before: SeldonDeployment,
  { now, conclude }: Restoration,
): Promise<UndoEnd> {
  const { peers, ref, timeout } = request;
  const { cluster, clock, runner } = peers;
  const manifest = undoManifest(request, before, now);
  // An answer that makes no sense is not the end of the undo: the object itself tells whether it was applied.
  const restored = await askAgain(clock, () => applyManifest({ cluster, clock, manifest, checked: [], before: now }));
  const different = differsIn(restored, before, [request.manifest, manifest]);
  if (different !== undefined) {
    conclude(`the previous state was applied, but ${different} of the object now differ from it`, 'failed');
    return { outcome: 'object-changed', live: restored };
  }
  const expected = expectationOf(restored);
  const restoredEnd = await waitUntilReady({ cluster, clock, runner, ref, timeout, expected });
  const { status } = restoredEnd;
  const orphans = await removeOrphans(cluster, ref, restoredEnd);
  const model = (before.spec.predictors[0] && modelUriOf(before.spec.predictors[0])) ?? 'the previous model';
  if (status.phase === 'ready') {
    conclude([`${model} is restored and available`, ...orphans].join('; '));
    return { outcome: 'rolled-back' };
  }
  if (DONE_BY_OTHERS.has(status.reason)) {
    conclude(`the previous spec (${model}) was restored; then ${status.message}`, 'failed');
    return { outcome: 'object-changed', live: restoredEnd.snapshot.seldonDeployment };
  }
  conclude(`the previous spec (${model}) is restored, but it is not available: ${status.message}`, 'failed');
  const causes = await gatherFindings(cluster, ref, { end: restoredEnd, expected });
  const findings = causes.map((one) => ({ ...one, title: `the restored ${model} is not available: ${one.title}` }));
  return { outcome: 'undo-failed', live: restored, findings };
}

/** Fields that the undo restored and that another writer may have changed since. */
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
