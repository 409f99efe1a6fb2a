import { UserError } from '../../base/errors.ts';
import { leastOf } from '../../base/numbers/extremes.ts';
import type { Plan, Stage } from '../../plan/plan.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import { deploymentLabelsOf } from '../../seldon/created-objects.ts';
import { SERVER_REQUESTS } from '../../seldon/executor-metrics.ts';
import type { GateConfig } from '../../settings/config.ts';
import { lifetimeOf } from './counters.ts';
import { secondsUntilGood } from './duration.ts';
import { executorCounters } from './executor-counters.ts';
import { ALPHA } from './judge.ts';
import type { Metrics } from './metrics.ts';
import { describePoints, describeSeconds } from './verdict-words.ts';

/** Failures and latency are asked. */
const QUESTIONS = 2;
const HOUR_S = 3_600;

/** The requests that an object got before a rollout. */
export interface Traffic {
  readonly perSecond: number;
  /** Of them, those that failed. */
  readonly share: number;
  /** `in the last hour`. */
  readonly when: string;
}

export interface EstimateRequest {
  readonly metrics: Metrics | undefined;
  readonly cluster: Pick<Cluster, 'observe' | 'pod'>;
  readonly ref: ObjectRef;
  readonly plan: Pick<Plan, 'stages' | 'manifest'>;
  readonly gate: GateConfig;
  /** Seconds. */
  readonly stepInterval: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Nothing may be asked of pods in a dry run: its user may do less. */
  readonly mayReadPods: boolean;
}

/** How long each step takes to show a canary to be good at the traffic so far, one sentence a step. */
export async function estimateSteps(request: EstimateRequest): Promise<readonly string[]> {
  const { plan, gate, stepInterval } = request;
  const observed = plan.stages.filter((stage) => stage.observed === true);
  if (observed.length === 0 || gate.policy === 'off') return [];
  const traffic = await knownTraffic(request);
  return traffic === undefined ? [] : describeSteps(observed, { traffic, gate, stepInterval });
}

/** The sentences, once the traffic is known. */
export function describeSteps(
  stages: readonly Stage[],
  { traffic, gate, stepInterval }: { readonly traffic: Traffic } & Pick<EstimateRequest, 'gate' | 'stepInterval'>,
): readonly string[] {
  const { perSecond, share, when } = traffic;
  const margin = describePoints(gate.errorMargin);
  const pace = `${Number(perSecond.toPrecision(2))} requests a second ${when}`;
  return stages.map(({ title, manifest }) => {
    const percent = manifest.spec.predictors.at(-1)?.traffic ?? 0;
    const rule = { margin: gate.errorMargin, alpha: ALPHA / QUESTIONS };
    const seconds = secondsUntilGood({ perSecond, traffic: percent / 100, share }, rule);
    const planned = `the step lasts ${describeSeconds(stepInterval)}`;
    if (seconds === undefined) return `${title}: at ${pace} a difference of ${margin} is never excluded; ${planned}`;
    return `${title}: about ${describeSeconds(seconds)} until a difference of ${margin} is excluded, at ${pace}; ${planned}`;
  });
}

async function knownTraffic(request: EstimateRequest): Promise<Traffic | undefined> {
  try {
    if (request.metrics !== undefined) return await lastHour(request.metrics, request.ref);
    return request.mayReadPods ? await lifetime(request) : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

async function lastHour(metrics: Metrics, { name }: ObjectRef): Promise<Traffic | undefined> {
  const sum = (more: string) =>
    metrics.query(
      `sum(increase(${SERVER_REQUESTS}_count{deployment_name="${name}",service="predictions"${more}}[${HOUR_S}s]))`,
    );
  const [requests, failures] = await Promise.all([sum(''), sum(',code!="200"')]);
  if (requests === undefined || requests.value <= 0) return undefined;
  const share = Math.min(1, (failures?.value ?? 0) / requests.value);
  return { perSecond: requests.value / HOUR_S, share, when: 'in the last hour' };
}

/** All that the executors counted since the oldest of their pods began. */
async function lifetime({ cluster, ref, plan, now }: EstimateRequest): Promise<Traffic | undefined> {
  const labels = deploymentLabelsOf(plan.manifest);
  const counted = [...lifetimeOf(await executorCounters(cluster, ref, labels).read()).values()];
  const requests = counted.reduce((sum, one) => sum + one.requests, 0);
  const failures = counted.reduce((sum, one) => sum + one.failures, 0);
  const observation = await cluster.observe(ref, labels);
  const starts = observation.pods.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  observation.close();
  const seconds = (now - leastOf(starts.filter((start) => !Number.isNaN(start)))) / 1000;
  if (requests === 0 || !(seconds > 1) || !Number.isFinite(seconds)) return undefined;
  return { perSecond: requests / seconds, share: failures / requests, when: "since main's pods began" };
}
