/** Milliseconds of one slice. */
const SLICE = 25;

/**
 * Aborts its signal after this many milliseconds in which the process could work. On a busy machine a timer fires late;
 * its slice still counts as 25 ms, because the server that is waited for lives in the same process and was as late.
 */
export class WorkTimeout {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#wait(milliseconds);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the wait: the work is done. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #wait(rest: number): void {
    const slice = Math.min(SLICE, rest);
    this.#timer = setTimeout(() => (slice < rest ? this.#wait(rest - slice) : this.#controller.abort()), slice);
  }
}
