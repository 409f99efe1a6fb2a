const LONGEST_SILENCE = 60_000;

/** Asks about a stream that says nothing. */
export interface Doubt {
  /** The stream said something. */
  heard(): void;
  /** The stream has ended: nothing is asked any more, and no answer is used. */
  stop(): void;
}

/**
 * Asks whenever a stream has been silent for a while, each time after twice the silence.
 * @param silence milliseconds
 * @param ask gives what to do with the answer; it is not done if the stream has ended meanwhile
 */
export function doubtSilence(silence: number, ask: () => Promise<() => void>): Doubt {
  let pause = silence;
  let hasEnded = false;
  const look = async () => {
    const use = await ask().catch(() => undefined);
    if (hasEnded) return;
    pause = Math.min(pause * 2, LONGEST_SILENCE);
    timer = setTimeout(look, pause);
    use?.();
  };
  let timer = setTimeout(look, pause);
  return {
    heard: () => timer.refresh(),
    stop: () => {
      hasEnded = true;
      clearTimeout(timer);
    },
  };
}
