/** The keys that a controller must still process, each once. */
export class WorkQueue {
  readonly #timers = new Map<string, { readonly due: number; readonly timer: NodeJS.Timeout }>();
  readonly #sync: (key: string) => void;
  readonly #lag: number;

  /** @param lag milliseconds between a change and the controller's reaction */
  constructor(lag: number, sync: (key: string) => void) {
    this.#lag = lag;
    this.#sync = sync;
  }

  add(key: string, wait = this.#lag): void {
    const due = performance.now() + wait;
    const known = this.#timers.get(key);
    if (known !== undefined && known.due <= due) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.#sync(key);
    }, wait);
    this.#timers.set(key, { due, timer });
  }

  close(): void {
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
