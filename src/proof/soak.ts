import { UserError } from '../base/errors.ts';
import type { Metrics } from '../base/ports.ts';
import type { Stage } from '../plan/plan.ts';
import { hasOrchestrator } from '../plan/predictor.ts';
import type { Finding } from '../report/report.ts';
import type { GateRecord } from '../report/report-lines.ts';
import { expectationOf } from '../rollout/expectation.ts';
import { gatherFindings } from '../rollout/gather-findings.ts';
import { rollOut } from '../rollout/roll-out.ts';
import { aboutOf, type Rollout } from '../run/run-stages.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Pod } from '../seldon/snapshot.ts';
import { type Figures, figuresOf, type GateVerdict, gateQueries, judgeFigures } from './evidence/gate.ts';
import { modelTarget, predictTarget } from './proof-targets.ts';
import { askAgain } from './prove-model.ts';

/** Milliseconds between two looks at a step that is held. */
const PACE = 10_000;
/** Seconds for which a pod may be away meanwhile (a node may be drained): longer, and the step has failed. */
const ABSENCE = 60;

/**
 * Leaves the new predictor with its share for a while, and goes on only if it stays up, keeps answering and has good
 * figures.
 *
 * @param stored the object as the server has it
 */
export async function holdStep(
  rollout: Rollout,
  stage: Stage,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  if (stage.observed !== true) return undefined;
  return (await hold(rollout, stage, stored)) ?? (await gate(rollout, stage));
}

function hold(rollout: Rollout, stage: Stage, stored: SeldonDeployment): Promise<readonly Finding[] | undefined> {
  const { clock, config, plan, journal } = rollout;
  const { stepInterval } = config.share;
  return journal.step(
    'hold',
    async (conclude) => {
      const before = await restarts(rollout);
      const end = clock.now() + stepInterval * 1000;
      for (let asked = 1; ; asked++) {
        await clock.sleep(Math.min(PACE, Math.max(0, end - clock.now())));
        const findings =
          (await stillUp(rollout, stored)) ?? (await sinceThen(rollout, stored, before)) ?? (await ask(rollout));
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
    aboutOf(plan, stage),
  );
}

function stillUp(rollout: Rollout, applied: SeldonDeployment): Promise<readonly Finding[] | undefined> {
  return rollOut({ ...rollout, applied, timeout: ABSENCE }, () => {});
}

function ask(rollout: Rollout): Promise<readonly Finding[] | undefined> {
  const { plan, config, smoke, metrics } = rollout;
  const request = {
    ...rollout,
    predictor: plan.predictor,
    proof: config.proof,
    smoke: smoke.request,
    expect: smoke.expect,
    throughEndpoint: false,
    hasAllTraffic: false,
  };
  // In figures our own questions would pass for those of users, and a canary that nobody asks for a good one.
  const target = metrics === undefined ? predictTarget(request, config.proof.access) : modelTarget(request);
  return askAgain(request, target);
}

/** Restarts of each container of the new predictor's pods, by pod and container. */
async function restarts({ cluster, ref, plan }: Rollout): Promise<ReadonlyMap<string, number>> {
  const observation = await cluster.observe(ref);
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
async function sinceThen(
  rollout: Rollout,
  stored: SeldonDeployment,
  before: ReadonlyMap<string, number>,
): Promise<readonly Finding[] | undefined> {
  const { cluster, ref } = rollout;
  const again = [...(await restarts(rollout))].find(([name, count]) => count > (before.get(name) ?? 0));
  if (again === undefined) return undefined;
  const [pod = '', container = ''] = again[0].split('/');
  const observation = await cluster.observe(ref);
  const { deployments, pods } = observation;
  observation.close();
  const status = {
    phase: 'failed',
    reason: 'crash-loop',
    message: `container ${container} of ${pod} restarted while it was watched`,
    culprit: { kind: 'pod', name: pod, container, uid: pods.find((one) => one.metadata.name === pod)?.metadata.uid },
  } as const;
  const end = { status, snapshot: { seldonDeployment: stored, routes: undefined, deployments, pods } };
  return gatherFindings(cluster, ref, { end, expected: expectationOf(stored) });
}

/** Compares what Prometheus has of the new predictor and of main in this step. */
async function gate(rollout: Rollout, stage: Stage): Promise<readonly Finding[] | undefined> {
  const { metrics, journal, draft, plan } = rollout;
  if (metrics === undefined) return undefined;
  const record = await journal.step(
    'gate',
    async (conclude): Promise<GateRecord> => {
      const verdict = await verdictOf(rollout, metrics, stage);
      conclude(verdict.message, mayGoOn(verdict.answer, rollout) ? 'ok' : 'failed');
      return { ...verdict, stage: stage.title };
    },
    aboutOf(plan, stage),
  );
  draft.gates = [...draft.gates, record];
  if (mayGoOn(record.answer, rollout)) return undefined;
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
async function verdictOf(rollout: Rollout, metrics: Metrics, stage: Stage): Promise<GateVerdict> {
  const { predictor } = rollout.plan;
  if (!hasOrchestrator(predictor))
    return silent(`${predictor.name} runs without the orchestrator, which counts the requests for Prometheus`);
  const names = [stage.manifest.spec.predictors[0]?.name ?? '', predictor.name] as const;
  try {
    const [main, canary] = await Promise.all(names.map((name) => figures(rollout, metrics, name)));
    return judgeFigures({ main: main ?? NO_FIGURES, canary: canary ?? NO_FIGURES }, rollout.config.gate);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return silent(error.message);
  }
}

function silent(message: string): GateVerdict {
  return { answer: 'no-data', message, main: NO_FIGURES, canary: NO_FIGURES };
}

const NO_FIGURES: Figures = { requests: undefined, errors: undefined, latency: undefined };

function mayGoOn(answer: GateRecord['answer'], { config }: Rollout): boolean {
  return answer === 'pass' || (answer === 'no-data' && config.gate.noData === 'pass');
}

async function figures({ ref, config }: Rollout, metrics: Metrics, predictor: string): Promise<Figures> {
  const queries = gateQueries(ref.name, predictor, config.share.stepInterval);
  const [requests, failures, seconds] = await Promise.all([
    metrics.query(queries.requests),
    metrics.query(queries.failures),
    metrics.query(queries.seconds),
  ]);
  return figuresOf({ requests, failures, seconds });
}
