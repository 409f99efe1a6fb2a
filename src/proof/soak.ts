import type { Finding } from '../base/finding.ts';
import { mostOf } from '../base/numbers/extremes.ts';
import type { Stage } from '../plan/plan.ts';
import { stageLabel } from '../plan/plan.ts';
import { expectationOf } from '../rollout/expectation.ts';
import { gatherFindings } from '../rollout/failures/gather-findings.ts';
import { rollOut } from '../rollout/roll-out.ts';
import { startupOf } from '../rollout/wait-profile.ts';
import { followPods, MOST_REPLACEMENTS } from '../rollout/waiting/follow-pods.ts';
import { deploymentLabelsOf, hasOrchestrator } from '../seldon/created-objects.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Pod } from '../seldon/snapshot.ts';
import { objectionTo } from './evidence/gate-objection.ts';
import { describeGate, type GateRecord } from './evidence/gate-record.ts';
import { describeSeconds } from './evidence/verdict-words.ts';
import { watchStep } from './evidence/watch-step.ts';
import type { Pace } from './pace.ts';
import type { ProofContext } from './proof-context.ts';
import { modelTarget, predictTarget } from './proof-targets.ts';
import { predictOnce } from './prove-model.ts';

/** Milliseconds between two questions to a step that is held; its requests are looked at at least so often in a step. */
const POLL_INTERVAL_MS = 10_000;
const LEAST_LOOKS = 4;
/**
 * Seconds for which a pod may be away meanwhile (a node may be drained): longer, and the step has failed. A pod that
 * comes in its place may take some times as long as the pods before it.
 */
const UNAVAILABLE_GRACE_S = 60;
const SLOWER_START = 2;

/**
 * Leaves the new predictor with its share for a while, and goes on only if it stays up, keeps answering and its requests
 * do not show that it is worse than main.
 *
 * @param stored the object as the server stored it
 */
export async function soakStage(
  context: ProofContext,
  stage: Stage,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  const { notes, peers, plan } = context;
  const interval = intervalOf(context, stage);
  if (interval === undefined) return undefined;
  const end = await soak(context, { stage, stored, interval });
  notes.pace = undefined;
  if ('findings' in end) return end.findings;
  if (end.record === undefined) return undefined;
  notes.gates = [...notes.gates, end.record];
  await reportGate(context, stage, end.record);
  const { predictor } = plan;
  return objectionTo(end.record, {
    hasOrchestrator: hasOrchestrator(predictor),
    usesPrometheus: peers.metrics !== undefined,
  });
}

/** Seconds for which this stage is watched; undefined: it is not. */
function intervalOf({ config, plan, counted }: ProofContext, stage: Stage): number | undefined {
  if (stage.observed === true) return config.share.stepInterval;
  const isLast = stage === plan.stages.at(-1);
  return isLast && counted.evidence !== undefined ? config.gate.bake : undefined;
}

/** Undefined for a step that is not one of a canary. */
function paceOf({ plan, config }: ProofContext, stage: Stage, end: number): Pace | undefined {
  const steps = plan.stages.filter(({ observed }) => observed === true);
  const at = steps.indexOf(stage);
  const limit = config.gate.policy === 'off' ? undefined : config.gate.limit;
  if (at < 0) return undefined;
  return { steps: steps.map(({ title }) => title), at, interval: config.share.stepInterval, limit, end };
}

interface SoakOrder {
  readonly stage: Stage;
  readonly stored: SeldonDeployment;
  /** Seconds. */
  readonly interval: number;
}

/** Why the new predictor did not stay, or what its requests say. */
type SoakEnd = { readonly findings: readonly Finding[] } | { readonly record: GateRecord | undefined };

function soak(context: ProofContext, { stage, stored, interval }: SoakOrder): Promise<SoakEnd> {
  const { peers, config, plan } = context;
  const { clock } = peers;
  const { ingressLag } = config.share;
  return peers.journal.step(
    'hold',
    async (conclude): Promise<SoakEnd> => {
      peers.runner.info(`this step lasts ${describeSeconds(interval)}`);
      const pods = await podsOf(context);
      const grace = Math.min(plan.budget.timeout, Math.max(UNAVAILABLE_GRACE_S, SLOWER_START * startOf(pods)));
      const known = { stored, grace, restarts: new Map(restartsOf(pods)) };
      const watch = await watchStep(context, stage, interval);
      // What canary gets until the ingress follows its routes is counted, but the step is not shorter for it.
      const start = clock.now() + ingressLag * 1000;
      const end = start + interval * 1000;
      context.notes.pace = paceOf(context, stage, end);
      const pause = Math.min(POLL_INTERVAL_MS, (interval * 1000) / LEAST_LOOKS);
      let next = Math.min(clock.now() + POLL_INTERVAL_MS, end);
      for (let asked = 0; ; ) {
        await clock.sleep(Math.max(0, Math.min(pause, next - clock.now())));
        if (clock.now() >= next) {
          asked++;
          const later = clock.now() + POLL_INTERVAL_MS;
          next = clock.now() < end ? Math.min(later, end) : later;
          const findings = await lookAgain(context, known, watch !== undefined);
          if (findings !== undefined) {
            conclude(findings[0]?.title ?? 'it did not stay ready', 'failed');
            return { findings };
          }
        }
        const elapsed = Math.max(0, (clock.now() - start) / 1000);
        const decision = watch === undefined ? timeDecision(elapsed, interval) : await watch.look(elapsed);
        if (decision === 'hold') continue;
        const answered = asked === 0 ? '' : ` and answered ${asked === 1 ? 'once' : `${asked} times`}`;
        conclude(`${plan.predictor.name} stayed ready for ${Math.round(elapsed)} s${answered}`);
        return { record: watch?.record(decision) };
      }
    },
    stageLabel(plan, stage),
  );
}

