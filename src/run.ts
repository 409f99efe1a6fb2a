import type { Config } from './core/config.ts';
import { type Draft, endingOf, identityOf, startDraft, whereabouts } from './core/draft.ts';
import type { Model } from './core/model.ts';
import { deploymentName, nameInUri } from './core/naming.ts';
import type { Plan } from './core/plan.ts';
import { endpointOf } from './core/protocol.ts';
import type { Finding, Outcome, Reason, Report, RunContext } from './core/report.ts';
import type { SeldonDeployment } from './core/seldon-deployment.ts';
import { previousModelOf } from './core/trace.ts';
import type { Clock, Cluster, ModelRegistry, ObjectRef, OpenEndpoint, Runner, Workspace } from './ports.ts';
import { applyPlan } from './steps/apply-plan.ts';
import { appliedBy, cancellation } from './steps/end-early.ts';
import { type Journal, startJournal } from './steps/journal.ts';
import { planRollout } from './steps/plan-rollout.ts';
import { checkPermissions, checkSecret } from './steps/preflight.ts';
import { prepareSmoke, type Smoke } from './steps/prepare-smoke.ts';
import { proveModel } from './steps/prove-model.ts';
import { rollOut, stateOf } from './steps/roll-out.ts';
import { undoRollout } from './steps/undo-rollout.ts';

/** Everything outside that a run talks to. */
export interface World {
  readonly registry: ModelRegistry;
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  readonly runner: Runner;
  readonly workspace: Workspace;
  readonly clock: Clock;
  /** Aborted when somebody cancels the run. */
  readonly cancelled: AbortSignal;
}

export interface Context extends RunContext {
  readonly pullRequest: number | undefined;
}

/** One run: its settings, its world, and what it has to tell so far. */
interface Run {
  readonly config: Config;
  readonly world: World;
  readonly context: Context;
  readonly journal: Journal;
  readonly draft: Draft;
}

/** What is being shipped, and where. */
interface Shipment {
  readonly ref: ObjectRef;
  readonly model: Model;
  readonly smoke: Smoke;
  readonly plan: Plan;
  /** The object as we found it. */
  readonly live: SeldonDeployment | undefined;
  /** What the server made of our manifest; undefined while nothing was applied. */
  readonly applied: SeldonDeployment | undefined;
}

/**
 * The story: resolve, look, plan, apply, wait, prove, and put back if it failed. A failed rollout is a value, not an
 * exception. Whatever is thrown ends here as a report too, so there is always something to tell.
 */
export async function run(config: Config, world: World, context: Context): Promise<Report> {
  const journal = startJournal(world.clock, world.runner, world.cancelled);
  const self: Run = { config, world, context, journal, draft: startDraft(config, context) };
  try {
    Object.assign(self.draft, placeBefore(self));
    await Promise.race([ship(self), cancellation(world.cancelled)]);
  } catch (error) {
    const { finding, ...ending } = endingOf(error, config.dryRun ? 'no' : appliedBy(journal, error));
    if (finding.reason === 'internal-error' && error instanceof Error) world.runner.error(error.stack ?? error.message);
    Object.assign(self.draft, ending, { findings: [finding, ...self.draft.findings], warnings: [] });
  }
  return { ...self.draft, steps: journal.records };
}

async function ship(self: Run): Promise<void> {
  const { config, world, journal } = self;
  const { model, smoke } = await resolveModel(self);
  const ref = await journal.step('preflight', async (conclude) => {
    const place = placeOf(self, model);
    await checkPermissions({ cluster: world.cluster, ref: place, config }, conclude);
    return place;
  });
  const { live, plan, withNewPods } = await makePlan(self, ref, model);
  const found: Shipment = { ref, model, smoke, plan, live, applied: undefined };

  if (config.dryRun) {
    await journal.step('apply', (conclude) => applyPlan(world.cluster, plan, { dryRun: true, conclude }));
    return end(self, 'planned', 'dry-run');
  }
  const state = plan.unchanged && live !== undefined ? await stateOf(world, live, ref) : 'other';
  if (state === 'ready') {
    const findings = await prove(self, found);
    return findings === undefined ? endWell(self, found, ['unchanged', 'already-live']) : fail(self, found, findings);
  }
  const chosen = state === 'doomed' ? withNewPods() : plan;
  const applied = await journal.step('apply', (conclude) =>
    applyPlan(world.cluster, chosen, { dryRun: false, conclude }),
  );
  const shipment: Shipment = { ...found, plan: chosen, applied };
  const findings =
    (await journal.step('wait', (conclude) =>
      rollOut({ ...world, ref, applied, timeout: chosen.budget.timeout }, conclude),
    )) ?? (await prove(self, shipment));
  return findings === undefined ? endWell(self, shipment, ['deployed', 'ok']) : fail(self, shipment, findings);
}

