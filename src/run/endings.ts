import type { Outcome, Reason } from '../base/outcome.ts';
import type { Model } from '../model/model.ts';
import { predictorLines, sharedLines } from '../plan/live-state.ts';
import { recordHistory } from '../record/record-history.ts';
import { writeBack } from '../record/write-back.ts';
import { ABOUT_THE_MODEL } from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import { leftAsItIs } from '../rollout/undo/left-as-it-is.ts';
import { undoRollout } from '../rollout/undo-rollout.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Mode } from '../settings/modes.ts';
import type { RolloutEnd } from './run-stages.ts';
import type { PreparedRollout, Run } from './run-state.ts';

/** Ends a run whose model did not come up or did not prove itself: puts back what was there, or leaves it as asked. */
export async function fail(
  self: Run,
  prepared: PreparedRollout,
  { findings = [], manifest, applied }: RolloutEnd,
): Promise<void> {
  const { config, peers, stop, draft } = self;
  const { proof, live, model } = prepared;
  const { plan, objects } = proof;
  draft.findings = findings;
  const reason = findings[0]?.reason ?? 'internal-error';
  if (!ABOUT_THE_MODEL.has(reason)) forgetWarnings(self, model);
  if (applied === undefined || manifest === undefined) return end(self, 'failed', reason);
  // Another run may be at work: this one only looks.
  if (reason === 'lease-lost') {
    const left = await leftAsItIs(peers, objects.ref, applied);
    draft.predictors = left.live === undefined ? [] : linesOf(prepared, left.live);
    return end(self, left.outcome, reason);
  }
  // Who stops a run wants back what was there.
  if ((config.onFailure === 'keep' && reason !== 'aborted') || plan.isFinal) {
    draft.predictors = linesOf(prepared, applied);
    return end(self, 'kept', reason);
  }
  const { ingressLag } = config.share;
  const { timeout } = plan.budget;
  const { remember } = self.open;
  const undo = { peers, ref: objects.ref, manifest, applied, before: live, timeout, ingressLag, remember };
  const {
    outcome,
    live: now,
    findings: more = [],
  } = await stop.journal.step('undo', (conclude) => undoRollout(undo, conclude));
  // The draft describes the previous state: it is live again, or something else is live.
  if (outcome !== 'rolled-back' && outcome !== 'withdrawn')
    draft.predictors = now === undefined ? [] : linesOf(prepared, now);
  draft.findings = [...findings, ...more];
  return end(self, outcome, reason);
}

/** How the run ended. */
export function end({ draft }: Run, outcome: Outcome, reason: Reason): void {
  Object.assign(draft, { outcome, reason });
}

/** What was asked for is live and answered: it is noted on the object, and what might have gone wrong did not. */
export async function succeed(
  self: Run,
  prepared: PreparedRollout,
  stored: SeldonDeployment | undefined,
): Promise<void> {
  const { config, peers, context, journal, draft } = self;
  const { proof, model, live } = prepared;
  forgetWarnings(self, model);
  if (stored !== undefined) draft.predictors = linesOf(prepared, stored);
  if (stored !== undefined && PROVES_MAIN.has(config.mode)) {
    const { cluster, clock } = peers;
    const order = { cluster, clock, ref: proof.objects.ref, context, proven: stored, restores: proof.plan.restores };
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
