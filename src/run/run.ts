import { UserError } from '../base/errors.ts';
import type { Model } from '../model/model.ts';
import { type StorageRules, storageFault, storagePattern } from '../model/storage-rules.ts';
import { finalStageOf } from '../plan/plan.ts';
import type { RolloutObjects } from '../plan/plan-request.ts';
import type { HeldLease } from '../record/acquire-lease.ts';
import { closeRecord, deactivateRecords, openRecord, renewRecord } from '../record/github-deployment.ts';
import { forgetChanges, rememberChanges } from '../record/undo-memory.ts';
import { endingOf, findingOf, identityOf, startDraft, storageSentence, underWay } from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import { tryPlan } from '../rollout/apply-plan.ts';
import { removeObject } from '../rollout/remove-object.ts';
import { stateOf } from '../rollout/roll-out.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import type { Config } from '../settings/config.ts';
import { appliedSoFar, cancellation } from './cancellation.ts';
import { hasChanged, stopOthers, tellStopped } from './emergency/stop-others.ts';
import { withdrawFirst } from './emergency/withdraw-first.ts';
import { end, fail, succeed } from './endings.ts';
import { objectBeforeModel, rolloutObjects } from './find-object.ts';
import { haltingJournal } from './halting.ts';
import { startJournal } from './journal.ts';
import { leaseKey, recordOrder, waitForLease } from './leases/lease-order.ts';
import { changeLock, checkLock } from './locks.ts';
import { makePlan } from './make-plan.ts';
import { checkIngress, checkPermissions } from './preflight.ts';
import { reportStatus } from './report-status.ts';
import { reportWinner } from './report-winner.ts';
import { logBug, runStages } from './run-stages.ts';
import type { PreparedRollout, Run } from './run-state.ts';
import { proveStage } from './stages/prove-stage.ts';
import { standingDecision } from './standing-candidate.ts';
import { sweepPreviews } from './sweep-previews.ts';
import { writeManifest } from './write-manifest.ts';

/**
 * One run: resolve, preflight, plan; then for each stage apply, wait, prove; restore after a failure. A failed rollout is a
 * value, not an exception. Every thrown error becomes a report here, so there is always a report to publish.
 */
export async function run(
  config: Config,
  { peers, control, context }: Pick<Run, 'peers' | 'control' | 'context'>,
): Promise<Report> {
  const draft = { ...startDraft(config, context), offer: context.offer };
  // A cancelled run that puts back what it changed is told to stop, and goes on from there.
  const undoesOnCancel = config.onCancel === 'rollback';
  const halt = new AbortController();
  const stop = () => halt.abort(new UserError('aborted', 'the run was cancelled, and `on-cancel` is `rollback`'));
  if (undoesOnCancel) control.cancelled.addEventListener('abort', stop, { once: true });
  const plainJournal = startJournal({
    clock: peers.clock,
    runner: peers.runner,
    cancelled: undoesOnCancel ? new AbortController().signal : control.cancelled,
    onNews: () => control.progress(underWay(draft, plainJournal)),
  });
  const journal = haltingJournal(plainJournal, halt.signal);
  const own = { ...peers, runner: journal.runner };
  const self: Run = {
    config,
    peers: own,
    control,
    context,
    journal,
    stop: { halt, journal: plainJournal },
    draft,
    open: {},
  };
  try {
    Object.assign(self.draft, objectBeforeModel(config, peers.cluster));
    await (undoesOnCancel ? tellStory(self) : Promise.race([tellStory(self), cancellation(control.cancelled)]));
  } catch (error) {
    const applied = config.dryRun ? 'no' : appliedSoFar(journal, error);
    const { finding, ...ending } = endingOf(error, applied);
    logBug(peers.runner, error);
    Object.assign(self.draft, ending, { findings: [finding, ...self.draft.findings], warnings: [] });
    if (applied !== 'no') self.draft.predictors = [];
  }
  if (self.open.remember !== undefined) forgetChanges(own.runner);
  const report = { ...self.draft, steps: journal.records };
  const { deployments, runner } = own;
  await closeRecord({ deployments, runner, report }, self.open.record);
  const { lease } = self.open;
  if (lease !== undefined) await control.leases.keep(leaseKey(self), lease);
  return report;
}

async function tellStory(self: Run): Promise<void> {
  const { config, peers, control, journal } = self;
  const { modelUri } = config;
  const given = modelUri === undefined ? undefined : await resolveModel(self, modelUri);
  const objects = await journal.step('preflight', async (conclude) => {
    const found = rolloutObjects(config, peers.cluster, given);
    Object.assign(self.draft, found.ref);
    control.admitName(found.front.name);
    const { cluster, metrics } = peers;
    if (config.manifestFile === undefined) await checkIngress(peers.openEndpoint, config);
    await checkPermissions({ cluster, metrics, ref: found.ref, config }, conclude);
    return found;
  });
  const { ref } = objects;
  if (config.mode === 'status') {
    const live = await journal.step('look', (conclude) => reportStatus({ peers, config, ref }, conclude));
    Object.assign(self.draft, live, { decision: standingDecision(self, await peers.cluster.read(ref)) });
    return reportWinner(self, ref);
  }
  if (config.mode === 'sweep') return void Object.assign(self.draft, await sweepPreviews(self));
  if (config.mode === 'lock' || config.mode === 'unlock')
    return void Object.assign(self.draft, await changeLock(self, ref));
  if (config.mode === 'abort') return abort(self, objects);
  if (!config.dryRun && config.manifestFile === undefined) {
    await checkLock(self, ref);
    const stopped = config.mode === 'rollback' ? await stopOthers(self, ref) : undefined;
    // What the other run put back is what was asked for.
    if (stopped?.kind === 'stopped' && config.share.to === undefined) return tellStopped(self, ref, stopped);
    self.open.lease ??= await waitForLease(self, ref);
    obeyLease(self, self.open.lease);
    if (stopped?.kind === 'taken' && (await withdrawFirst(self, ref, stopped.other))) return;
  }
  // A rollout is checked once more right before its first change.
  if (config.mode === 'remove') {
    await checkLock(self, ref);
    return remove(self, ref);
  }
  const prepared = await makePlan(self, objects, given);
  if (prepared === undefined) return end(self, 'planned', 'decision-needed');
  if (config.manifestFile !== undefined) {
    const { outcome, reason } = await writeManifest(self, prepared, config.manifestFile);
    return end(self, outcome, reason);
  }
  if (config.dryRun) {
    await journal.step('apply', (conclude) => tryPlan(peers.cluster, prepared.proof.plan, conclude));
    return end(self, 'planned', 'dry-run');
  }
  // A first deployment goes on with the settings of its own.
  return rollOutPrepared({ ...self, config: prepared.config }, prepared);
}

