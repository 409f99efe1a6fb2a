import { UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Journal } from '../base/journal.ts';

/**
 * A journal whose steps end at once when the run is told to stop, and of which none begins after that. A step that writes
 * goes on to its end: otherwise nobody would know what it wrote.
 */
export function haltingJournal(journal: Journal, halted: AbortSignal): Journal {
  return {
    records: journal.records,
    runner: journal.runner,
    get current() {
      return journal.current;
    },
    stateOf: (name) => journal.stateOf(name),
    step: async (name, work, about) => {
      halted.throwIfAborted();
      const end = await journal.step(
        name,
        (conclude) => (name === 'apply' ? work(conclude) : Promise.race([work(conclude), untilHalted(halted)])),
        about,
      );
      return end;
    },
  };
}

function untilHalted(halted: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    halted.addEventListener('abort', () => reject(halted.reason), { once: true });
  });
}

/** Why a run was told to stop, as a cause of its end; undefined for any other error. */
export function haltFinding(error: unknown): Finding | undefined {
  if (!(error instanceof UserError) || !['aborted', 'lease-lost', 'cancelled'].includes(error.code)) return undefined;
  return { reason: error.code, title: error.message, cure: error.hint, quotes: [] };
}
