import { expect } from 'vitest';
import { expectEnding, live, story, using } from './story.ts';

const CASES: readonly [what: string, inputs: Record<string, string>, reason: string, says: RegExp][] = [
  ['a missing model', { 'model-uri': 'models:/nope/1' }, 'model-not-found', /nope/],
  ['a missing alias', { 'model-uri': 'models:/wine-quality@nope' }, 'model-not-found', /nope/],
  ['a folder without MLmodel', { 'model-uri': 'models:/broken/1' }, 'model-unusable', /MLmodel/],
  ['a version that is not ready', { 'model-uri': 'models:/not-ready/1' }, 'model-not-ready', /PENDING/],
  ['artifacts behind the server', { 'artifacts-destination': '' }, 'artifacts-unreachable', /artifacts-destination/],
];

for (const [what, inputs, reason, says] of CASES) {
  story(`${what} ends the run before anything is touched, with the cure`, async (sandbox) => {
    const end = await sandbox.act(using(inputs));
    const comment = expectEnding(sandbox, end, { outcome: 'failed', reason });
    expect(comment).toMatch(says);
    expect(live(sandbox)).toBeUndefined();
  });
}
