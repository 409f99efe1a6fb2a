import { UserError } from '../base/errors.ts';
import type { Journal } from '../base/journal.ts';
import type { Applied } from '../report/draft.ts';
import { NothingApplied } from '../rollout/apply-plan.ts';

/** Is something changed? While the API server was asked to, or did not say whether it did, nobody knows. */
export function appliedSoFar(journal: Journal, error: unknown): Applied {
  if (error instanceof NothingApplied) return 'no';
  const isDone = (step: 'apply' | 'remove') =>
    journal.records.some(({ name, state }) => name === step && state === 'ok');
  if (isDone('apply')) return 'yes';
  if (isDone('remove')) return 'removed';
  const isLost = error instanceof UserError && ['cluster-unreachable', 'cluster-failed'].includes(error.code);
  const isOpen = (step: 'apply' | 'remove') => {
    const state = journal.stateOf(step);
    return state === 'under-way' || (state === 'failed' && isLost);
  };
  if (isOpen('apply')) return 'perhaps';
  return isOpen('remove') ? 'perhaps-removed' : 'no';
}

/** Rejects once the run is cancelled; what is under way then is left where it stands, and no further step begins. */
export function cancellation(cancelled: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => {
      const hint = 'look at the SeldonDeployment before you run it again: the next run starts from what is live then';
      reject(new UserError('cancelled', 'the run was cancelled', { hint }));
    };
    if (cancelled.aborted) end();
    cancelled.addEventListener('abort', end, { once: true });
  });
}
