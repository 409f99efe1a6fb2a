import type { Outcome, Reason } from '../base/outcome.ts';
import type { Model } from '../model/model.ts';
import { predictorLines, sharedLines } from '../plan/live-state.ts';
import { finalStageOf } from '../plan/plan.ts';
import { acquireLease, type HeldLease } from '../record/acquire-lease.ts';
import { closeRecord, deactivateRecords, openRecord } from '../record/github-deployment.ts';
import { recordHistory } from '../record/record-history.ts';
import { writeBack } from '../record/write-back.ts';
import {
  ABOUT_THE_MODEL,
  endingOf,
  findingOf,
  identityOf,
  startDraft,
  storageSentence,
  underWay,
} from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import { tryPlan } from '../rollout/apply-plan.ts';
import { removeObject } from '../rollout/remove-object.ts';
import { stateOf } from '../rollout/roll-out.ts';
import { undoRollout } from '../rollout/undo-rollout.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config, Mode } from '../settings/config.ts';
import { appliedSoFar, cancellation } from './cancellation.ts';
import { objectBeforeModel, rolloutObjects } from './find-object.ts';
import { startJournal } from './journal.ts';
import { makePlan } from './make-plan.ts';
import { checkPermissions } from './preflight.ts';
import { reportStatus } from './report-status.ts';
import { logBug, proveStage, type RolloutEnd, runStages } from './run-stages.ts';
import type { PreparedRollout, Run } from './run-state.ts';
import { sweepPreviews } from './sweep-previews.ts';
import { writeManifest } from './write-manifest.ts';

/**
 * The story: resolve, look, plan, and stage by stage apply, wait, prove; put back if it failed. A failed rollout is a
 * value, not an exception. Whatever is thrown ends here as a report too, so there is always something to tell.
 */
export async function run(
  config: Config,
  { peers, control, context }: Pick<Run, 'peers' | 'control' | 'context'>,
): Promise<Report> {
  const draft = startDraft(config, context);
  const journal = startJournal({
    clock: peers.clock,
    runner: peers.runner,
    cancelled: control.cancelled,
    onNews: () => control.progress(underWay(draft, journal)),
  });
  const own = { ...peers, runner: journal.runner };
  const self: Run = { config, peers: own, control, context, journal, draft, open: {} };
  try {
    Object.assign(self.draft, objectBeforeModel(config, peers.cluster));
    await Promise.race([tellStory(self), cancellation(control.cancelled)]);
  } catch (error) {
    const { finding, ...ending } = endingOf(error, config.dryRun ? 'no' : appliedSoFar(journal, error));
    logBug(peers.runner, error);
    Object.assign(self.draft, ending, { findings: [finding, ...self.draft.findings], warnings: [] });
    if (ending.outcome === 'unknown') self.draft.predictors = [];
  }
  const report = { ...self.draft, steps: journal.records };
  const { deployments, runner } = own;
  await Promise.all([closeRecord({ deployments, runner, report }, self.open.record), self.open.lease?.release()]);
  return report;
}

async function tellStory(self: Run): Promise<void> {
  const { config, peers, journal } = self;
  const { modelUri } = config;
  const given = modelUri === undefined ? undefined : await resolveModel(self, modelUri);
  const objects = await journal.step('preflight', async (conclude) => {
    const found = rolloutObjects(config, peers.cluster, given);
    Object.assign(self.draft, found.ref);
    const { cluster, metrics } = peers;
    await checkPermissions({ cluster, metrics, ref: found.ref, config }, conclude);
    return found;
  });
  const { ref } = objects;
  if (config.mode === 'status') {
    const { cluster, clock } = peers;
    const live = await journal.step('look', (conclude) => reportStatus({ cluster, clock, config, ref }, conclude));
    return void Object.assign(self.draft, live);
  }
  if (config.mode === 'sweep') return void Object.assign(self.draft, await sweepPreviews(self));
  if (!config.dryRun && config.manifestFile === undefined) self.open.lease = await waitForLease(self, ref);
  if (config.mode === 'remove') return remove(self, ref);
  const prepared = await makePlan(self, objects, given);
  if (config.manifestFile !== undefined) {
    const { outcome, reason } = await writeManifest(self, prepared, config.manifestFile);
    return end(self, outcome, reason);
  }
  if (config.dryRun) {
    await journal.step('apply', (conclude) => tryPlan(peers.cluster, prepared.proof.plan, conclude));
    return end(self, 'planned', 'dry-run');
  }
  return rollOutPrepared(self, prepared);
}

async function rollOutPrepared(self: Run, prepared: PreparedRollout): Promise<void> {
  const { config, peers, control } = self;
  const { proof, live } = prepared;
  const { plan, objects } = proof;
  const state = plan.unchanged && live !== undefined ? await stateOf(peers, live, objects.ref) : 'other';
  if (state === 'ready' && live !== undefined) {
    const findings = await proveStage(proof, finalStageOf(plan), live);
    if (findings === undefined) return succeed(self, prepared, live);
    return fail(self, prepared, { findings, manifest: undefined, applied: undefined });
  }
  const chosen = state === 'failed' ? { ...prepared, proof: { ...proof, plan: prepared.withNewPods() } } : prepared;
  control.cancelled.throwIfAborted();
  const { deployments, runner } = peers;
  self.open.record = await openRecord({ deployments, runner, config: config.record, report: self.draft });
  const reached = await runStages({ proof: chosen.proof, confirm: control.confirm }, live);
  if (reached.findings !== undefined) return fail(self, chosen, reached);
  try {
    return await succeed(self, chosen, reached.applied);
  } catch (error) {
    if (control.cancelled.aborted) throw error;
    logBug(peers.runner, error);
    return fail(self, chosen, { ...reached, findings: [findingOf(error, 'yes')] });
  }
}

