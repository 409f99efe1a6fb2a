import { modelRefusal } from './admission-rules.ts';
import { admitCommand } from './admit-command.ts';
import type { Trigger } from './event.ts';
import { type GateDecision, type GateRequest, ignore, previewOf, proceed, refuse } from './gate-decision.ts';
import { policyOf } from './pull-request-gate.ts';
import { readTargetInputs } from './read-target-inputs.ts';
import { isApplied, isPreview, runInputsOf, type TargetInputs } from './run-inputs.ts';

/**
 * From an event to runs: who asks, what for, and whether they may. Steps of any other workflow pass as they are. With
 * a refusal nothing was asked of the cluster or the registry.
 */
export async function decideRuns(request: GateRequest): Promise<GateDecision> {
  const { trigger } = request;
  if (trigger.kind === 'ignored') return ignore(trigger.why);
  if (trigger.kind === 'comment') return admitCommand(request, trigger.comment);
  const places = await readTargetInputs(request, request.ref);
  switch (trigger.kind) {
    case 'step':
      return proceed(places.map((place) => runInputsOf(place, new Map())));
    case 'closed':
      return closed(places, trigger.number);
    case 'pull-request':
      return opened(places, trigger);
    case 'dispatch':
      return dispatched(places, trigger.modelUri);
  }
}

function closed(places: readonly TargetInputs[], number: number): GateDecision {
  const previews = places.filter(isPreview);
  if (previews.length === 0) return ignore('the pull request is closed');
  return proceed(
    previews.map((place) => runInputsOf(place, new Map([...previewOf(place, number), ['mode', 'remove']]))),
  );
}

/** A pull request shows its plan, or the file that it needs; where it gets a preview, that is shipped. The code that asks for it is a fork's or ours. */
function opened(
  places: readonly TargetInputs[],
  { number, head, isFork }: Extract<Trigger, { kind: 'pull-request' }>,
): GateDecision {
  if (isFork && places.some((place) => isPreview(place) && !policyOf(place.raw).allowForks)) {
    return refuse({
      reason: 'fork-refused',
      sentence: 'this pull request comes from a fork, and gets no preview',
      cure: 'merge it first, or set `allow-forks: true`',
    });
  }
  const orders = places.map((place) =>
    runInputsOf(
      place,
      isPreview(place) ? previewOf(place, number) : new Map(isApplied(place) ? [['dry-run', 'true']] : []),
    ),
  );
  return proceed(orders, { head });
}

/** Another system may choose a model: it goes to the targets that take it. */
function dispatched(places: readonly TargetInputs[], modelUri: string | undefined): GateDecision {
  if (modelUri === undefined) return proceed(places.map((place) => runInputsOf(place, new Map())));
  const judged = places.map((place) => {
    const { models } = policyOf(place.raw);
    return { place, refusal: modelRefusal(modelUri, place.raw.input('model-uri'), models) };
  });
  const taken = judged.filter(({ refusal }) => refusal === undefined);
  const [first] = judged;
  if (taken.length === 0 && first?.refusal !== undefined) return refuse(first.refusal);
  return proceed(taken.map(({ place }) => runInputsOf(place, new Map([['model-uri', modelUri]]))));
}
