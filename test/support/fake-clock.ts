import type { Clock } from '../../src/base/ports.ts';

/** Time that passes only when somebody sleeps. */
export class FakeClock implements Clock {
  time = 0;

  now(): number {
    return this.time;
  }

  /** What may be ended early belongs to the background: it takes no time, and waits for its end. */
  async sleep(milliseconds: number, until?: AbortSignal): Promise<void> {
    if (until === undefined) this.time += milliseconds;
    else if (!until.aborted) await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
  }
}
