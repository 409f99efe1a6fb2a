import { expect } from 'vitest';
import { sample, underLoad } from './load.ts';
import { commentOf, expectEnding, live, modelUriOf, podUids, sharesOf, story, using } from './story.ts';

/** May change what is there, and make nothing. */
const CHANGER = {
  token: 'changer-token',
  name: 'changer',
  rules: [
    { verbs: ['get', 'list', 'watch', 'patch', 'update'], groups: ['*'], resources: ['*'] },
    { verbs: ['create', 'delete'], groups: ['coordination.k8s.io', ''], resources: ['*'] },
  ],
};

const CANARY = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger' };

story('a canary gets its share; main keeps its pods, and no request is lost', async (sandbox) => {
  await sandbox.act();
  const before = podUids(sandbox, 'main');
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using({ ...CANARY, traffic: '20' })));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(answers['v1']).toBeGreaterThan(20);
  expect(podUids(sandbox, 'main')).toEqual(before);
  expect(sharesOf(sandbox)).toBe('main 80, canary 20');
  expect((await sample(sandbox, 50)).answers).toEqual({ v1: 40, v2: 10 });
  expect(comment).toContain('is live as `canary` with 20 % of the requests');
  expect(comment).toMatch(/\| `main` \| wine-quality v1 \| .*80 %/);
  expect(comment).toMatch(/\| `canary` \| wine-quality v2 \| .*20 %/);
  expect(comment).toContain('**Answers of both models to the same requests:** 1 request, largest difference');
});

story('a canary is proven on its own Service before it gets users’ requests', async (sandbox) => {
  await sandbox.act();
  const { result, failed, answers } = await underLoad(sandbox, () =>
    sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality/4' })),
  );
  expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'prediction-invalid' });
  expect(failed).toEqual([]);
  expect(Object.keys(answers)).toEqual(['v1']);
});

story('a canary that crashes is taken away; main keeps its pods and every request', async (sandbox) => {
  await sandbox.act();
  const before = { spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') };
  const { result, failed } = await underLoad(sandbox, () =>
    sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality/5' })),
  );
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(comment).toContain("No module named 'wine_features'");
  expect(comment).toContain('it was removed, and **wine-quality** v1 answers as before');
  expect(failed).toEqual([]);
  expect({ spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') }).toEqual(before);
  expect(podUids(sandbox, 'canary')).toEqual([]);
});

story('another model replaces the canary in place, without requests until it is proven', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using({ ...CANARY, traffic: '20' }));
  const before = podUids(sandbox, 'main');
  const { result, failed } = await underLoad(sandbox, () =>
    sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality/3', traffic: '30' })),
  );
  expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(sharesOf(sandbox)).toBe('main 70, canary 30');
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 7, v3: 3 });
  expect(podUids(sandbox, 'main')).toEqual(before);
  expect(result.outputs['result']).toContain('main answers all requests while canary changes');
});

story('a replacement that crashes gives the canary before it its share back', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using({ ...CANARY, traffic: '20' }));
  const { result, failed } = await underLoad(sandbox, () =>
    sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality/5', traffic: '30' })),
  );
  expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(failed).toEqual([]);
  expect(sharesOf(sandbox)).toBe('main 80, canary 20');
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 8, v2: 2 });
});

story('only another share for the same canary moves no pod', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using({ ...CANARY, traffic: '10' }));
  const before = [podUids(sandbox, 'main'), podUids(sandbox, 'canary')];
  const again = await sandbox.act(using({ ...CANARY, traffic: '10' }));
  expectEnding(sandbox, again, { outcome: 'unchanged', reason: 'already-live' });
  const more = await sandbox.act(using({ ...CANARY, traffic: '50' }));
  expectEnding(sandbox, more, { outcome: 'deployed', reason: 'ok' });
  expect([podUids(sandbox, 'main'), podUids(sandbox, 'canary')]).toEqual(before);
  expect((await sample(sandbox, 10)).answers).toEqual({ v1: 5, v2: 5 });
});

story('a canary in steps rises while it stays healthy, and each step is in the report', async (sandbox) => {
  await sandbox.act();
  const inputs = { ...CANARY, steps: '5,25,50', 'step-interval': '1' };
  const { result, failed } = await underLoad(sandbox, () => sandbox.act(using(inputs)));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(failed).toEqual([]);
  expect(sharesOf(sandbox)).toBe('main 50, canary 50');
  for (const share of [5, 25, 50]) expect(comment).toContain(`main ${100 - share} %, canary ${share} %`);
  expect(comment.match(/canary stayed ready for \d+ s and answered (?:once|\d+ times)/g)).toHaveLength(3);
});

story('a canary whose pods are lost in the middle of its steps is taken away', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox)?.spec;
  let lost = false;
  const onLine = (line: string) => {
    if (lost || !line.startsWith('::group::Soak: main 75 %')) return;
    lost = true;
    for (const { metadata } of sandbox.cluster.api.list('Pod', 'seldon')) {
      if (metadata.labels?.['version'] !== 'canary') continue;
      const uri = live(sandbox)?.spec.predictors[1]?.graph.modelUri ?? '';
      sandbox.store.delete(uri);
      sandbox.cluster.api.remove('Pod', { namespace: 'seldon', name: metadata.name });
    }
  };
  const inputs = { ...CANARY, steps: '5,25,50', 'step-interval': '1' };
  const end = await sandbox.act(using(inputs, { onLine }));
  expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'crash-loop' });
  expect(lost).toBe(true);
  expect(live(sandbox)?.spec).toEqual(before);
});

