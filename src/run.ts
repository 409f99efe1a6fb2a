import type { Config, Mode } from './core/config.ts';
import { ABOUT_THE_MODEL, type Draft, endingOf, identityOf, startDraft, whereabouts } from './core/draft.ts';
import { predictorLines, sharedLines } from './core/live-state.ts';
import type { Model } from './core/model.ts';
import { modelsOf } from './core/model-note.ts';
import { deploymentName, nameInUri, secondName } from './core/naming.ts';
import { wholeOf } from './core/plan.ts';
import { endpointOf } from './core/protocol.ts';
import type { Outcome, Reason, Report, RunContext } from './core/report.ts';
import type { SeldonDeployment } from './core/seldon-deployment.ts';
import { previousModelOf } from './core/trace.ts';
import type { Clock, Cluster, Metrics, ModelRegistry, OpenEndpoint, Runner, Workspace } from './ports.ts';
import { tryPlan } from './steps/apply-plan.ts';
import { type Carried, carryOut, proveStage, type Rollout } from './steps/carry-out.ts';
import { appliedBy, cancellation } from './steps/end-early.ts';
import { type Journal, startJournal } from './steps/journal.ts';
import { lookAround, planRollout, protocolOf, type RolloutPlan } from './steps/plan-rollout.ts';
import { checkPermissions, checkSecret } from './steps/preflight.ts';
import { prepareSmoke } from './steps/prepare-smoke.ts';
import { recallModel } from './steps/recall-model.ts';
import { recordHistory } from './steps/record-history.ts';
import { stateOf } from './steps/roll-out.ts';
import { tellStatus } from './steps/tell-status.ts';
import { undoRollout } from './steps/undo-rollout.ts';

