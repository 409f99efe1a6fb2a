import type { Clock } from '../../src/ports.ts';

/** Time that passes only when somebody sleeps. */
export class FakeClock implements Clock {
  time = 0;

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }
}
