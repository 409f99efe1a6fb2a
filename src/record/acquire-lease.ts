import { UserError } from '../base/errors.ts';
import type { Clock, Cluster, ObjectRef, Runner } from '../base/ports.ts';
import type { Conclude } from '../run/journal.ts';
import type { Claim, StandingClaim } from '../seldon/lease.ts';

export interface TurnRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info' | 'warning' | 'saveState'>;
  readonly ref: ObjectRef;
  readonly holder: string;
  readonly run: string | undefined;
  /** Seconds to wait for somebody else's turn to end. */
  readonly patience: number;
}

export interface Turn {
  /** Gives it back. Never throws: a turn that is not given back runs out. */
  end(): Promise<void>;
}

/** Seconds after the last sign of life for which a turn counts, and milliseconds between two. */
const LASTS = 60;
const RENEWAL = 15_000;
const LOOK = 2_000;

/**
 * Waits until nobody else changes this SeldonDeployment, and keeps the turn until it is given back. Whether another's turn
 * has run out is judged by our own clock: it counts from the moment in which we last saw a sign of life.
 */
export async function takeTurn(request: TurnRequest, conclude: Conclude): Promise<Turn> {
  const { cluster, clock, runner, ref, holder, run, patience } = request;
  const claim: Claim = { holder, run, seconds: LASTS };
  const end = clock.now() + patience * 1000;
  // Before it is ours: a run that ends in between leaves none behind, and nobody else's is ever given back.
  runner.saveState('turn', JSON.stringify({ ref, claim }));
  let seen: { readonly claim: StandingClaim; readonly at: number } | undefined;
  for (;;) {
    const runOut = seen !== undefined && clock.now() - seen.at > seen.claim.seconds * 1000 ? seen.claim : undefined;
    const other = await cluster.takeTurn(ref, claim, runOut);
    if (other === undefined) break;
    if (seen === undefined) runner.info(`waiting for ${describe(other)} to end`);
    if (seen?.claim.holder !== other.holder || seen.claim.renewed !== other.renewed)
      seen = { claim: other, at: clock.now() };
    if (clock.now() >= end) throw busy(ref, other, patience);
    await clock.sleep(Math.min(LOOK, Math.max(0, end - clock.now())));
  }
  conclude(seen === undefined ? 'nobody else is at it' : `${describe(seen.claim)} is over`);
  return keep(request, claim);
}

function keep({ cluster, clock, runner, ref }: TurnRequest, claim: Claim): Turn {
  const over = new AbortController();
  const where = `${ref.namespace}/${ref.name}`;
  const renew = async () => {
    for (;;) {
      await clock.sleep(RENEWAL, over.signal);
      if (over.signal.aborted) return;
      try {
        const other = await cluster.takeTurn(ref, claim, undefined);
        if (other === undefined) continue;
        return runner.warning(`${describe(other)} has taken over the turn on ${where}`);
      } catch (error) {
        // It counts a while longer: the next try may be in time.
        runner.info(`the turn on ${where} could not be renewed: ${wordsOf(error)}`);
      }
    }
  };
  void renew();
  return {
    end: async () => {
      over.abort();
      try {
        await cluster.giveTurn(ref, claim);
        runner.saveState('turn', '');
      } catch (error) {
        runner.warning(`the turn on ${where} could not be given back, and runs out: ${wordsOf(error)}`);
      }
    },
  };
}

function busy({ namespace, name }: ObjectRef, other: StandingClaim, patience: number): UserError {
  const waited = patience === 0 ? '' : `, still after ${patience} s`;
  return new UserError(
    'rollout-under-way',
    `${describe(other)} is changing SeldonDeployment ${namespace}/${name}${waited}`,
    {
      hint: 'run again when it is over; `lock-timeout` says how long to wait',
    },
  );
}

function describe({ run, holder }: Claim): string {
  return `another run (${run ?? holder})`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
