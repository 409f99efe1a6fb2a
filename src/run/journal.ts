import { messageOf } from '../base/errors.ts';
import type { Journal, StepRecord, StepState } from '../base/journal.ts';
import type { Clock, Runner } from '../base/ports.ts';

const TITLES: Readonly<Record<StepRecord['name'], string>> = {
  resolve: 'Resolve the model',
  render: 'Render the SeldonDeployment',
  preflight: 'Check permissions',
  turn: 'Acquire the lease',
  apply: 'Apply',
  write: 'Write the file',
  wait: 'Wait until the pods are ready',
  health: 'Check the health of the model container',
  predict: 'Send a prediction',
  endpoint: 'Send the prediction through the public endpoint',
  compare: 'Compare the old and the new model',
  evaluate: 'Evaluate the labelled rows',
  mirror: 'Verify that mirrored requests arrive',
  hold: 'Soak',
  gate: 'Judge its requests',
  undo: 'Restore the previous state',
  remove: 'Delete the SeldonDeployment',
  record: 'Record the revision in the history',
  note: 'Update the registry',
  look: 'Read the live state',
};

export interface JournalOptions {
  readonly clock: Clock;
  readonly runner: Runner;
  /** After it is aborted, no further step begins. */
  readonly cancelled: AbortSignal;
  /** Called when the report has changed. */
  readonly onNews: () => void;
}

export function startJournal({ clock, runner, cancelled, onNews }: JournalOptions): Journal {
  const records: StepRecord[] = [];
  const states = new Map<StepRecord['name'], StepState>();
  let current: (Pick<StepRecord, 'name' | 'about' | 'message'> & { readonly started: number }) | undefined;
  return {
    records,
    get current(): StepRecord | undefined {
      if (current === undefined) return undefined;
      const { started, ...said } = current;
      return { ...said, state: 'under-way', duration: clock.now() - started };
    },
    runner: {
      ...runner,
      info: (message) => {
        runner.info(message);
        if (current !== undefined) current = { ...current, message };
        onNews();
      },
    },
    stateOf: (name) => states.get(name),
    async step(name, work, about) {
      cancelled.throwIfAborted();
      states.set(name, 'under-way');
      const started = clock.now();
      current = { name, message: '', started, ...(about !== undefined && { about }) };
      let ending: { message: string; state: StepState } = { message: '', state: 'ok' };
      runner.startGroup(about === undefined ? TITLES[name] : `${TITLES[name]}: ${about}`);
      onNews();
      try {
        return await work((message, state = 'ok') => {
          ending = { message, state };
        });
      } catch (error) {
        ending = { message: messageOf(error), state: 'failed' };
        throw error;
      } finally {
        states.set(name, ending.state);
        current = undefined;
        const duration = clock.now() - started;
        records.push({ name, ...(about !== undefined && { about }), ...ending, duration });
        if (ending.message !== '') runner.info(ending.message);
        runner.endGroup();
        onNews();
      }
    },
  };
}
