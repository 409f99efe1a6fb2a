import { UserError } from '../base/errors.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef, Observation } from '../seldon/cluster.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Route, Snapshot } from '../seldon/snapshot.ts';
import { askAgain } from './ask-again.ts';
import type { Expectation } from './expectation.ts';
import { rolloutStatusOf } from './rollout-status.ts';
import { routeKindsOf } from './routing-progress.ts';
import type { RolloutStatus } from './verdict.ts';
import { startJudging } from './waiting/judge-warnings.ts';
import { startReadingEvents } from './waiting/read-events.ts';
import { startAskingInitializer } from './waiting/storage-certainty.ts';

export interface WaitRequest {
  readonly cluster: Cluster;
  readonly ref: ObjectRef;
  readonly expected: Expectation;
  /** Seconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
  /** The object in the answer to an apply right before: it is not read again at once. */
  readonly stored?: SeldonDeployment | undefined;
}

type LookRequest = Pick<WaitRequest, 'cluster' | 'ref' | 'expected' | 'clock' | 'stored'>;

/** A verdict, and the snapshot of the cluster at that time. */
export interface WaitEnd {
  readonly status: Exclude<RolloutStatus, { phase: 'in-progress' }>;
  readonly snapshot: Snapshot;
}

/**
 * Milliseconds between reads of what is not watched (the SeldonDeployment, its routes): while pods start, and after
 * only the operator's status is missing, which is usually quick and sometimes slow.
 */
const SLOW_POLL_MS = 2_000;
const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 500;

/** Asks the same question after every change until the answer is ready or failed, or the time is over. */
export async function waitUntilReady(request: WaitRequest): Promise<WaitEnd> {
  const { cluster, ref, expected, clock, runner, timeout } = request;
  // A watch that failed is started anew: the cluster remembers one for as long as it works.
  const observe = () => askAgain(clock, () => cluster.observe(ref, expected.labels));
  let observation = await observe();
  try {
    const look = startReading(request, () => observation);
    const judge = startJudging(request);
    const withEvents = startReadingEvents(request);
    const isCertain = startAskingInitializer(cluster, ref);
    const end = clock.now() + timeout * 1000;
    const tell = startTelling(runner);
    let pause = FIRST_POLL_MS;
    for (;;) {
      const snapshot = await withEvents(await askAgain(clock, look));
      const verdict = rolloutStatusOf(snapshot, expected);
      const status = (await isCertain(verdict)) ? verdict : judge(verdict, snapshot);
      if (status.phase !== 'in-progress') return { status, snapshot };
      tell(status);
      const left = end - clock.now();
      if (left <= 0) return { status: timedOut(status, timeout), snapshot };
      const isCalm = status.waitsFor === 'deployments';
      try {
        await observation.change(Math.min(left, isCalm ? SLOW_POLL_MS : pause));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        runner.info(`the watch of pods failed and is started again: ${error.message}`);
        observation.close();
        observation = await observe();
      }
      pause = isCalm ? FIRST_POLL_MS : Math.min(pause * 2, LONGEST_POLL_MS);
    }
  } finally {
    observation.close();
  }
}

/** Milliseconds in which a Deployment controller that works has seen a write. */
const OBSERVED_WITHIN_MS = 2_000;

/**
 * The status at one moment. A warning is not a verdict yet, because its duration is unknown. A Deployment without a
 * number of replicas is written by the operator some times a second for ever, and its status is outdated until its
 * controller has seen that.
 */
export async function readStatusOnce(
  request: LookRequest,
): Promise<{ readonly status: RolloutStatus; readonly snapshot: Snapshot }> {
  const observation = await request.cluster.observe(request.ref, request.expected.labels);
  try {
    const look = startReading(request, () => observation);
    const end = request.clock.now() + OBSERVED_WITHIN_MS;
    for (;;) {
      const snapshot = await look();
      const status = rolloutStatusOf(snapshot, request.expected);
      const left = end - request.clock.now();
      const isOutdated = status.phase === 'in-progress' && status.isUnobserved === true;
      if (!isOutdated || left <= 0) return { status, snapshot };
      await observation.change(left);
    }
  } finally {
    observation.close();
  }
}

/**
 * Deployments and pods are watched. The object and its routes are read when the verdict waits for them,
 * once more before the verdict ready, and every two seconds otherwise: an operator may fail without creating a Deployment.
 */
function startReading(
  { cluster, ref, expected, clock, stored }: LookRequest,
  observation: () => Observation,
): () => Promise<Snapshot> {
  let seldonDeployment = stored;
  let routes: readonly Route[] | undefined;
  let waitedFor: ReturnType<typeof waitsFor> | undefined;
  let readAt = stored === undefined ? Number.NEGATIVE_INFINITY : clock.now();
  const snapshot = () => {
    const { deployments, pods } = observation();
    return { seldonDeployment, routes, deployments, pods };
  };
  const waitsFor = () => {
    const status = rolloutStatusOf(snapshot(), expected);
    return status.phase === 'in-progress' ? status.waitsFor : status.phase;
  };
  return async () => {
    // The operator follows the Deployments: its status cannot be newer at the moment when they are available.
    const isTooEarly = waitedFor === 'deployments' && waitsFor() === 'operator';
    if (clock.now() - readAt >= SLOW_POLL_MS || (waitsFor() !== 'deployments' && !isTooEarly)) {
      seldonDeployment = await cluster.read(ref);
      readAt = clock.now();
      // Another status may decide by other kinds of routes than those that were read.
      routes = undefined;
    }
    if (seldonDeployment !== undefined && waitsFor() === 'routes')
      routes = await cluster.routes(ref, routeKindsOf(seldonDeployment, expected));
    waitedFor = waitsFor();
    return snapshot();
  };
}

/** Tells each change once. A Deployment that the operator rewrites again and again is told as unobserved only once. */
function startTelling(
  runner: Pick<Runner, 'info'>,
): (status: Extract<RolloutStatus, { phase: 'in-progress' }>) => void {
  let last = '';
  let isUnobservedTold = false;
  return ({ message, isUnobserved = false }) => {
    if (message === last || (isUnobserved && isUnobservedTold)) return;
    isUnobservedTold ||= isUnobserved;
    runner.info(message);
    last = message;
  };
}

function timedOut(status: Extract<RolloutStatus, { phase: 'in-progress' }>, timeout: number): WaitEnd['status'] {
  if (status.warning !== undefined) return { phase: 'failed', ...status.warning };
  return { phase: 'failed', reason: 'rollout-timeout', message: `not ready after ${timeout} s: ${status.message}` };
}
