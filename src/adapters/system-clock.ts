import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../base/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, until) => {
    await delay(milliseconds, undefined, until === undefined ? {} : { signal: until }).catch(() => undefined);
  },
};
