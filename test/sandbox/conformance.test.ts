import { describe, test } from 'vitest';
import { play, type Stage } from '../support/conformance/player.ts';
import { recording, recordings } from '../support/replay.ts';

/**
 * Where our operator and our cluster stay simpler than the reference. No scenario may rest on these.
 * What is normalised away on both sides is in `standing.ts` (per field) and `player.ts` (`STALE`, `LAG`).
 */
const SIMPLER: readonly (readonly [what: string, situation: string, isShown: (stages: readonly Stage[]) => boolean])[] =
  [
    [
      'the object has no subresource scale: spec.replicas is patched instead',
      'scale_object',
      () => requestsOf('scale_object').some((path) => path.endsWith('/scale')),
    ],
  ];

describe.concurrent.each(recordings())('the recorded inputs of %s', (situation) => {
  test('give with our operator what they gave with the reference', async ({ expect }) => {
    const stages = await play(situation);
    expect(stages.length).toBeGreaterThan(0);
    for (const { step, theirs, ours, theirStates, ourStates } of stages) {
      expect({ step, ...ours }).toEqual({ step, ...theirs });
      expect({ step, ...ourStates }).toEqual({ step, ...theirStates });
    }
    for (const [what, of, isShown] of SIMPLER)
      if (of === situation) expect([what, isShown(stages)]).toEqual([what, true]);
  });
});

function requestsOf(situation: string): readonly string[] {
  const patches = recording(situation).events.filter(({ kind, type }) => type === 'NOTE' && kind === 'patch');
  return patches.map(({ object }) => (object as { path: string }).path);
}
