import { messageOf } from '../base/errors.ts';
import type { StepRecord } from '../base/journal.ts';
import { equal } from '../base/json-value.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Clock, Runner } from '../base/ports.ts';
import { expectationOf } from '../rollout/expectation.ts';
import { undoRollout } from '../rollout/undo-rollout.ts';
import { DONE_BY_OTHERS } from '../rollout/verdict.ts';
import { waitUntilReady } from '../rollout/wait-until-ready.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { withoutReplicas } from '../seldon/replicas.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { acquireLease } from './acquire-lease.ts';
import type { SentManifest, UndoMemory } from './undo-memory.ts';

/** The external systems of the post step. */
export interface PutBackPeers {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info' | 'warning' | 'saveState'>;
}

export interface PutBackOrder {
  readonly ref: ObjectRef;
  readonly memory: UndoMemory | 'lost';
  /** The holder name of the killed run; undefined if it used no lease. */
  readonly holder: string | undefined;
  readonly run: string | undefined;
}

/** What became of the changes of a killed run; `unknown` where nothing was looked at or changed. */
export interface PutBack {
  readonly outcome: Extract<
    Outcome,
    'rolled-back' | 'withdrawn' | 'failed' | 'undo-failed' | 'object-changed' | 'unknown'
  >;
  readonly step: StepRecord;
}

/** Seconds for the undo. GitHub ends a cancelled job after five minutes, and the report has to be written, too. */
const LONGEST_UNDO_S = 200;

const FAILED: readonly PutBack['outcome'][] = ['unknown', 'undo-failed', 'object-changed'];

/** Restores what was there before a killed run. It changes nothing where another run or person has made a change since. */
export async function putBack(peers: PutBackPeers, order: PutBackOrder): Promise<PutBack> {
  const { clock } = peers;
  const started = clock.now();
  const ended = (outcome: PutBack['outcome'], message: string): PutBack => {
    const state = FAILED.includes(outcome) ? 'failed' : 'ok';
    peers.runner.info(message);
    return { outcome, step: { name: 'undo', state, message, duration: clock.now() - started } };
  };
  const { ref, memory, holder, run } = order;
  if (memory === 'lost') return ended('unknown', 'nothing was restored: the previous state was too large to be saved');
  try {
    const lease =
      holder === undefined
        ? undefined
        : await acquireLease({ ...peers, ref, claim: { holder, run, mode: 'rollback' }, timeout: 0 }, () => {});
    try {
      return await restore(peers, { ref, memory, run }, ended);
    } finally {
      await lease?.release();
    }
  } catch (error) {
    return ended('unknown', `nothing was restored: ${messageOf(error)}`);
  }
}

async function restore(
  { cluster, clock, runner }: PutBackPeers,
  { ref, memory, run }: { readonly ref: ObjectRef; readonly memory: UndoMemory; readonly run: string | undefined },
  ended: (outcome: PutBack['outcome'], message: string) => PutBack,
): Promise<PutBack> {
  const { before, sent, ingressLag } = memory;
  const now = await cluster.read(ref);
  if (now?.metadata.uid === before?.metadata.uid && now?.metadata.generation === before?.metadata.generation)
    return ended('failed', now === undefined ? 'there is nothing to restore: nothing was created' : UNCHANGED);
  if (now === undefined) return ended('object-changed', FOREIGN);
  const timeout = Math.min(memory.timeout, LONGEST_UNDO_S);
  // The run was killed while it waited for what it had restored itself.
  if (before !== undefined && now.metadata.uid === before.metadata.uid && isSame(now, before)) {
    const { status } = await waitUntilReady({ cluster, clock, runner, ref, timeout, expected: expectationOf(now) });
    if (status.phase === 'ready') return ended('rolled-back', 'the previous state is restored and available');
    if (DONE_BY_OTHERS.has(status.reason))
      return ended('object-changed', `the previous state was restored; then ${status.message}`);
    return ended('undo-failed', `the previous state is restored, but it is not available: ${status.message}`);
  }
  const latest = sent.find((one) => isStored(one, now, { before, run }));
  if (latest === undefined) return ended('object-changed', FOREIGN);
  let said = '';
  const { outcome } = await undoRollout(
    {
      peers: { cluster, clock, runner },
      ref,
      ...{ manifest: latest.manifest, applied: latest.applied ?? now },
      ...{ before, timeout, ingressLag },
    },
    (message) => {
      said = message;
    },
  );
  return ended(outcome, said);
}

const UNCHANGED = 'there is nothing to restore: the SeldonDeployment is as it was before the run';
const FOREIGN = 'nothing was restored: the SeldonDeployment is no longer what this run applied';

/** Is this what the server made of the manifest? Without an answer, the rollout markers of its predictors tell. */
function isStored(
  { manifest, applied }: SentManifest,
  now: SeldonDeployment,
  { before, run }: { readonly before: SeldonDeployment | undefined; readonly run: string | undefined },
): boolean {
  const { uid, annotations } = now.metadata;
  if (before !== undefined && uid !== before.metadata.uid) return false;
  if (run !== undefined && annotations?.[ANNOTATIONS.runUrl] !== run) return false;
  if (applied !== undefined) return uid === applied.metadata.uid && isSame(now, applied);
  return equal(servedBy(now), servedBy(manifest));
}

function isSame(one: SeldonDeployment, other: SeldonDeployment): boolean {
  return equal(withoutReplicas(one.spec), withoutReplicas(other.spec));
}

/** Who serves what. The marker is new for each rollout. */
function servedBy({ spec }: SeldonDeployment): unknown {
  return spec.predictors.map(({ name, traffic, shadow, graph, annotations }) => {
    return [name, traffic ?? 100, shadow ?? false, graph.modelUri ?? '', annotations?.[ANNOTATIONS.rollout] ?? ''];
  });
}