function timeDecision(elapsed: number, interval: number): 'hold' | 'advance' {
  return elapsed < interval ? 'hold' : 'advance';
}

interface Known {
  readonly stored: SeldonDeployment;
  /** Seconds for which a pod may be away. */
  readonly grace: number;
  /** Of each container of the new predictor, by pod and container. */
  readonly restarts: ReadonlyMap<string, number>;
}

/** Is it up, and does it answer? What failed while its pods were replaced is asked again once they are ready. */
async function lookAgain(
  context: ProofContext,
  known: Known,
  isCounted: boolean,
): Promise<readonly Finding[] | undefined> {
  for (let replacements = 0; ; replacements++) {
    const failed = (await stillUp(context, known)) ?? (await restarted(context, known));
    if (failed !== undefined) return failed;
    const areReplaced = await followPods(context.peers, context.objects.ref, known.stored);
    const findings = await predictAgain(context, isCounted);
    if (findings === undefined || replacements === MOST_REPLACEMENTS || !(await areReplaced())) return findings;
  }
}

function stillUp(context: ProofContext, { stored, grace }: Known): Promise<readonly Finding[] | undefined> {
  const { cluster, clock, runner } = context.peers;
  const { ref } = context.objects;
  return rollOut({ cluster, clock, runner, ref, applied: stored, timeout: grace }, () => {});
}

function predictAgain(context: ProofContext, isCounted: boolean): Promise<readonly Finding[] | undefined> {
  const { plan, config } = context;
  const { predictor } = plan;
  // Where requests are counted, our own questions would count as requests of users.
  const target = isCounted ? modelTarget(context, predictor) : predictTarget(context, predictor, config.proof.access);
  return predictOnce(context, predictor, target);
}

/** The new predictor's pods. */
async function podsOf({ peers, objects, plan }: ProofContext): Promise<readonly Pod[]> {
  const observation = await peers.cluster.observe(objects.ref, deploymentLabelsOf(plan.manifest));
  const { pods } = observation;
  observation.close();
  const marker = plan.predictor.annotations?.[ANNOTATIONS.rollout];
  return pods.filter((pod) => pod.metadata.annotations?.[ANNOTATIONS.rollout] === marker);
}

/** Seconds that the slowest one took to start. */
function startOf(pods: readonly Pod[]): number {
  return mostOf(pods.map((pod) => startupOf(pod) ?? 0));
}

/** Restarts of each container, by pod and container. */
function restartsOf(pods: readonly Pod[]): readonly (readonly [string, number])[] {
  return pods.flatMap(({ metadata, status }) =>
    (status?.containerStatuses ?? []).map((one) => [`${metadata.name}/${one.name}`, one.restartCount] as const),
  );
}

/** A container that restarted is not healthy, even if it is ready again. */
async function restarted(context: ProofContext, { stored, restarts }: Known): Promise<readonly Finding[] | undefined> {
  const { cluster } = context.peers;
  const { ref } = context.objects;
  const again = restartsOf(await podsOf(context)).find(([name, count]) => count > (restarts.get(name) ?? 0));
  if (again === undefined) return undefined;
  const [pod = '', container = ''] = again[0].split('/');
  const observation = await cluster.observe(ref, deploymentLabelsOf(stored));
  const { deployments, pods } = observation;
  observation.close();
  const status = {
    phase: 'failed',
    reason: 'crash-loop',
    message: `container ${container} of ${pod} restarted during this step`,
    failingObject: {
      kind: 'pod',
      name: pod,
      container,
      uid: pods.find((one) => one.metadata.name === pod)?.metadata.uid,
    },
  } as const;
  const end = { status, snapshot: { seldonDeployment: stored, routes: undefined, deployments, pods } };
  return gatherFindings(cluster, ref, { end, expected: expectationOf(stored) });
}

async function reportGate({ peers, plan }: ProofContext, stage: Stage, record: GateRecord): Promise<void> {
  await peers.journal.step(
    'gate',
    async (conclude) => conclude(describeGate(record), record.decision === 'advance' ? 'ok' : 'failed'),
    stageLabel(plan, stage),
  );
}