async function remove(self: Run, ref: ObjectRef): Promise<void> {
  const { config, peers, journal } = self;
  const { cluster, clock, deployments, runner } = peers;
  const order = { cluster, clock, ref, isDry: config.dryRun };
  await journal.step('remove', (conclude) => removeObject(order, conclude));
  if (!config.dryRun) await deactivateRecords({ deployments, runner, config: config.record }, ref);
  return config.dryRun ? end(self, 'planned', 'dry-run') : end(self, 'removed', 'ok');
}

/** From here on no other run changes this object, and the step after the job looks at whatever was left. */
async function waitForLease({ config, peers, control, context, journal }: Run, ref: ObjectRef): Promise<HeldLease> {
  const left = { ref, mode: config.mode, target: context.target, context: config.cluster.context };
  peers.runner.saveState('unfinished', JSON.stringify(left));
  const { lockTimeout: timeout } = config;
  if (timeout === undefined) return { release: async () => {} };
  const { cluster, clock, runner } = peers;
  const order = { cluster, clock, runner, ref, holder: control.holder, run: context.runUrl, timeout };
  return journal.step('turn', (conclude) => acquireLease(order, conclude));
}

function resolveModel({ peers, journal, draft }: Run, uri: string): Promise<Model> {
  return journal.step('resolve', async (conclude) => {
    const model = await peers.registry.resolve(uri);
    draft.model = identityOf(model);
    draft.warnings = model.warnings;
    conclude(storageSentence(model));
    return model;
  });
}

/** Ends a run whose model did not come up or did not prove itself: puts back what was there, or leaves it as asked. */
async function fail(
  self: Run,
  prepared: PreparedRollout,
  { findings = [], manifest, applied }: RolloutEnd,
): Promise<void> {
  const { config, peers, journal, draft } = self;
  const { proof, live, model } = prepared;
  const { plan, objects } = proof;
  draft.findings = findings;
  const reason = findings[0]?.reason ?? 'internal-error';
  if (!ABOUT_THE_MODEL.has(reason)) forgetWarnings(self, model);
  if (applied === undefined || manifest === undefined) return end(self, 'failed', reason);
  if (config.onFailure === 'keep' || plan.isFinal) {
    draft.predictors = linesOf(prepared, applied);
    return end(self, 'kept', reason);
  }
  const { ingressLag } = config.share;
  const { timeout } = plan.budget;
  const undo = { peers, ref: objects.ref, manifest, applied, before: live, timeout, ingressLag };
  const outcome = await journal.step('undo', (conclude) => undoRollout(undo, conclude));
  // What the draft tells is what was there before: true again, or nobody knows.
  if (outcome === 'unknown') draft.predictors = [];
  return end(self, outcome, reason);
}

function end({ draft }: Run, outcome: Outcome, reason: Reason): void {
  Object.assign(draft, { outcome, reason });
}

/** What was asked for is live and answered: it is noted on the object, and what might have gone wrong did not. */
async function succeed(self: Run, prepared: PreparedRollout, stored: SeldonDeployment | undefined): Promise<void> {
  const { config, peers, context, journal, draft } = self;
  const { proof, model, live } = prepared;
  forgetWarnings(self, model);
  if (stored !== undefined) draft.predictors = linesOf(prepared, stored);
  if (PROVES_MAIN.has(config.mode)) {
    const { cluster, clock } = peers;
    const order = { cluster, clock, ref: proof.objects.ref, context, restores: proof.plan.restores };
    const warning = await journal.step('record', (conclude) => recordHistory(order, conclude));
    if (warning !== undefined) draft.warnings = [...draft.warnings, warning];
  }
  await writeBackToRegistry(self, model);
  if (stored === live) return end(self, 'unchanged', 'already-live');
  return end(self, config.mode === 'rollback' ? 'restored' : 'deployed', 'ok');
}

async function writeBackToRegistry({ config, peers, journal, draft }: Run, model: Model): Promise<void> {
  const notes = config.writeBack;
  if (notes.aliases.length + Object.keys(notes.tags).length === 0) return;
  const warning = await journal.step('note', (conclude) => writeBack(peers.registry, model, { notes, conclude }));
  if (warning !== undefined) draft.warnings = [...draft.warnings, warning];
}

/** Who shares the requests, once that object is live. */
function linesOf({ front }: PreparedRollout, stored: SeldonDeployment): Report['predictors'] {
  return front === undefined ? predictorLines(stored) : sharedLines(front, stored);
}

function forgetWarnings({ draft }: Run, model: Model): void {
  draft.warnings = draft.warnings.filter((warning) => !model.warnings.includes(warning));
}

/** Modes after which the first predictor has all the traffic, and answered. */
const PROVES_MAIN: ReadonlySet<Mode> = new Set(['direct', 'promote', 'rollback']);
