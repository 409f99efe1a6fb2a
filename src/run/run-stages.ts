import { UserError } from '../base/errors.ts';
import type { Clock, Cluster, Metrics, ObjectRef, OpenEndpoint, Runner } from '../base/ports.ts';
import type { Signature } from '../model/model.ts';
import type { Plan, Stage } from '../plan/plan.ts';
import { compareModels } from '../proof/compare-models.ts';
import type { Smoke } from '../proof/prepare-smoke.ts';
import { proveModel } from '../proof/prove-model.ts';
import { holdStep } from '../proof/soak.ts';
import { seeMirror } from '../proof/verify-mirror.ts';
import type { Draft } from '../report/draft.ts';
import type { Finding } from '../report/report.ts';
import { applyManifest } from '../rollout/apply-plan.ts';
import { rollOut, stateOf } from '../rollout/roll-out.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config, Protocol } from '../settings/config.ts';
import type { Journal } from './journal.ts';

/** One rollout: what is to be done, with whom, and where to tell what is found out on the way. */
export interface Rollout {
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  /** Undefined without `prometheus-url`. */
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  /** Asked right before the first change. @throws UserError when it must not happen any more */
  readonly confirm: () => Promise<void>;
  readonly runner: Pick<Runner, 'info'>;
  readonly journal: Journal;
  readonly ref: ObjectRef;
  /** The SeldonDeployment whose name the public endpoint has: mostly the same. */
  readonly front: ObjectRef;
  readonly plan: Plan;
  readonly protocol: Protocol;
  readonly config: Pick<Config, 'proof' | 'gate' | 'compare' | 'share'>;
  readonly signature: Signature | undefined;
  readonly smoke: Smoke;
  readonly draft: Pick<Draft, 'prediction' | 'comparison' | 'gates' | 'warnings'>;
}

/** How far a rollout came. */
export interface Carried {
  /** Why it ends here; undefined when all of it is live and proven. */
  readonly findings: readonly Finding[] | undefined;
  /** What was sent last, and what the server made of it; undefined while nothing was. */
  readonly manifest: SeldonDeployment | undefined;
  readonly applied: SeldonDeployment | undefined;
}

/** Seconds a gentle stage may take: what it moves is up, so only weights have to change. */
const LONGEST_COURTESY = 60;

/** Stage after stage: apply, wait until it is rolled out, prove. Ends with the first that does not come up. */
export async function carryOut(rollout: Rollout, live: SeldonDeployment | undefined): Promise<Carried> {
  let carried: Carried = { findings: undefined, manifest: undefined, applied: undefined };
  for (const stage of rollout.plan.stages) {
    const now = carried.applied ?? live;
    if (stage.gentle && now !== undefined && (await stateOf(rollout, now, rollout.ref)) !== 'ready') continue;
    const sent = await send(rollout, stage, carried);
    if ('findings' in sent) return { ...carried, findings: sent.findings };
    carried = { ...sent, findings: await comeUp(rollout, stage, sent.applied) };
    if (carried.findings !== undefined && !stage.gentle) return carried;
    if (carried.findings === undefined && stage.gentle) await letIngressFollow(rollout);
  }
  return { ...carried, findings: undefined };
}

/**
 * The requests have been moved: nothing may go before they are. An ingress drops the endpoints of pods that go at once,
 * and answers 503 for as long as it still routes requests there (seen with Envoy: all of the predictor's share).
 */
export function letIngressFollow({
  clock,
  runner,
  config,
}: Pick<Rollout, 'clock' | 'runner' | 'config'>): Promise<void> {
  const { ingressLag } = config.share;
  if (ingressLag > 0) runner.info(`giving the ingress ${ingressLag} s to follow`);
  return clock.sleep(ingressLag * 1000);
}

interface Sent {
  readonly manifest: SeldonDeployment;
  readonly applied: SeldonDeployment;
}

