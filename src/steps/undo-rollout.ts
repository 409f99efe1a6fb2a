import { expectationOf } from '../core/expectation.ts';
import { equal } from '../core/overlay.ts';
import type { Outcome } from '../core/report.ts';
import type { SeldonDeployment } from '../core/seldon-deployment.ts';
import { undoManifest } from '../core/undo.ts';
import type { Clock, Cluster, ObjectRef, Runner } from '../ports.ts';
import type { Conclude } from './journal.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface UndoRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
  readonly ref: ObjectRef;
  /** What we sent, and what the server made of it. */
  readonly manifest: SeldonDeployment;
  readonly applied: SeldonDeployment;
  /** The object as it was; undefined when ours was the first. */
  readonly before: SeldonDeployment | undefined;
  /** Seconds. */
  readonly timeout: number;
}

/** How the undo ended: `unknown` when what is live now could not be made certain. */
export type UndoOutcome = Extract<Outcome, 'rolled-back' | 'withdrawn' | 'unknown'>;

/** Seconds until the pods of a removed object are gone: their grace period, and Seldon's preStop of 10 s. */
const WITHDRAWAL = 180;

/** Puts back exactly what was there before and waits until that is true again. Never throws: it says how far it came. */
export async function undoRollout(request: UndoRequest, conclude: Conclude): Promise<UndoOutcome> {
  try {
    const now = await request.cluster.read(request.ref);
    const foreign = changedByOthers(now, request.applied);
    if (foreign !== undefined) {
      conclude(`nothing put back: ${foreign}`, 'failed');
      return 'unknown';
    }
    return request.before === undefined
      ? await withdraw(request, conclude)
      : await restore(request, request.before, { now, conclude });
  } catch (error) {
    conclude(`could not be put back: ${error instanceof Error ? error.message : String(error)}`, 'failed');
    return 'unknown';
  }
}

function changedByOthers(now: SeldonDeployment | undefined, applied: SeldonDeployment): string | undefined {
  if (now === undefined) return 'somebody deleted the SeldonDeployment meanwhile';
  if (now.metadata.uid !== applied.metadata.uid)
    return 'somebody deleted and re-created the SeldonDeployment meanwhile';
  if (!equal(now.spec, applied.spec))
    return 'somebody changed the SeldonDeployment meanwhile, and that is not ours to undo';
  return undefined;
}

async function withdraw(request: UndoRequest, conclude: Conclude): Promise<UndoOutcome> {
  const { cluster, clock, ref, applied } = request;
  await cluster.remove(ref, applied.metadata.uid ?? '');
  const observation = await cluster.observe(ref);
  try {
    const end = clock.now() + WITHDRAWAL * 1000;
    const gone = () => observation.deployments.length === 0 && observation.pods.length === 0;
    while (!gone() && clock.now() < end) await observation.change(2_000);
    conclude(
      gone()
        ? 'it was the first: removed again, nothing is left of it'
        : 'it was the first: removed again; its pods are still ending',
    );
    return 'withdrawn';
  } finally {
    observation.close();
  }
}

interface Restoration {
  readonly now: SeldonDeployment | undefined;
  readonly conclude: Conclude;
}

async function restore(
  request: UndoRequest,
  before: SeldonDeployment,
  { now, conclude }: Restoration,
): Promise<UndoOutcome> {
  const { cluster, clock, runner, ref, timeout } = request;
  const manifest = undoManifest(request.manifest, before, now?.metadata.resourceVersion);
  const restored = await cluster.apply(manifest, { dryRun: false });
  if (!equal(restored.spec, before.spec)) {
    conclude('the previous spec was applied, but the object now differs from it', 'failed');
    return 'unknown';
  }
  const expected = expectationOf(restored);
  const { status } = await waitUntilReady({ cluster, clock, runner, ref, timeout, expected });
  const model = before.spec.predictors[0]?.graph.modelUri ?? 'the previous model';
  if (status.phase === 'ready') {
    conclude(`${model} is back and available`);
    return 'rolled-back';
  }
  conclude(`the previous spec (${model}) is back, but it is not available: ${status.message}`, 'failed');
  return 'unknown';
}
