import { UserError } from '../base/errors.ts';
import type { Refusal } from './admission.ts';
import { baseRefusal } from './admission-rules.ts';
import type { Collaboration } from './collaboration.ts';
import type { EventPullRequest } from './event.ts';
import { checkHead, policyOf, withdrawn } from './pull-request-gate.ts';
import { isPreview, type TargetInputs } from './run-inputs.ts';

/** The code that asks for a preview is a fork's or ours. */
export function forkRefusal(
  places: readonly TargetInputs[],
  { isFork }: Pick<EventPullRequest, 'isFork'>,
): Refusal | undefined {
  const asks = places.some((place) => isPreview(place) && !policyOf(place.raw).allowForks);
  if (!isFork || !asks) return undefined;
  return {
    reason: 'fork-refused',
    sentence: 'this pull request comes from a fork, and gets no preview',
    cure: 'merge it first, or set `allow-forks: true`',
  };
}

/** Asked right before a preview is shipped. @throws UserError when the pull request is no longer what it was */
export async function confirmPreview(
  repository: Pick<Collaboration, 'pullRequest'> | undefined,
  places: readonly TargetInputs[],
  { number, head }: EventPullRequest,
): Promise<void> {
  const now = await repository?.pullRequest(number);
  if (now === undefined) return;
  checkHead(now, head);
  const bases = places.flatMap((place) => policyOf(place.raw).bases);
  const refusal = baseRefusal(now, bases) ?? forkRefusal(places, now);
  if (refusal !== undefined) throw withdrawn(refusal);
}

/** Asked right before a preview is removed. @throws UserError when the pull request was opened again */
export async function confirmClosed(
  repository: Pick<Collaboration, 'pullRequest'> | undefined,
  number: number,
): Promise<void> {
  const now = await repository?.pullRequest(number);
  if (now?.isOpen !== true) return;
  throw new UserError('head-moved', 'the pull request was opened again, so its preview stays', {
    hint: 'nothing needs to be done: the run of the event `reopened` deploys the preview',
  });
}