/** A first apply that is refused ends the run, with nothing changed; a later one ends a rollout, which is put back. */
async function send(
  { cluster, journal, plan, confirm }: Rollout,
  stage: Stage,
  { applied: before }: Carried,
): Promise<Sent | { readonly findings: readonly Finding[] }> {
  const manifest = before === undefined ? stage.manifest : uponVersion(stage.manifest, before);
  const checked = before === undefined ? plan.stages.map((one) => one.manifest) : [];
  try {
    const applied = await journal.step(
      'apply',
      async (conclude) => {
        if (before === undefined) await confirm();
        const stored = await applyManifest(cluster, manifest, checked);
        const { namespace, name, generation } = stored.metadata;
        conclude(`SeldonDeployment ${namespace}/${name} applied, generation ${generation ?? '?'}`);
        return stored;
      },
      aboutOf(plan, stage),
    );
    return { manifest, applied };
  } catch (error) {
    if (before === undefined || !(error instanceof UserError) || !isRefusal(error)) throw error;
    return { findings: [{ reason: error.code, title: error.message, cure: error.hint, quotes: [] }] };
  }
}

/** The server said no. Where it did not say anything, nobody knows what it did. */
function isRefusal({ code }: UserError): boolean {
  return code !== 'cluster-unreachable' && code !== 'cluster-failed';
}

function uponVersion(manifest: SeldonDeployment, { metadata }: SeldonDeployment): SeldonDeployment {
  const { resourceVersion } = metadata;
  return { ...manifest, metadata: { ...manifest.metadata, ...(resourceVersion !== undefined && { resourceVersion }) } };
}

/** A plan of one stage needs no title: the report's own says it. */
export function aboutOf({ stages }: Plan, { title }: Stage): string | undefined {
  return stages.length === 1 ? undefined : title;
}

async function comeUp(
  rollout: Rollout,
  stage: Stage,
  applied: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  const { plan, ref, journal } = rollout;
  // A courtesy must not keep the emergency brake waiting.
  const timeout = stage.gentle ? Math.min(plan.budget.timeout, LONGEST_COURTESY) : plan.budget.timeout;
  const findings = await journal.step(
    'wait',
    (conclude) => rollOut({ ...rollout, ref, applied, timeout }, conclude),
    aboutOf(plan, stage),
  );
  return findings ?? proveStage(rollout, stage, applied);
}

/**
 * All that a stage says must be so, once its pods are up.
 * @param stored the object as the server has it
 */
export async function proveStage(
  rollout: Rollout,
  stage: Stage,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  const { plan, smoke, config, draft } = rollout;
  const { predictors } = stage.manifest.spec;
  const about = aboutOf(plan, stage);
  for (const [at, name] of stage.prove.entries()) {
    const predictor = predictors.find((one) => one.name === name);
    if (predictor === undefined) throw new Error(`a stage without its predictor ${name}`);
    const isSubject = name === plan.predictor.name;
    const proof = await proveModel({
      ...rollout,
      predictor,
      about: stage.prove.length === 1 ? about : name,
      proof: config.proof,
      // Only the new model has to answer as the new model's signature and the user say.
      signature: isSubject ? rollout.signature : undefined,
      expect: isSubject ? smoke.expect : undefined,
      smoke: smoke.request,
      throughEndpoint: stage.throughEndpoint && at === stage.prove.length - 1,
      hasAllTraffic:
        rollout.front.name === rollout.ref.name &&
        predictor.shadow !== true &&
        (predictors.length === 1 || predictor.traffic === 100),
    });
    if (isSubject) draft.prediction = proof.prediction;
    if (proof.findings !== undefined) return proof.findings;
    if (proof.warning !== undefined) draft.warnings = [...draft.warnings, proof.warning];
  }
  return (
    (await compareModels(rollout, stage)) ??
    (await seeMirror(rollout, stage)) ??
    (await holdStep(rollout, stage, stored))
  );
}