/** Stops the run that holds the lease. If that run does not answer, does what it would have done. */
async function abort(self: Run, objects: RolloutObjects): Promise<void> {
  const { ref } = objects;
  const stopped = await stopOthers(self, ref);
  if (stopped.kind !== 'taken' || !(await hasChanged(self, ref, stopped.other))) return tellStopped(self, ref, stopped);
  obeyLease(self, stopped.lease);
  if (await withdrawFirst(self, ref, stopped.other)) return;
  const asRollback: Run = { ...self, config: { ...self.config, mode: 'rollback' } };
  const prepared = await makePlan(asRollback, objects, undefined);
  if (prepared !== undefined) return rollOutPrepared(asRollback, prepared);
}

function obeyLease({ stop: { halt } }: Run, { halted }: HeldLease): void {
  if (halted.aborted) halt.abort(halted.reason);
  halted.addEventListener('abort', () => halt.abort(halted.reason), { once: true });
}

async function rollOutPrepared(self: Run, prepared: PreparedRollout): Promise<void> {
  const { config, peers, control } = self;
  const { proof, live } = prepared;
  const { plan, objects } = proof;
  const state = plan.unchanged && live !== undefined ? await stateOf(peers, live, objects.ref) : 'other';
  if (state === 'ready' && live !== undefined) {
    const unproven = await proveStage(proof, finalStageOf(plan), live);
    if (unproven === undefined) self.open.record = await renewRecord(recordOrder(self), objects.ref);
    const findings = unproven ?? (await succeed(self, prepared, live));
    return findings && fail(self, prepared, { findings, manifest: undefined, applied: live });
  }
  const chosen = state === 'failed' ? { ...prepared, proof: { ...proof, plan: prepared.withNewPods() } } : prepared;
  control.cancelled.throwIfAborted();
  self.open.record = await openRecord(recordOrder(self));
  const confirm = async () => {
    await control.confirm();
    await checkLock(self, objects.ref);
  };
  const { budget } = chosen.proof.plan;
  if (config.onCancel === 'rollback' && !plan.isFinal) {
    const memory = { before: live, timeout: budget.timeout, ingressLag: config.share.ingressLag };
    self.open.remember = rememberChanges(peers.runner, memory);
  }
  const { remember } = self.open;
  const reached = await runStages({ proof: chosen.proof, confirm, remember }, live);
  if (reached.findings !== undefined) return fail(self, chosen, reached);
  try {
    const findings = await succeed(self, chosen, reached.applied);
    return findings && (await fail(self, chosen, { ...reached, findings }));
  } catch (error) {
    if (control.cancelled.aborted) throw error;
    logBug(peers.runner, error);
    return fail(self, chosen, { ...reached, findings: [findingOf(error, 'yes')] });
  }
}

async function remove(self: Run, ref: ObjectRef): Promise<void> {
  const { config, peers, control, journal } = self;
  const { cluster, clock, deployments, runner } = peers;
  const order = { cluster, clock, ref, isDry: config.dryRun };
  await journal.step('remove', async (conclude) => {
    if (!config.dryRun) await control.confirm();
    return removeObject(order, conclude);
  });
  if (!config.dryRun) await deactivateRecords({ deployments, runner, config: config.record }, ref);
  return config.dryRun ? end(self, 'planned', 'dry-run') : end(self, 'removed', 'ok');
}

/** @throws UserError model-not-allowed when its files must not be loaded from there */
function refuseStorage(model: Model, rules: StorageRules): void {
  const fault = storageFault(model, rules);
  if (fault === undefined) return;
  throw new UserError('model-not-allowed', `the model lies in \`${model.storageUri}\`: ${fault}`, {
    hint: `look at where the registry says its files are; if that is right, write \`allow-storages: ${storagePattern(model.storageUri)}\`, or a rule of \`storage-uri-map\``,
  });
}

function resolveModel({ config, peers, journal, draft }: Run, uri: string): Promise<Model> {
  return journal.step('resolve', async (conclude) => {
    const model = await peers.registry.resolve(uri);
    refuseStorage(model, { ...config.registry, allowStorages: config.allowStorages });
    draft.model = identityOf(model);
    draft.warnings = model.warnings;
    conclude(storageSentence(model));
    return model;
  });
}
