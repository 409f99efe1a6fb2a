import { expect } from 'vitest';
import { expectEnding, live, podUids, story, using } from './story.ts';

story(
  'a first deployment leaves the number of pods to `kubectl scale`, and so does the next model',
  async (sandbox) => {
    await sandbox.act();
    expect(live(sandbox)?.spec.predictors[0]).not.toHaveProperty('replicas');
    // What `kubectl scale sdep wine --replicas 2` writes.
    const wine = { namespace: 'seldon', name: 'wine' };
    await sandbox.cluster.api.patch('SeldonDeployment', wine, { spec: { replicas: 2 } });
    await expect.poll(() => podUids(sandbox, 'main').length).toBe(2);
    const next = await sandbox.act(using({ 'model-uri': 'models:/wine-quality@challenger' }));
    expectEnding(sandbox, next, { outcome: 'deployed', reason: 'ok' });
    expect(podUids(sandbox, 'main')).toHaveLength(2);
    expect(live(sandbox)?.spec.replicas).toBe(2);
  },
);
