import type { Journal } from '../base/journal.ts';

/**
 * A journal whose steps end at once when the run is told to stop, and of which none begins after that. A step that writes
 * goes on to its end: otherwise it would be unknown what it wrote.
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
