import { bestEffort } from '../base/best-effort.ts';
import type { Finding } from '../base/finding.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import type { Model } from '../model/model.ts';
import { linesBefore, predictorLines, sharedLines } from '../plan/live-state.ts';
import { type RecordEnd, recordHistory } from '../record/record-history.ts';
import { writeBack } from '../record/write-back.ts';
import { ABOUT_THE_MODEL } from '../report/draft.ts';
import type { Report } from '../report/report.ts';
import { askAgain } from '../rollout/ask-again.ts';
import { changedMeanwhile } from '../rollout/others/changed-meanwhile.ts';
import { leftAsItIs } from '../rollout/undo/left-as-it-is.ts';
import { undoRollout } from '../rollout/undo-rollout.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Mode } from '../settings/modes.ts';
import type { RolloutEnd } from './run-stages.ts';
import type { PreparedRollout, Run } from './run-state.ts';

/** Ends a run whose model did not come up or did not prove itself: puts back what was there, or leaves it as asked. */
export async function fail(
  self: Run,
  planned: PreparedRollout,
  { findings = [], manifest, applied }: RolloutEnd,
): Promise<void> {
  const { config, peers, stop, draft } = self;
  const prepared = await withFrontNow(self, planned);
  const { proof, live, model } = prepared;
  const { plan, objects } = proof;
  draft.findings = findings;
  const reason = findings[0]?.reason ?? 'internal-error';
  if (!ABOUT_THE_MODEL.has(reason)) forgetWarnings(self, model);
  if (applied === undefined) return end(self, 'failed', reason);
  // Who stops a run wants back what was there. Where another run may be at work, this one only looks.
  const isKept = (config.onFailure === 'keep' && reason !== 'aborted') || plan.isFinal || reason === 'lease-lost';
  if (isKept || manifest === undefined) {
    const left = await leftAsItIs(peers, objects.ref, applied);
    draft.predictors = left.live === undefined ? [] : linesOf(prepared, left.live);
    const isUntouched = manifest === undefined && left.outcome === 'kept';
    return end(self, isUntouched ? 'failed' : left.outcome, reason);
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

/** Others may have changed the object whose requests a second one shares: the report is about what is live. */
async function withFrontNow({ peers, draft }: Run, prepared: PreparedRollout): Promise<PreparedRollout> {
  const { front, proof, live } = prepared;
  if (front === undefined) return prepared;
  const read = askAgain(peers.clock, () => peers.cluster.read(proof.objects.front));
  const found = await bestEffort(read.then((now) => ({ now })));
  if (found === undefined) return prepared;
  draft.predictors = linesBefore(live, found.now);
  return { ...prepared, front: found.now };
}

/** What another person or tool changed since the proof, of this object or of the one whose requests it shares. */
async function changedSince(
  { peers }: Run,
  { proof, front }: PreparedRollout,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  const own = await changedMeanwhile(peers, proof.objects.ref, stored);
  if (own !== undefined || front === undefined) return own;
  const { namespace, name } = proof.objects.front;
  const findings = await changedMeanwhile(peers, { namespace, name }, front);
  return findings?.map((one) => ({ ...one, title: `${namespace}/${name}, whose requests it shares: ${one.title}` }));
}

/** How the run ended. */
export function end({ draft }: Run, outcome: Outcome, reason: Reason): void {
  Object.assign(draft, { outcome, reason });
}

/**
 * What was asked for is live and answered: it is noted on the object, and what might have gone wrong did not.
 * @returns what another person or tool changed since the proof: then it is no success
 */
export async function succeed(
  self: Run,
  prepared: PreparedRollout,
  stored: SeldonDeployment | undefined,
): Promise<readonly Finding[] | undefined> {
  const { config, peers, context, journal, draft } = self;
  const { proof, model, live } = prepared;
  const { ref } = proof.objects;
  const changed = async () => (stored === undefined ? undefined : changedSince(self, prepared, stored));
  forgetWarnings(self, model);
  if (stored !== undefined) draft.predictors = linesOf(prepared, stored);
  let record: RecordEnd = { isAsProven: false };
  if (stored !== undefined && PROVES_MAIN.has(config.mode)) {
    const { cluster, clock } = peers;
    const order = { cluster, clock, ref, context, proven: stored, restores: proof.plan.restores };
    record = await journal.step('record', (conclude) => recordHistory(order, conclude));
  }
  const before = record.isAsProven ? undefined : await changed();
  const findings = before ?? ((await writeBackToRegistry(self, model)) ? await changed() : undefined);
  if (findings !== undefined) return findings;
  if (record.warning !== undefined) draft.warnings = [...draft.warnings, record.warning];
  if (stored === live) end(self, 'unchanged', 'already-live');
  else end(self, config.mode === 'rollback' ? 'restored' : 'deployed', 'ok');
  return undefined;
}

/** @returns whether there was something to write */
async function writeBackToRegistry({ config, peers, journal, draft }: Run, model: Model): Promise<boolean> {
  const notes = config.writeBack;
  if (notes.aliases.length + Object.keys(notes.tags).length === 0) return false;
  const warning = await journal.step('note', (conclude) => writeBack(peers.registry, model, { notes, conclude }));
  if (warning !== undefined) draft.warnings = [...draft.warnings, warning];
  return true;
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
