import { faultsFor, type RequestName, type Target } from './fault.ts';
import type { PreparedStory } from './trial.ts';

/** Requests of one kind that are spoilt: the first ones and the last one. Those between them are alike. */
const ORDINALS = 3;

/** Each fault in each request. */
export function targetsOf({ requests }: Pick<PreparedStory, 'requests'>): readonly Target[] {
  return requests
    .filter((request) => request.ordinal <= ORDINALS || isLast(request, requests))
    .flatMap((request) => faultsFor(request).map((fault) => ({ ...request, fault })));
}

function isLast({ peer, kind, ordinal }: RequestName, requests: readonly RequestName[]): boolean {
  return !requests.some((one) => one.peer === peer && one.kind === kind && one.ordinal > ordinal);
}