story('the first use of a canary deploys the model with all requests, proves it and says so', async (sandbox) => {
  const plan = await sandbox.act(using({ ...CANARY, 'dry-run': 'true' }));
  const planned = expectEnding(sandbox, plan, { outcome: 'planned', reason: 'dry-run' });
  expect(planned).toContain('the first deployment gets all requests, without a canary');
  expect(live(sandbox)).toBeUndefined();
  const end = await sandbox.act(using({ ...CANARY, steps: '10,50' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' }, 2);
  expect(comment).toContain('is live on Seldon: it is the first deployment, so it got all requests without a canary');
  expect(sharesOf(sandbox)).toBe('main 100');
  expect(end.outputs['prediction']).not.toBe('');
  expect(end.shown).toContain('Record the revision in the history');
  const next = await sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality/3' }));
  expectEnding(sandbox, next, { outcome: 'deployed', reason: 'ok' }, 2);
  expect(sharesOf(sandbox)).toBe('main 90, canary 10');
});

story('a first canary that fails is withdrawn like any first deployment', async (sandbox) => {
  const end = await sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality/5' }));
  expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'crash-loop' });
  expect(live(sandbox)).toBeUndefined();
});

story('a first blue-green rollout deploys too, a shadow and an A/B test need a main', async (sandbox) => {
  for (const mode of ['shadow', 'ab']) {
    const end = await sandbox.act(using({ ...CANARY, mode }));
    const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'nothing-live' });
    expect(comment).toContain('deploy a first model with mode `direct`, or correct');
    expect(live(sandbox)).toBeUndefined();
  }
  const green = await sandbox.act(using({ ...CANARY, mode: 'blue-green' }));
  const comment = expectEnding(sandbox, green, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('without a blue-green');
  expect(sharesOf(sandbox)).toBe('main 100');
});

story(
  'a first canary needs the permission to create the object, and names it',
  async (sandbox) => {
    const end = await sandbox.act(using({ ...CANARY, kubeconfig: sandbox.cluster.kubeconfig('changer') }));
    const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'cluster-forbidden' });
    expect(comment).toContain('create seldondeployments');
  },
  { users: [CHANGER] },
);

story('a canary of exactly what main serves is no rollout', async (sandbox) => {
  await sandbox.act();
  const before = { spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') };
  const same = { ...CANARY, 'model-uri': 'models:/wine-quality@champion' };
  for (const mode of ['canary', 'blue-green']) {
    const end = await sandbox.act(using({ ...same, mode }));
    const comment = expectEnding(sandbox, end, { outcome: 'unchanged', reason: 'already-live' });
    expect(comment).toContain('**wine-quality** v1 is what main serves already: there is nothing to roll out');
    expect({ spec: live(sandbox)?.spec, pods: podUids(sandbox, 'main') }).toEqual(before);
  }
  const plan = await sandbox.act(using({ ...same, 'dry-run': 'true' }));
  const planned = expectEnding(sandbox, plan, { outcome: 'planned', reason: 'dry-run' }, 2);
  expect(planned).toContain('is what main serves already: a canary would change nothing');
});

story('a canary of what main serves, beside the canary of another model, names the way back', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(CANARY));
  const before = live(sandbox)?.spec;
  const end = await sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality@champion' }));
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'rollout-under-way' });
  expect(comment).toContain('`canary` (wine-quality v2, 10 %) stands beside it');
  expect(comment).toContain('roll `canary` back');
  expect(live(sandbox)?.spec).toEqual(before);
});

story('a canary that may not be the first needs a main', async (sandbox) => {
  const end = await sandbox.act(using({ ...CANARY, 'first-deployment': 'refuse' }));
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'nothing-live' });
  expect(comment).toContain('deploy a first model with mode `direct`');
  expect(live(sandbox)).toBeUndefined();
});

story('a second new model beside the first is refused, and nothing is touched', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(CANARY));
  const before = live(sandbox);
  for (const inputs of [{ mode: 'ab' }, { mode: 'blue-green' }]) {
    const end = await sandbox.act(using({ ...CANARY, ...inputs }));
    expectEnding(sandbox, end, { outcome: 'failed', reason: 'rollout-under-way' });
    expect(commentOf(sandbox)).toContain('promote it or roll it back first');
  }
  const direct = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/3' }));
  expectEnding(sandbox, direct, { outcome: 'failed', reason: 'object-not-ours' });
  expect(live(sandbox)).toEqual(before);
});

story('a dry run shows the manifest of the canary and changes nothing', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox);
  const end = await sandbox.act(using({ ...CANARY, 'dry-run': 'true' }));
  const plan = expectEnding(sandbox, end, { outcome: 'planned', reason: 'dry-run' }, 2);
  expect(plan).toContain('name: canary');
  expect(live(sandbox)).toEqual(before);
  expect(modelUriOf(sandbox)).toBe(before?.spec.predictors[0]?.graph.modelUri);
});
