import { isSlow, type Target } from './fault.ts';

/** Picks `count` of a list, the same ones for the same seed. */
export function pick<T>(all: readonly T[], count: number, random: () => number): readonly T[] {
  const left = [...all];
  const picked: T[] = [];
  while (picked.length < count && left.length > 0) picked.push(...left.splice(Math.floor(random() * left.length), 1));
  return picked;
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Quick faults only: a peer that hangs or is away keeps a run waiting. */
export function quickOnes(targets: readonly Target[]): readonly Target[] {
  return targets.filter(({ fault }) => !isSlow(fault));
}
