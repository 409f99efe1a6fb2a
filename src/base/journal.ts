import type { Runner } from './ports.ts';

export type StepState = 'ok' | 'failed' | 'under-way';

/** One step of a run. */
export interface StepRecord {
  readonly name:
    | 'resolve'
    | 'render'
    | 'preflight'
    | 'turn'
    | 'apply'
    | 'write'
    | 'wait'
    | 'health'
    | 'predict'
    | 'endpoint'
    | 'compare'
    | 'evaluate'
    | 'mirror'
    | 'hold'
    | 'gate'
    | 'undo'
    | 'remove'
    | 'record'
    | 'note'
    | 'look';
  /** Subject of this step, if there are several of the same name. */
  readonly about?: string;
  readonly state: StepState;
  readonly message: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** Sets the message and the state of a finished step; the default state is `ok`. */
export type Conclude = (message: string, state?: StepState) => void;

/** The steps of a run: each step is a group in the log and a line in the report. */
export interface Journal {
  readonly records: readonly StepRecord[];
  /** The step in progress, with its last message. */
  readonly current: StepRecord | undefined;
  /** The runner's log; the journal also receives its messages. */
  readonly runner: Runner;
  /** State of the last step of that name; undefined if none has started. */
  stateOf(name: StepRecord['name']): StepState | undefined;
  /** @param about subject of this step, if there are several of the same name */
  step<T>(name: StepRecord['name'], work: (conclude: Conclude) => Promise<T>, about?: string): Promise<T>;
}
