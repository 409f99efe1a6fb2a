import { UserError, type UserErrorCode } from '../base/errors.ts';
import type { Clock } from '../base/ports.ts';

/** Seconds for which one question may fail before the answer counts, and milliseconds between two tries. */
const UNAVAILABLE_GRACE_S = 30;
const RETRY_INTERVAL_MS = 1_000;

/** Answers that another try does not change. */
const FINAL: ReadonlySet<UserErrorCode> = new Set([
  'object-changed',
  'manifest-refused',
  'seldon-not-installed',
  'cancelled',
]);

/**
 * Asks the cluster the same again while it fails: one odd answer in the middle of a rollout decides nothing, also where
 * that one answer took longer than the grace. Each try has the retries of its adapter already. Only for questions that are
 * safe to repeat.
 */
export async function askAgain<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  const end = clock.now() + UNAVAILABLE_GRACE_S * 1000;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof UserError) || FINAL.has(error.code)) throw error;
      if (attempt > 1 && clock.now() >= end) throw error;
      await clock.sleep(RETRY_INTERVAL_MS);
    }
  }
}
