import { UserError } from '../base/errors.ts';
import { patternWarning } from '../model/model-pattern.ts';
import { InputReader, quoted } from '../settings/input-reader.ts';
import type { InputName } from '../settings/inputs.ts';
import { isPreviewName } from '../settings/preview-name.ts';
import type { Refusal } from './admission.ts';
import { baseRefusal, modelRefusal, objectRefusal } from './admission-rules.ts';
import { admitFurtherEvent } from './admit-further-event.ts';
import { admitCommand } from './commands/admit-command.ts';
import type { EventPullRequest, MergeGroup } from './event.ts';
import { eventFault } from './event-table.ts';
import { type GateDecision, type GateRequest, ignore, previewOf, proceed, refuse } from './gate-decision.ts';
import { type AfterMerge, targetsAfterMerge } from './merge/targets-after-merge.ts';
import { listOf } from './policy.ts';
import { confirmClosed, confirmPreview, forkRefusal } from './pull-request-events.ts';
import { policyOf } from './pull-request-gate.ts';
import { readTargetInputs } from './read-target-inputs.ts';
import { isApplied, isPreview, runInputsOf, type TargetInputs } from './run-inputs.ts';

/**
 * From an event to runs: who asks, what for, and whether they may. With a refusal nothing was asked of the cluster or
 * the registry; with one about the base branch no file was read either.
 */
export async function decideRuns(request: GateRequest): Promise<GateDecision> {
  const { trigger, raw, runner } = request;
  checkAllowedEvents(request);
  if (trigger.kind === 'ignored') return ignore(trigger.why, trigger.reason);
  const { bases, models } = policyOf(raw);
  for (const warning of models.flatMap((one) => patternWarning(one) ?? [])) runner.warning(warning);
  if (trigger.kind === 'comment') return admitCommand(request, trigger.comment);
  const base = trigger.kind === 'merge-group' ? trigger.group : 'pull' in trigger ? trigger.pull : undefined;
  const refusal = base && baseRefusal(base, bases);
  if (refusal !== undefined) return refuse(refusal);
  if (trigger.kind === 'step' && trigger.optIn !== undefined) {
    return admitFurtherEvent(request, trigger.optIn, { pull: trigger.pull });
  }
  if (trigger.kind === 'pull-request') {
    return opened(request, await readAfterMerge(request, trigger.pull), trigger.pull);
  }
  const places = await readTargetInputs(request, request.ref);
  switch (trigger.kind) {
    case 'step':
      return proceed(places.map((place) => runInputsOf(place, previewByHand(place))));
    case 'closed':
      return closed(request, places, trigger.pull);
    case 'merge-group':
      return queued(request, places, trigger.group);
    case 'dispatch':
      if (trigger.fault !== undefined) return refuse(unreadPayload(trigger.fault));
      return dispatched(places, trigger.modelUri);
  }
}

