import type { Runner } from './ports.ts';

export type StepState = 'ok' | 'failed' | 'under-way';

/** One line of the rollout's story. */
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
    | 'mirror'
    | 'hold'
    | 'gate'
    | 'undo'
    | 'remove'
    | 'record'
    | 'note'
    | 'look';
  /** Which of several such steps it is, in words. */
  readonly about?: string;
  readonly state: StepState;
  readonly message: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** Says how a step ended, in words; `ok` unless told otherwise. */
export type Conclude = (message: string, state?: StepState) => void;

/** The story as it happens: each step is a group in the log and a line in the report. */
export interface Journal {
  readonly records: readonly StepRecord[];
  /** The step under way, with the last that was said in it. */
  readonly current: StepRecord | undefined;
  /** The runner's log, which the journal hears too. */
  readonly runner: Runner;
  /** How far the last step of that name is; undefined when none has begun. */
  stateOf(name: StepRecord['name']): StepState | undefined;
  /** @param about which of several such steps it is, in words */
  step<T>(name: StepRecord['name'], work: (conclude: Conclude) => Promise<T>, about?: string): Promise<T>;
}
