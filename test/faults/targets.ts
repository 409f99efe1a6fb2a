import { faultsFor, isSlow, type Target } from './fault.ts';
import type { PreparedStory } from './trial.ts';

/** Requests of one kind that are spoilt: the first ones are told apart, later ones of the same kind are alike. */
const ORDINALS = 3;

/** Each fault in each request; a slow fault only in the first of each kind. */
export function targetsOf({ requests }: Pick<PreparedStory, 'requests'>): readonly Target[] {
  return requests
    .filter(({ ordinal }) => ordinal <= ORDINALS)
    .flatMap((request) =>
      faultsFor(request)
        .filter((fault) => !isSlow(fault) || request.ordinal === 1)
        .map((fault) => ({ ...request, fault })),
    );
}
