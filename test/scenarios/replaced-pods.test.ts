import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { at, expectEnding, story, using } from './story.ts';

/** Pods that are deleted while their model is proven: a node is drained, or somebody deletes them. */

/** More than a proof waits for a closed route, in seconds of the sandbox. */
const SLOW_START = '850';
const SECOND = 20;

/** The pods that come in their place need that long. */
function deletePods({ store, cluster }: Sandbox): void {
  for (const [uri, files] of store) store.set(uri, { ...files, SLOW_START });
  for (const { metadata } of cluster.api.list('Pod', 'seldon')) cluster.api.remove('Pod', metadata);
}

story(
  'a pod that is deleted during the proof is waited for, and the model is proven with the next one',
  async (sandbox) => {
    const deleted = at(/rolled out: main/, () => deletePods(sandbox));
    const end = await sandbox.act(using({ 'startup-probe': 'true', timeout: '1900' }, deleted));
    const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
    expect(end.shown).toContain('the pods were replaced during the proof');
    expect(comment).toContain('The pods were replaced during the proof');
  },
  { second: SECOND },
);
