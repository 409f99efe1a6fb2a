import { UserError } from '../base/errors.ts';
import type { Journal } from '../base/journal.ts';
import type { Applied } from '../report/draft.ts';
import { NothingApplied } from '../rollout/apply-plan.ts';

/** What the run has changed so far. It is uncertain while a request is in progress, or if the API server did not answer. */
export function appliedSoFar(journal: Journal, error: unknown): Applied {
  if (error instanceof NothingApplied) return 'no';
  const isDone = (step: 'apply' | 'remove') =>
    journal.records.some(({ name, state }) => name === step && state === 'ok');
  if (isDone('apply')) return wasLeft(journal, error) ? 'left' : 'yes';
  if (isDone('remove')) return 'removed';
  const isLost = error instanceof UserError && ['cluster-unreachable', 'cluster-failed'].includes(error.code);
  const isOpen = (step: 'apply' | 'remove') => {
    const state = journal.stateOf(step);
    return state === 'under-way' || (state === 'failed' && isLost);
  };
  if (isOpen('apply')) return 'perhaps';
  return isOpen('remove') ? 'perhaps-removed' : 'no';
}

/** A run that is cancelled between its changes leaves the last one as it is. */
function wasLeft(journal: Journal, error: unknown): boolean {
  const isCancelled = error instanceof UserError && error.code === 'cancelled';
  return isCancelled && journal.stateOf('apply') === 'ok' && journal.stateOf('undo') === undefined;
}

/** Rejects when the run is cancelled. The step in progress is abandoned, and no further step begins. */
export function cancellation(cancelled: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => {
      const hint =
        'check the SeldonDeployment before you start the workflow again: the next run starts from the state that is live then';
      reject(new UserError('cancelled', 'the run was cancelled', { hint }));
    };
    if (cancelled.aborted) end();
    cancelled.addEventListener('abort', end, { once: true });
  });
}
