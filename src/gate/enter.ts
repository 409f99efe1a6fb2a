import { modelRefusal } from './admission-rules.ts';
import { policyOf } from './admit.ts';
import { type Entry, type EntryRequest, goOn, ignored, previewOf, refused } from './entry.ts';
import type { Trigger } from './event.ts';
import { isApplied, isPreview, orderOf, type Place } from './order.ts';
import { readPlaces } from './read-targets.ts';
import { takeCommand } from './take-command.ts';

/**
 * From an event to runs: who asks, what for, and whether they may. Steps of any other workflow pass as they are. With
 * a refusal nothing was asked of the cluster or the registry.
 */
export async function enter(request: EntryRequest): Promise<Entry> {
  const { trigger } = request;
  if (trigger.kind === 'ignored') return ignored(trigger.why);
  if (trigger.kind === 'comment') return takeCommand(request, trigger.comment);
  const places = await readPlaces(request, request.ref);
  switch (trigger.kind) {
    case 'step':
      return goOn(places.map((place) => orderOf(place, new Map())));
    case 'closed':
      return closed(places, trigger.number);
    case 'pull-request':
      return opened(places, trigger);
    case 'dispatch':
      return dispatched(places, trigger.modelUri);
  }
}

function closed(places: readonly Place[], number: number): Entry {
  const previews = places.filter(isPreview);
  if (previews.length === 0) return ignored('the pull request is closed');
  return goOn(previews.map((place) => orderOf(place, new Map([...previewOf(place, number), ['mode', 'remove']]))));
}

/** A pull request shows its plan, or the file that it needs; where it gets a preview, that is shipped. The code that asks for it is a fork's or ours. */
function opened(places: readonly Place[], { number, head, isFork }: Extract<Trigger, { kind: 'pull-request' }>): Entry {
  if (isFork && places.some((place) => isPreview(place) && !policyOf(place.raw).allowForks)) {
    return refused({
      reason: 'fork-refused',
      sentence: 'this pull request comes from a fork, and gets no preview',
      cure: 'merge it first, or set `allow-forks: true`',
    });
  }
  const orders = places.map((place) =>
    orderOf(
      place,
      isPreview(place) ? previewOf(place, number) : new Map(isApplied(place) ? [['dry-run', 'true']] : []),
    ),
  );
  return goOn(orders, { head });
}

/** Another system may choose a model: it goes to the targets that take it. */
function dispatched(places: readonly Place[], modelUri: string | undefined): Entry {
  if (modelUri === undefined) return goOn(places.map((place) => orderOf(place, new Map())));
  const judged = places.map((place) => {
    const { models } = policyOf(place.raw);
    return { place, refusal: modelRefusal(modelUri, place.raw.input('model-uri'), models) };
  });
  const taken = judged.filter(({ refusal }) => refusal === undefined);
  const [first] = judged;
  if (taken.length === 0 && first?.refusal !== undefined) return refused(first.refusal);
  return goOn(taken.map(({ place }) => orderOf(place, new Map([['model-uri', modelUri]]))));
}