/** The model, and what it will be asked. */
function resolveModel({ config, world, journal, draft }: Run): Promise<{ model: Model; smoke: Smoke }> {
  return journal.step('resolve', async (conclude) => {
    const model = await world.registry.resolve(config.modelUri);
    draft.model = identityOf(model);
    const smoke = await prepareSmoke(world.workspace, config, model);
    draft.sampleRequest = smoke.request?.body;
    draft.predictionSkipped = smoke.skipped;
    draft.warnings = model.warnings;
    conclude(whereabouts(model));
    return { model, smoke };
  });
}

/** Where it will be shipped, as far as that is known before the model is: for the comment of a run that ends early. */
function placeBefore({ config, world }: Run): { name: string | undefined; namespace: string; cluster: string } {
  const { name, namespace = world.cluster.defaultNamespace ?? 'seldon' } = config.render;
  return { name: name ?? nameInUri(config.modelUri), namespace, cluster: world.cluster.server };
}

function placeOf({ config, world, draft }: Run, model: Model): ObjectRef {
  const namespace = config.render.namespace ?? world.cluster.defaultNamespace ?? 'seldon';
  const name = deploymentName(config.render.name, model.name);
  Object.assign(draft, { name, namespace });
  return { name, namespace };
}

function makePlan(
  { config, world, context, journal, draft }: Run,
  ref: ObjectRef,
  model: Model,
): ReturnType<typeof planRollout> {
  return journal.step('render', async (conclude) => {
    const made = await planRollout(world, ref, { config, model, context });
    const { predictor } = made.plan;
    const { protocol } = config.render;
    draft.previous = previousModelOf(made.live);
    draft.changes = made.plan.changes;
    draft.endpoint = endpointOf({
      ...ref,
      protocol,
      predictor: predictor.name,
      node: predictor.graph.name,
      ingressUrl: config.proof.ingressUrl,
    });
    draft.manifest = made.plan.toldYaml;
    draft.manifestPath = await world.workspace.write(`${ref.namespace}-${ref.name}.yaml`, made.plan.yaml);
    // Only a write tells that a namespace is missing: the server would take this one, and stores nothing.
    const hasNamespace = () => world.cluster.apply(made.plan.manifest, { dryRun: true });
    draft.warnings = [
      ...draft.warnings,
      ...(await checkSecret(world.cluster, ref, { graph: predictor.graph, hasNamespace })),
    ];
    conclude(made.plan.summary);
    return made;
  });
}

async function prove(self: Run, { ref, plan, smoke, model }: Shipment): Promise<readonly Finding[] | undefined> {
  const { config, world, journal, draft } = self;
  const { predictor } = plan;
  const { protocol } = config.render;
  const proof = await proveModel({
    ...world,
    journal,
    ref,
    predictor,
    protocol,
    proof: config.proof,
    signature: model.signature,
    smoke: smoke.request,
    expect: smoke.expect,
  });
  draft.prediction = proof.prediction;
  return proof.findings;
}

/** Ends a run whose model did not come up or did not prove itself: puts back what was there, or leaves it as asked. */
async function fail(self: Run, shipment: Shipment, findings: readonly Finding[]): Promise<void> {
  const { config, world, journal, draft } = self;
  const { ref, plan, live, applied, model } = shipment;
  draft.findings = findings;
  const reason = findings[0]?.reason ?? 'internal-error';
  if (!ABOUT_THE_MODEL.has(reason)) forgetWarnings(self, model);
  if (applied === undefined) return end(self, 'failed', reason);
  if (config.onFailure === 'keep') return end(self, 'kept', reason);
  const { timeout } = plan.budget;
  const undo = { ...world, ref, manifest: plan.manifest, applied, before: live, timeout };
  return end(self, await journal.step('undo', (conclude) => undoRollout(undo, conclude)), reason);
}

function end({ draft }: Run, outcome: Outcome, reason: Reason): void {
  Object.assign(draft, { outcome, reason });
}

/** The model is live and answered: what might have gone wrong with it did not. */
function endWell(self: Run, { model }: Shipment, [outcome, reason]: readonly [Outcome, Reason]): void {
  forgetWarnings(self, model);
  end(self, outcome, reason);
}

function forgetWarnings({ draft }: Run, model: Model): void {
  draft.warnings = draft.warnings.filter((warning) => !model.warnings.includes(warning));
}

/** Failures that something in the model itself may explain. */
const ABOUT_THE_MODEL: ReadonlySet<Reason> = new Set([
  'crash-loop',
  'rollout-timeout',
  'progress-deadline-exceeded',
  'health-failed',
  'prediction-failed',
]);
