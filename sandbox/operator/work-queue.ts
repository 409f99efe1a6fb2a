import { setTimeout as delay } from 'node:timers/promises';

const FIRST_DELAY = 50;
const LONGEST_DELAY = 30_000;

/**
 * Processes one key at a time. A key that is added again while it waits is processed once; one that failed is added
 * again.
 */
export class WorkQueue {
  readonly #work: (key: string) => Promise<void>;
  readonly #lag: number;
  readonly #due = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #failures = new Map<string, number>();
  readonly #loop: Promise<void>;
  #closed = false;
  #wake: () => void = () => undefined;

  /** @param lag milliseconds between a change and the pass that reads it */
  constructor(work: (key: string) => Promise<void>, lag: number) {
    this.#work = work;
    this.#lag = lag;
    this.#loop = this.#run();
  }

  /** A change: it does not wait for the back-off of a failure. */
  add(key: string): void {
    this.#later(key, `change ${key}`, this.#lag);
  }

  /** A pass without a change. */
  addLater(key: string, wait: number): void {
    this.#later(key, `again ${key}`, wait);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#wake();
    await this.#loop;
  }

  /** One timer for each reason. */
  #later(key: string, reason: string, wait: number): void {
    if (this.#closed || this.#timers.has(reason)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(reason);
      this.#due.add(key);
      this.#wake();
    }, wait);
    this.#timers.set(reason, timer);
  }

  async #run(): Promise<void> {
    // The constructor returns before the loop begins.
    await delay(0);
    while (!this.#closed) {
      const [key] = this.#due;
      if (key === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#due.delete(key);
      await this.#try(key);
    }
  }

  async #try(key: string): Promise<void> {
    try {
      await this.#work(key);
      this.#failures.delete(key);
    } catch {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.#later(key, `retry ${key}`, Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY));
    }
  }
}
