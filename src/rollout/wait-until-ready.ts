import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef, Observation } from '../seldon/cluster.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Route, Snapshot } from '../seldon/snapshot.ts';
import type { Expectation } from './expectation.ts';
import { rolloutStatusOf } from './rollout-status.ts';
import type { RolloutStatus } from './verdict.ts';

export interface WaitRequest {
  readonly cluster: Cluster;
  readonly ref: ObjectRef;
  readonly expected: Expectation;
  /** Seconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
}

type LookRequest = Pick<WaitRequest, 'cluster' | 'ref' | 'expected' | 'clock'>;

/** A verdict, and what the cluster showed when it fell. */
export interface WaitEnd {
  readonly status: Exclude<RolloutStatus, { phase: 'in-progress' }>;
  readonly snapshot: Snapshot;
}

/**
 * Milliseconds between looks at what is not watched (the SeldonDeployment, its routes): while pods come up, and once
 * only the operator has to speak, which mostly takes it a moment and sometimes long.
 */
const CALM = 2_000;
const FIRST_LOOK = 20;
const LAST_LOOK = 500;

/**
 * Seconds for which a Deployment's word that it failed may be about the pods it had before: its controller carries
 * conditions over to a new generation until it has counted the new pods.
 */
const CARRIED_OVER = 3;

/** Asks the same question after every change until the answer is ready or failed, or the time is over. */
export async function waitUntilReady(request: WaitRequest): Promise<WaitEnd> {
  const { cluster, ref, expected, clock, runner, timeout } = request;
  const observation = await cluster.observe(ref);
  try {
    const look = startLooking(request, observation);
    const judge = startJudging(request);
    const end = clock.now() + timeout * 1000;
    let told = '';
    let pause = FIRST_LOOK;
    for (;;) {
      const snapshot = await look();
      const status = judge(rolloutStatusOf(snapshot, expected));
      if (status.phase !== 'in-progress') return { status, snapshot };
      if (status.message !== told) runner.info(status.message);
      told = status.message;
      const left = end - clock.now();
      if (left <= 0) return { status: timedOut(status, timeout), snapshot };
      const isCalm = status.waitsFor === 'deployments';
      await observation.change(Math.min(left, isCalm ? CALM : pause));
      pause = isCalm ? FIRST_LOOK : Math.min(pause * 2, LAST_LOOK);
    }
  } finally {
    observation.close();
  }
}

/** What one look says; a suspicion is no verdict yet, since nothing is known to last. */
export async function lookOnce(
  request: LookRequest,
): Promise<{ readonly status: RolloutStatus; readonly snapshot: Snapshot }> {
  const observation = await request.cluster.observe(request.ref);
  try {
    const snapshot = await startLooking(request, observation)();
    return { status: rolloutStatusOf(snapshot, request.expected), snapshot };
  } finally {
    observation.close();
  }
}

/**
 * Deployments and pods come by watch. The object and its routes are read when they are what the verdict waits for,
 * once more before it says ready, and every two seconds otherwise: an operator may refuse without making a Deployment.
 */
function startLooking(
  { cluster, ref, expected, clock }: LookRequest,
  observation: Observation,
): () => Promise<Snapshot> {
  let seldonDeployment: SeldonDeployment | undefined;
  let routes: readonly Route[] | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const snapshot = () => ({ seldonDeployment, routes, deployments: observation.deployments, pods: observation.pods });
    const waitsFor = () => {
      const status = rolloutStatusOf(snapshot(), expected);
      return status.phase === 'in-progress' ? status.waitsFor : status.phase;
    };
    if (clock.now() - readAt >= CALM || waitsFor() !== 'deployments') {
      seldonDeployment = await cluster.read(ref);
      readAt = clock.now();
    }
    if (waitsFor() === 'routes') routes = await cluster.routes(ref);
    return snapshot();
  };
}

/** Lets a suspicion become a verdict once it has lasted: not every unschedulable pod stays so. */
function startJudging({ clock, timeout }: WaitRequest): (status: RolloutStatus) => RolloutStatus {
  let suspected: { readonly what: string; readonly since: number } | undefined;
  return (verdict) => {
    const status = withoutHaste(verdict);
    const suspicion = status.phase === 'in-progress' ? status.suspicion : undefined;
    if (suspicion === undefined) {
      suspected = undefined;
      return status;
    }
    const what = `${suspicion.reason} ${suspicion.culprit?.name ?? ''}`;
    if (suspected?.what !== what) suspected = { what, since: clock.now() };
    const grace = Math.min(suspicion.grace, timeout / 4) * 1000;
    return clock.now() - suspected.since < grace ? status : { phase: 'failed', ...suspicion };
  };
}

function withoutHaste(status: RolloutStatus): RolloutStatus {
  if (status.phase !== 'failed' || status.culprit?.kind !== 'deployment') return status;
  const { phase: _, ...doom } = status;
  const suspicion = { ...doom, grace: CARRIED_OVER };
  return { phase: 'in-progress', message: doom.message, waitsFor: 'deployments', suspicion };
}

function timedOut(status: Extract<RolloutStatus, { phase: 'in-progress' }>, timeout: number): WaitEnd['status'] {
  if (status.suspicion !== undefined) return { phase: 'failed', ...status.suspicion };
  return { phase: 'failed', reason: 'rollout-timeout', message: `not ready after ${timeout} s: ${status.message}` };
}
