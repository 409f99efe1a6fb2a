import type { Outcome, Reason } from '../base/outcome.ts';
import type { ObjectRef } from '../base/ports.ts';
import type { Model } from '../model/model.ts';
import { predictorLines, sharedLines } from '../plan/live-state.ts';
import { wholeOf } from '../plan/plan.ts';
import { type Turn, takeTurn } from '../record/acquire-lease.ts';
import { closeRecord, openRecord, retireRecords } from '../record/github-deployment.ts';
import { recordHistory } from '../record/record-history.ts';
import { noteRegistry } from '../record/write-back.ts';
import { ABOUT_THE_MODEL, endingOf, identityOf, startDraft, underWay, whereabouts } from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import { tryPlan } from '../rollout/apply-plan.ts';
import { removeObject } from '../rollout/remove-object.ts';
import { stateOf } from '../rollout/roll-out.ts';
import { undoRollout } from '../rollout/undo-rollout.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config, Mode } from '../settings/config.ts';
import { appliedBy, cancellation } from './end-early.ts';
import { placeBefore, placeOf } from './find-object.ts';
import { startJournal } from './journal.ts';
import { makePlan } from './make-plan.ts';
import { checkPermissions } from './preflight.ts';
import { tellStatus } from './report-status.ts';
import { type Carried, carryOut, proveStage } from './run-stages.ts';
import type { Context, Run, Shipment, World } from './run-state.ts';
import { sweepPreviews } from './sweep-previews.ts';
import { writeManifest } from './write-manifest.ts';

/**
 * The story: resolve, look, plan, and stage by stage apply, wait, prove; put back if it failed. A failed rollout is a
 * value, not an exception. Whatever is thrown ends here as a report too, so there is always something to tell.
 */
export async function run(config: Config, world: World, context: Context): Promise<Report> {
  const draft = startDraft(config, context);
  const journal = startJournal({ ...world, onNews: () => world.progress(underWay(draft, journal)) });
  const self: Run = { config, world: { ...world, runner: journal.runner }, context, journal, draft, open: {} };
  try {
    Object.assign(self.draft, placeBefore(config, world.cluster));
    await Promise.race([ship(self), cancellation(world.cancelled)]);
  } catch (error) {
    const { finding, ...ending } = endingOf(error, config.dryRun ? 'no' : appliedBy(journal, error));
    if (finding.reason === 'internal-error' && error instanceof Error) world.runner.error(error.stack ?? error.message);
    Object.assign(self.draft, ending, { findings: [finding, ...self.draft.findings], warnings: [] });
    if (ending.outcome === 'unknown') self.draft.predictors = [];
  }
  const report = { ...self.draft, steps: journal.records };
  await Promise.all([closeRecord({ ...world, report }, self.open.record), self.open.turn?.end()]);
  return report;
}

async function ship(self: Run): Promise<void> {
  const { config, world, journal } = self;
  const { modelUri } = config;
  const brought = modelUri === undefined ? undefined : await resolveModel(self, modelUri);
  const place = await journal.step('preflight', async (conclude) => {
    const found = placeOf(config, world.cluster, brought);
    Object.assign(self.draft, found.ref);
    await checkPermissions({ ...world, ref: found.ref, config }, conclude);
    return found;
  });
  const { ref } = place;
  if (config.mode === 'status') {
    const told = await journal.step('look', (conclude) => tellStatus({ ...world, config, ref }, conclude));
    return void Object.assign(self.draft, told);
  }
  if (config.mode === 'sweep') return void Object.assign(self.draft, await sweepPreviews(self));
  if (!config.dryRun && config.manifestFile === undefined) self.open.turn = await waitForTurn(self, ref);
  if (config.mode === 'remove') {
    const order = { ...world, ref, isDry: config.dryRun };
    await journal.step('remove', (conclude) => removeObject(order, conclude));
    if (!config.dryRun) await retireRecords({ ...world, config: config.record }, ref);
    return config.dryRun ? end(self, 'planned', 'dry-run') : end(self, 'removed', 'ok');
  }
  const shipment = await makePlan(self, place, brought);
  const { plan, live } = shipment;
  if (config.manifestFile !== undefined) {
    const { outcome, reason } = await writeManifest(self, shipment, config.manifestFile);
    return end(self, outcome, reason);
  }
  if (config.dryRun) {
    await journal.step('apply', (conclude) => tryPlan(world.cluster, plan, conclude));
    return end(self, 'planned', 'dry-run');
  }
  const state = plan.unchanged && live !== undefined ? await stateOf(world, live, ref) : 'other';
  if (state === 'ready' && live !== undefined) {
    const findings = await proveStage(shipment, wholeOf(plan), live);
    if (findings === undefined) return endWell(self, shipment, live);
    return fail(self, shipment, { findings, manifest: undefined, applied: undefined });
  }
  const chosen = state === 'doomed' ? { ...shipment, plan: shipment.withNewPods() } : shipment;
  world.cancelled.throwIfAborted();
  self.open.record = await openRecord({ ...world, config: config.record, report: self.draft });
  const carried = await carryOut(chosen, live);
  return carried.findings === undefined ? endWell(self, chosen, carried.applied) : fail(self, chosen, carried);
}

/** From here on nobody else changes this object, and whatever happens is looked at after the job. */
async function waitForTurn({ config, world, context, journal }: Run, ref: ObjectRef): Promise<Turn> {
  const left = { ref, mode: config.mode, target: context.target, context: config.cluster.context };
  world.runner.saveState('unfinished', JSON.stringify(left));
  const { lockPatience: patience } = config;
  if (patience === undefined) return { end: async () => {} };
  const order = { ...world, ref, run: context.runUrl, patience };
  return journal.step('turn', (conclude) => takeTurn(order, conclude));
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
  await tellRegistry(self, model);
  if (stored === live) return end(self, 'unchanged', 'already-live');
  return end(self, config.mode === 'rollback' ? 'restored' : 'deployed', 'ok');
}

async function tellRegistry({ config, world, journal, draft }: Run, model: Model): Promise<void> {
  const notes = config.writeBack;
  if (notes.aliases.length + Object.keys(notes.tags).length === 0) return;
  const warning = await journal.step('note', (conclude) => noteRegistry(world.registry, model, { notes, conclude }));
  if (warning !== undefined) draft.warnings = [...draft.warnings, warning];
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
