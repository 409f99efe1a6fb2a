import { describe, expect, test } from 'vitest';
import { play } from '../support/conformance/player.ts';
import { recordings } from '../support/replay.ts';

describe.each(recordings())('the recorded inputs of %s', (situation) => {
  test('make of our operator what they made of the reference', async () => {
    for (const { step, theirs, ours, theirStates, ourStates } of await play(situation)) {
      expect({ step, ...ours }).toEqual({ step, ...theirs });
      expect({ step, ...ourStates }).toEqual({ step, ...theirStates });
    }
  });
});