/** Everything outside that a run talks to. */
export interface World {
  readonly registry: ModelRegistry;
  readonly cluster: Cluster;
  readonly openEndpoint: OpenEndpoint;
  /** Undefined where nobody keeps metrics, or nobody told us where. */
  readonly metrics: Metrics | undefined;
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

/** What is to be done, and where. */
interface Shipment extends Rollout {
  readonly model: Model;
  /** The object as we found it. */
  readonly live: SeldonDeployment | undefined;
  /** The SeldonDeployment whose requests this one shares, where it is another one. */
  readonly first: SeldonDeployment | undefined;
  readonly withNewPods: RolloutPlan['withNewPods'];
}

/**
 * The story: resolve, look, plan, and stage by stage apply, wait, prove; put back if it failed. A failed rollout is a
 * value, not an exception. Whatever is thrown ends here as a report too, so there is always something to tell.
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
    if (ending.outcome === 'unknown') self.draft.predictors = [];
  }
  return { ...self.draft, steps: journal.records };
}

async function ship(self: Run): Promise<void> {
  const { config, world, journal } = self;
  const { modelUri } = config;
  const brought = modelUri === undefined ? undefined : await resolveModel(self, modelUri);
  const place = await journal.step('preflight', async (conclude) => {
    const { ref, front } = placeOf(self, brought);
    await checkPermissions({ ...world, ref, config }, conclude);
    return { ref, front };
  });
  const { ref } = place;
  if (config.mode === 'status') {
    const told = await journal.step('look', (conclude) => tellStatus({ ...world, config, ref }, conclude));
    return void Object.assign(self.draft, told);
  }
  const shipment = await makePlan(self, place, brought);
  const { plan, live } = shipment;
  if (config.dryRun) {
    await journal.step('apply', (conclude) => tryPlan(world.cluster, plan, conclude));
    return end(self, 'planned', 'dry-run');
  }
  const state = plan.unchanged && live !== undefined ? await stateOf(world, live, ref) : 'other';
  if (state === 'ready' && live !== undefined) {
    const findings = await proveStage(shipment, wholeOf(plan), live);
    const untouched = { findings, manifest: undefined, applied: undefined };
    return findings === undefined ? endWell(self, shipment, live) : fail(self, shipment, untouched);
  }
  const chosen = state === 'doomed' ? { ...shipment, plan: shipment.withNewPods() } : shipment;
  const carried = await carryOut(chosen, live);
  return carried.findings === undefined ? endWell(self, chosen, carried.applied) : fail(self, chosen, carried);
}

function resolveModel({ world, journal, draft }: Run, uri: string): Promise<Model> {
  return journal.step('resolve', async (conclude) => {
    const model = await world.registry.resolve(uri);
    draft.model = identityOf(model);
    draft.warnings = model.warnings;
    conclude(whereabouts(model));
    return model;
  });
}

/** Where it will be shipped, as far as that is known before the model is: for the comment of a run that ends early. */
function placeBefore({ config, world }: Run): { name: string | undefined; namespace: string; cluster: string } {
  const { name, namespace = world.cluster.defaultNamespace ?? 'seldon' } = config.render;
  return { name: name ?? nameInUri(config.modelUri ?? ''), namespace, cluster: world.cluster.server };
}

/** The SeldonDeployment to change, and the one whose requests it shares: mostly the same. */
function placeOf({ config, world, draft }: Run, model: Model | undefined): Pick<Rollout, 'ref' | 'front'> {
  const namespace = config.render.namespace ?? world.cluster.defaultNamespace ?? 'seldon';
  const front = { namespace, name: deploymentName(config.render.name, model?.name) };
  const isSecond = config.share.routing === 'ambassador-annotations';
  const ref = isSecond ? { namespace, name: secondName(front.name, config.mode) } : front;
  Object.assign(draft, ref);
  return { ref, front };
}

/** What is live, what to do about it, and what the model will be asked: all decided before anything is touched. */
function makePlan(self: Run, place: Pick<Rollout, 'ref' | 'front'>, brought: Model | undefined): Promise<Shipment> {
  const { config, world, context, journal, draft } = self;
  return journal.step('render', async (conclude) => {
    const { ref } = place;
    const live = await world.cluster.read(ref);
    const around = await lookAround(world.cluster, config, place);
    const protocol = protocolOf({ config, live });
    const made = await planRollout(world.workspace, { config, ref, model: brought, live, context, ...around });
    const { plan } = made;
    const { predictor } = plan;
    const note = modelsOf(plan.manifest).get(predictor.name) ?? { uri: predictor.graph.modelUri ?? '' };
    const model = brought ?? (await recallModel(world, note));
    const smoke = await prepareSmoke(world.workspace, { config, model, protocol });
    const at = { ...place.front, protocol, predictor: predictor.name, node: predictor.graph.name };
    Object.assign(draft, {
      protocol,
      model: identityOf(model),
      sampleRequest: smoke.request?.body,
      predictionSkipped: smoke.skipped,
      previous: previousModelOf(live),
      predictors: live === undefined ? [] : predictorLines(live),
      changes: plan.changes,
      endpoint: endpointOf({ ...at, ingressUrl: config.proof.ingressUrl }),
      manifest: plan.toldYaml,
      manifestPath: await world.workspace.write(`${ref.namespace}-${ref.name}.yaml`, plan.yaml),
    });
    // Only a write tells that a namespace is missing: the server would take this one, and stores nothing.
    const hasNamespace = () => world.cluster.apply(plan.stages[0].manifest, { dryRun: true });
    const warnings = await checkSecret(world.cluster, ref, { graph: predictor.graph, hasNamespace });
    draft.warnings = [...draft.warnings, ...warnings, ...smoke.warnings];
    conclude(plan.summary);
    const decided = { config, protocol, live, first: around.front?.live, model, smoke, signature: model.signature };
    return { ...world, ...made, ...place, ...decided, journal, draft };
  });
}

/** Ends a run whose model did not come up or did not prove itself: puts back what was there, or leaves it as asked. */
async function fail(self: Run, shipment: Shipment, { findings = [], manifest, applied }: Carried): Promise<void> {
  const { config, world, journal, draft } = self;
  const { ref, plan, live, model } = shipment;
  draft.findings = findings;
  const reason = findings[0]?.reason ?? 'internal-error';
  if (!ABOUT_THE_MODEL.has(reason)) forgetWarnings(self, model);
  if (applied === undefined || manifest === undefined) return end(self, 'failed', reason);
  if (config.onFailure === 'keep' || plan.isFinal) {
    draft.predictors = linesOf(shipment, applied);
    return end(self, 'kept', reason);
  }
  const undo = { ...world, ...config.share, ref, manifest, applied, before: live, timeout: plan.budget.timeout };
  const outcome = await journal.step('undo', (conclude) => undoRollout(undo, conclude));
  // What the draft tells is what was there before: true again, or nobody knows.
  if (outcome === 'unknown') draft.predictors = [];
  return end(self, outcome, reason);
}

function end({ draft }: Run, outcome: Outcome, reason: Reason): void {
  Object.assign(draft, { outcome, reason });
}

/** What was asked for is live and answered: it is noted on the object, and what might have gone wrong did not. */
async function endWell(self: Run, shipment: Shipment, stored: SeldonDeployment | undefined): Promise<void> {
  const { config, world, context, journal, draft } = self;
  const { ref, plan, model, live } = shipment;
  forgetWarnings(self, model);
  if (stored !== undefined) draft.predictors = linesOf(shipment, stored);
  if (PROVES_MAIN.has(config.mode)) {
    const order = { ...world, ref, context, restores: plan.restores };
    const warning = await journal.step('record', (conclude) => recordHistory(order, conclude));
    if (warning !== undefined) draft.warnings = [...draft.warnings, warning];
  }
  if (stored === live) return end(self, 'unchanged', 'already-live');
  return end(self, config.mode === 'rollback' ? 'restored' : 'deployed', 'ok');
}

/** Who shares the requests, once that object is live. */
function linesOf({ first }: Shipment, stored: SeldonDeployment): Report['predictors'] {
  return first === undefined ? predictorLines(stored) : sharedLines(first, stored);
}

function forgetWarnings({ draft }: Run, model: Model): void {
  draft.warnings = draft.warnings.filter((warning) => !model.warnings.includes(warning));
}

/** Modes after which the first predictor has all the traffic, and answered. */
const PROVES_MAIN: ReadonlySet<Mode> = new Set(['direct', 'promote', 'rollback']);
