import { UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Stage } from '../plan/plan.ts';
import { stageLabel } from '../plan/plan.ts';
import { expectationOf } from '../rollout/expectation.ts';
import { gatherFindings } from '../rollout/gather-findings.ts';
import { rollOut } from '../rollout/roll-out.ts';
import { deploymentLabelsOf, hasOrchestrator } from '../seldon/created-objects.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Pod } from '../seldon/snapshot.ts';
import type { GateRecord } from './evidence/gate.ts';
import { type Figures, figuresOf, type GateVerdict, gateQueries, judgeFigures } from './evidence/gate.ts';
import type { Metrics } from './evidence/metrics.ts';
import type { ProofContext } from './proof-context.ts';
import { modelTarget, predictTarget } from './proof-targets.ts';
import { predictOnce } from './prove-model.ts';

/** Milliseconds between two looks at a step that is held. */
const POLL_INTERVAL_MS = 10_000;
/** Seconds for which a pod may be away meanwhile (a node may be drained): longer, and the step has failed. */
const UNAVAILABLE_GRACE_S = 60;

/**
 * Leaves the new predictor with its share for a while, and goes on only if it stays up, keeps answering and has good
 * figures.
 *
 * @param stored the object as the server has it
 */
export async function soakStage(
  context: ProofContext,
  stage: Stage,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  if (stage.observed !== true) return undefined;
  return (await soak(context, stage, stored)) ?? (await judgeMetrics(context, stage));
}

function soak(context: ProofContext, stage: Stage, stored: SeldonDeployment): Promise<readonly Finding[] | undefined> {
  const { peers, config, plan } = context;
  const { clock } = peers;
  const { stepInterval } = config.share;
  return peers.journal.step(
    'hold',
    async (conclude) => {
      const before = await restarts(context);
      const end = clock.now() + stepInterval * 1000;
      for (let asked = 1; ; asked++) {
        await clock.sleep(Math.min(POLL_INTERVAL_MS, Math.max(0, end - clock.now())));
        const findings =
          (await stillUp(context, stored)) ??
          (await restarted(context, stored, before)) ??
          (await predictAgain(context));
        if (findings !== undefined) {
          conclude(findings[0]?.title ?? 'it did not stay up', 'failed');
          return findings;
        }
        if (clock.now() >= end) {
          const times = asked === 1 ? 'once' : `${asked} times`;
          conclude(`${plan.predictor.name} stayed up for ${stepInterval} s and answered ${times}`);
          return undefined;
        }
      }
    },
    stageLabel(plan, stage),
  );
}

function stillUp(context: ProofContext, applied: SeldonDeployment): Promise<readonly Finding[] | undefined> {
  const { cluster, clock, runner } = context.peers;
  const { ref } = context.objects;
  return rollOut({ cluster, clock, runner, ref, applied, timeout: UNAVAILABLE_GRACE_S }, () => {});
}

function predictAgain(context: ProofContext): Promise<readonly Finding[] | undefined> {
  const { peers, plan, config } = context;
  const { predictor } = plan;
  // In the metrics, our own questions would count as requests of users.
  const target =
    peers.metrics === undefined
      ? predictTarget(context, predictor, config.proof.access)
      : modelTarget(context, predictor);
  return predictOnce(context, predictor, target);
}

/** Restarts of each container of the new predictor's pods, by pod and container. */
async function restarts({ peers, objects, plan }: ProofContext): Promise<ReadonlyMap<string, number>> {
  const observation = await peers.cluster.observe(objects.ref, deploymentLabelsOf(plan.manifest));
  try {
    return new Map(containersOf(observation.pods, plan.predictor.annotations?.[ANNOTATIONS.rollout]));
  } finally {
    observation.close();
  }
}

function containersOf(pods: readonly Pod[], marker: string | undefined): readonly (readonly [string, number])[] {
  return pods
    .filter((pod) => pod.metadata.annotations?.[ANNOTATIONS.rollout] === marker)
    .flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? []).map((one) => [`${metadata.name}/${one.name}`, one.restartCount] as const),
    );
}

/** A container that came back at once is no healthy one. */
async function restarted(
  context: ProofContext,
  stored: SeldonDeployment,
  before: ReadonlyMap<string, number>,
): Promise<readonly Finding[] | undefined> {
  const { cluster } = context.peers;
  const { ref } = context.objects;
  const again = [...(await restarts(context))].find(([name, count]) => count > (before.get(name) ?? 0));
  if (again === undefined) return undefined;
  const [pod = '', container = ''] = again[0].split('/');
  const observation = await cluster.observe(ref, deploymentLabelsOf(stored));
  const { deployments, pods } = observation;
  observation.close();
  const status = {
    phase: 'failed',
    reason: 'crash-loop',
    message: `container ${container} of ${pod} restarted while it was watched`,
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

/** Compares what Prometheus has of the new predictor and of main in this step. */
async function judgeMetrics(context: ProofContext, stage: Stage): Promise<readonly Finding[] | undefined> {
  const { peers, notes, plan } = context;
  const { metrics, journal } = peers;
  if (metrics === undefined) return undefined;
  const record = await journal.step(
    'gate',
    async (conclude): Promise<GateRecord> => {
      const verdict = await verdictOf(context, metrics, stage);
      conclude(verdict.message, mayGoOn(verdict.answer, context) ? 'ok' : 'failed');
      return { ...verdict, stage: stage.title };
    },
    stageLabel(plan, stage),
  );
  notes.gates = [...notes.gates, record];
  if (mayGoOn(record.answer, context)) return undefined;
  if (record.answer === 'fail') {
    const cure = 'look at the figures; `gate-error-margin` and `gate-latency-ratio` say what is allowed';
    return [{ reason: 'gate-failed', title: record.message, cure, quotes: [] }];
  }
  const how = hasOrchestrator(plan.predictor)
    ? 'send requests while the step lasts'
    : 'leave out `orchestrator: false`';
  const cure = `${how}, or say with \`gate-no-data: pass\` that silence is good enough`;
  return [{ reason: 'gate-no-data', title: record.message, cure, quotes: [] }];
}

/** A Prometheus that does not answer has no data, and neither has one where nobody counts. */
async function verdictOf(context: ProofContext, metrics: Metrics, stage: Stage): Promise<GateVerdict> {
  const { predictor } = context.plan;
  if (!hasOrchestrator(predictor))
    return noFigures(`${predictor.name} runs without the orchestrator, which counts the requests for Prometheus`);
  const names = [stage.manifest.spec.predictors[0]?.name ?? '', predictor.name] as const;
  try {
    const [main, canary] = await Promise.all(names.map((name) => figures(context, metrics, name)));
    return judgeFigures({ main: main ?? NO_FIGURES, canary: canary ?? NO_FIGURES }, context.config.gate);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return noFigures(error.message);
  }
}

function noFigures(message: string): GateVerdict {
  return { answer: 'no-data', message, main: NO_FIGURES, canary: NO_FIGURES };
}

const NO_FIGURES: Figures = { requests: undefined, errors: undefined, latency: undefined };

function mayGoOn(answer: GateRecord['answer'], { config }: ProofContext): boolean {
  return answer === 'pass' || (answer === 'no-data' && config.gate.noData === 'pass');
}

async function figures({ objects, config }: ProofContext, metrics: Metrics, predictor: string): Promise<Figures> {
  const queries = gateQueries(objects.ref.name, predictor, config.share.stepInterval);
  const [requests, failures, seconds] = await Promise.all([
    metrics.query(queries.requests),
    metrics.query(queries.failures),
    metrics.query(queries.seconds),
  ]);
  return figuresOf({ requests, failures, seconds });
}
