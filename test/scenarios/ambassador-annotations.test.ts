import { expect } from 'vitest';
import { sample, underLoad } from './load.ts';
import { at, edit, expectEnding, live, podUids, sharesOf, story, using } from './story.ts';

const CANARY = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', routing: 'ambassador-annotations' };
const OLD = { ambassador: 'v0' } as const;

story(
  'where the operator is of the guide’s time, a second SeldonDeployment gets its share of the first',
  async (sandbox) => {
    await sandbox.act(using({ 'api-version': 'v1alpha2' }));
    const before = podUids(sandbox, 'main');
    const end = await sandbox.act(using({ ...CANARY, traffic: '20' }));
    const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' }, 2);
    expect(live(sandbox, 'wine-canary')?.spec.annotations).toMatchObject({
      'seldon.io/ambassador-weight': '20',
      'seldon.io/ambassador-service-name': 'wine',
    });
    expect(comment).toContain('is live as `wine-canary` with 20 % of the requests');
    expect(comment).toContain('/seldon/seldon/wine/api/v0.1/predictions');
    expect(podUids(sandbox, 'main')).toEqual(expect.arrayContaining([...before]));
    expect((await sample(sandbox, 50)).answers).toEqual({ v1: 40, v2: 10 });
  },
  OLD,
);

story(
  'and gets copies of its requests as a shadow, of which nobody hears the answers',
  async (sandbox) => {
    await sandbox.act(using({ 'api-version': 'v1alpha2' }));
    const end = await sandbox.act(using({ ...CANARY, mode: 'shadow' }));
    const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' }, 2);
    expect(live(sandbox, 'wine-shadow')?.spec.annotations).toMatchObject({
      'seldon.io/ambassador-shadow': 'true',
      'seldon.io/ambassador-service-name': 'wine',
    });
    expect(comment).toMatch(/main counted \d+ of \d+ requests/);
    expect((await sample(sandbox, 10)).answers).toEqual({ v1: 10 });
  },
  OLD,
);

story(
  'a second SeldonDeployment that crashes is withdrawn, and the first keeps every request',
  async (sandbox) => {
    await sandbox.act(using({ 'api-version': 'v1alpha2' }));
    const before = live(sandbox)?.spec;
    const end = await sandbox.act(using({ ...CANARY, 'model-uri': 'models:/wine-quality/5' }));
    expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'crash-loop' }, 2);
    expect(live(sandbox, 'wine-canary')).toBeUndefined();
    expect(live(sandbox)?.spec).toEqual(before);
    expect((await sample(sandbox, 10)).answers).toEqual({ v1: 10 });
  },
  OLD,
);

story(
  'a second SeldonDeployment whose first one changes meanwhile is withdrawn, and the report has what is live',
  async (sandbox) => {
    await sandbox.act(using({ 'api-version': 'v1alpha2' }));
    const change = () =>
      edit(sandbox, ({ spec }) => Object.assign(spec.predictors[0]?.graph ?? {}, { modelUri: 's3://mlflow/x' }));
    const changed = await sandbox.act(using({ ...CANARY, traffic: '20' }, at(/rolled out: main/, change)));
    const comment = expectEnding(sandbox, changed, { outcome: 'withdrawn', reason: 'object-changed' }, 2);
    expect(comment).toContain('seldon/wine, whose requests it shares: The spec of the SeldonDeployment was changed');
    expect(comment).toMatch(/^\| `wine` \| s3:\/\/mlflow\/x \| none \|/m);
    expect(live(sandbox, 'wine-canary')).toBeUndefined();
    const remove = () => sandbox.cluster.api.remove('SeldonDeployment', { namespace: 'seldon', name: 'wine' });
    const removed = await sandbox.act(using({ ...CANARY, traffic: '20' }, at(/rolled out: main/, remove)));
    expectEnding(sandbox, removed, { outcome: 'withdrawn', reason: 'object-deleted' }, 2);
    expect(JSON.parse(removed.outputs['predictors'] ?? '')).toEqual([]);
  },
  OLD,
);

story(
  'on Seldon 1.x the guide’s annotations are refused, since they would take half of the requests',
  async (sandbox) => {
    await sandbox.act();
    for (const mode of ['canary', 'shadow']) {
      const end = await sandbox.act(using({ ...CANARY, mode }));
      expect(end.outputs).toMatchObject({ outcome: 'failed', reason: 'routing-not-honoured' });
      expect(end.summary).toContain('the second SeldonDeployment would take about half of the real requests');
      expect(end.summary).toContain(`remove \`routing\`: mode \`${mode}\` then adds a predictor`);
      expect(live(sandbox, `wine-${mode}`)).toBeUndefined();
    }
  },
);

story('the guide’s canary needs a first SeldonDeployment', async (sandbox) => {
  const end = await sandbox.act(using(CANARY));
  expect(end.outputs).toMatchObject({ outcome: 'failed', reason: 'nothing-live' });
  expect(end.summary).toContain('there is no SeldonDeployment seldon/wine, and mode `canary` needs one');
});

story(
  'with routes in annotations of Services the shares are looked for there',
  async (sandbox) => {
    await sandbox.act();
    const canary = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', traffic: '30' };
    const end = await sandbox.act(using(canary));
    expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
    expect(sharesOf(sandbox)).toBe('main 70, canary 30');
    expect((await sample(sandbox, 10)).answers).toEqual({ v1: 7, v2: 3 });
    const { result, failed, answers } = await underLoad(sandbox, () =>
      sandbox.act(using({ mode: 'rollback', 'model-uri': '' })),
    );
    expectEnding(sandbox, result, { outcome: 'restored', reason: 'ok' });
    // The operator takes the pods away before the route: what is lost is of the 1 % that canary still has then.
    expect(failed.length).toBeLessThanOrEqual(1 + (answers['v1'] ?? 0) / 50);
    const green = await sandbox.act(using({ ...canary, mode: 'blue-green', traffic: '' }));
    const comment = expectEnding(sandbox, green, { outcome: 'failed', reason: 'routing-not-honoured' });
    expect(comment).toContain('sends requests to pods that are not ready yet');
  },
  { ambassador: 'v1' },
);