/** @throws UserError bad-input */
function checkAllowedEvents({ raw }: GateRequest): void {
  const read = new InputReader(raw);
  for (const entry of listOf(read, 'allow-events')) {
    const fault = eventFault(entry);
    if (fault !== undefined) read.fault('allow-events', fault);
  }
  const prefix = raw.input('command-prefix').trim();
  if (!/^[^\s`<>@#]{0,40}$/.test(prefix))
    read.fault('command-prefix', `is ${quoted(prefix)}, but must be one word, such as \`/seldon\``);
  read.end();
}

/** An event without a pull request must say whose preview it means: the real object is never one. */
function previewByHand(place: TargetInputs): ReadonlyMap<InputName, string> {
  if (!isPreview(place) || place.raw.input('mode').trim() === 'sweep') return new Map();
  const number = Number(place.raw.input('pull-request').trim() || Number.NaN);
  if (!Number.isInteger(number) && !isPreviewName(place.raw.input('name').trim())) {
    throw new UserError('bad-input', 'the input `preview` is for pull requests, and this event has no pull request', {
      hint: 'give the input `pull-request`, or leave `preview` out to deploy the real object',
    });
  }
  const name = previewOf(place, number).get('name') ?? '';
  return new Map([['name', name]]);
}

async function closed(
  { repository }: GateRequest,
  places: readonly TargetInputs[],
  { number }: EventPullRequest,
): Promise<GateDecision> {
  const previews = places.filter(isPreview);
  if (previews.length === 0) return ignore('the pull request is closed, and there is no preview', 'event-ignored');
  const orders = previews.map((place) =>
    runInputsOf(place, new Map([...previewOf(place, number), ['mode', 'remove'] as const])),
  );
  return proceed(orders, { confirm: () => confirmClosed(repository, number) });
}

/** What the pull request makes of the file of targets. Its merge commit is asked for: it has what the base branch got since. */
async function readAfterMerge(request: GateRequest, { head, isFork }: EventPullRequest): Promise<AfterMerge> {
  const { mergeCommit, ref } = request;
  const isTrusted = mergeCommit !== undefined && !isFork;
  const places = await readTargetInputs(request, ref).catch((error: unknown) => {
    if (!isTrusted || !(error instanceof UserError) || error.code !== 'github-failed') throw error;
    return error;
  });
  if (!(places instanceof UserError))
    return targetsAfterMerge(request, { places, base: ref }, { commit: mergeCommit ?? head, isTrusted });
  // The pull request may be the one that brings the file.
  const first = await targetsAfterMerge(request, { places: [], base: ref }, { commit: mergeCommit ?? head, isTrusted });
  if (first.places.length + first.unplanned.length === 0) throw places;
  return first;
}

/** A pull request shows its plan, or the file that it needs; where it gets a preview, that is shipped. */
function opened({ repository }: GateRequest, { places, unplanned }: AfterMerge, pull: EventPullRequest): GateDecision {
  const refusal = forkRefusal(places, pull);
  if (refusal !== undefined) return refuse(refusal);
  const orders = places.map((place) => {
    const planned = new Map<InputName, string>(isApplied(place) ? [['dry-run', 'true']] : []);
    return runInputsOf(place, isPreview(place) ? previewOf(place, pull.number) : planned);
  });
  const confirm = () => confirmPreview(repository, places, pull);
  return proceed(orders, { pull, confirm, unplanned });
}

/** What is about to be merged shows its plan. Previews belong to pull requests, not to queues. */
async function queued(
  request: GateRequest,
  inBase: readonly TargetInputs[],
  { head, pullRequest }: MergeGroup,
): Promise<GateDecision> {
  const { repository, ref } = request;
  const { places, unplanned } = await targetsAfterMerge(
    request,
    { places: inBase, base: ref },
    { commit: head, isTrusted: true },
  );
  const real = places.filter((place) => !isPreview(place));
  if (real.length + unplanned.length === 0) return ignore('a merge queue has no preview', 'event-ignored');
  const shownBefore = pullRequest === undefined ? [] : ((await repository?.ownComments(pullRequest)) ?? []);
  return proceed(
    real.map((place) => ({ ...runInputsOf(place, new Map([['dry-run', 'true']])), shownBefore })),
    { head, unplanned },
  );
}

function unreadPayload(fault: string): Refusal {
  return {
    reason: 'argument-not-allowed',
    sentence: `this event seems to choose a model, but ${fault}`,
    cure: 'write the model as the text `model_uri`, such as `"client_payload": {"model_uri": "models:/wine/7"}`',
  };
}

/** A dispatched event may choose a model. It is deployed to the targets that accept it. */
function dispatched(places: readonly TargetInputs[], modelUri: string | undefined): GateDecision {
  if (modelUri === undefined) return proceed(places.map((place) => runInputsOf(place, previewByHand(place))));
  const judged = places.map((place) => {
    const { models } = policyOf(place.raw);
    return { place, refusal: modelRefusal(modelUri, place.raw.input('model-uri'), models) };
  });
  const taken = judged.filter(({ refusal }) => refusal === undefined);
  const [first] = judged;
  if (taken.length === 0 && first?.refusal !== undefined) return refuse(first.refusal);
  return proceed(
    taken.map(({ place }) => {
      const chosen = new Map([...previewByHand(place), ['model-uri', modelUri] as const]);
      const { names } = policyOf(place.raw);
      const judgeName = (name: string) => objectRefusal(name, { given: place.raw.input, chosen, names });
      return { ...runInputsOf(place, chosen), judgeName };
    }),
  );
}
