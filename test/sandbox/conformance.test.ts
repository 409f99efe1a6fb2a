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
      'the Deployment of an explainer that does not come up is written once, not on every pass',
      'explainer',
      (stages) => generations('explainer', 'wine-main-explainer') > 100 && stages.length === 3,
    ],
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

/** How often the reference wrote a Deployment. */
function generations(situation: string, name: string): number {
  const all = recording(situation).events.filter(({ kind, type }) => kind === 'Deployment' && type !== 'NOTE');
  const objects = all.map(({ object }) => object as { metadata: { name: string; generation: number } });
  return Math.max(
    ...objects.filter(({ metadata }) => metadata.name === name).map(({ metadata }) => metadata.generation),
  );
}

function requestsOf(situation: string): readonly string[] {
  const patches = recording(situation).events.filter(({ kind, type }) => type === 'NOTE' && kind === 'patch');
  return patches.map(({ object }) => (object as { path: string }).path);
}
