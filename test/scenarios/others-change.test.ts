import { expect } from 'vitest';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { at, edit, expectEnding, live, modelUriOf, settling, sharesOf, story, using } from './story.ts';

/** What people and tools do to the object while a run works on it. */

const WINE = { namespace: 'seldon', name: 'wine' };
const CHALLENGER = { 'model-uri': 'models:/wine-quality@challenger' };
const CANARY = { mode: 'canary', traffic: '20', ...CHALLENGER };

story('a model URI that somebody sets back during the proof is no success, and is no history', async (sandbox) => {
  await sandbox.act();
  const old = modelUriOf(sandbox) ?? '';
  const back = () =>
    edit(sandbox, ({ spec: { predictors } }) => Object.assign(predictors[0]?.graph ?? {}, { modelUri: old }));
  const end = await sandbox.act(using(CHALLENGER, at(/rolled out: main/, back)));
  const comment = expectEnding(sandbox, end, { outcome: 'object-changed', reason: 'object-changed' });
  expect(comment).toContain('was changed by another person or tool');
  expect(modelUriOf(sandbox)).toBe(old);
  expect(JSON.parse(live(sandbox)?.metadata.annotations?.[ANNOTATIONS.history] ?? '[]')).toHaveLength(1);
});

/** Moments after the last answer of the proof, by the line of the log. */
const AFTER_THE_PROOF: Readonly<Record<string, readonly [line: RegExp, inputs: Readonly<Record<string, string>>]>> = {
  'as the last answer comes': [/POST \/seldon.*answered/, CHALLENGER],
  'as the last answer of a canary comes': [/POST \/seldon.*answered/, CANARY],
  'as the model that is live is proven again': [/POST \/seldon.*answered/, {}],
  'before the record': [/::group::Record the revision/, { ...CHALLENGER, 'on-failure': 'keep' }],
  'after the record': [/::group::Update the registry/, { ...CHALLENGER, 'write-back': 'alias=live' }],
};

for (const [moment, [line, inputs]] of Object.entries(AFTER_THE_PROOF))
  story(`a model URI that somebody writes ${moment} is no success`, async (sandbox) => {
    await sandbox.act();
    const other = () => {
      const object = structuredClone(sandbox.cluster.api.get('SeldonDeployment', WINE)) as unknown as SeldonDeployment;
      Object.assign(object.spec.predictors[0]?.graph ?? {}, { modelUri: 's3://mlflow/x' });
      // A run asks once more before it ends: what comes later than that is not part of it.
      sandbox.cluster.api.overwrite(object as unknown as Parameters<typeof sandbox.cluster.api.overwrite>[0]);
    };
    const end = await sandbox.act(using(inputs, at(line, other)));
    const comment = expectEnding(sandbox, end, { outcome: 'object-changed', reason: 'object-changed' });
    expect(comment).toMatch(/^\| `main` \| s3:\/\/mlflow\/x \|/m);
    expect(modelUriOf(sandbox)).toBe('s3://mlflow/x');
  });

story('an object that is deleted during the proof is named as the cause', async (sandbox) => {
  await sandbox.act();
  const deleted = at(/rolled out: main/, () => sandbox.cluster.api.remove('SeldonDeployment', WINE));
  const end = await sandbox.act(using(CHALLENGER, deleted));
  expectEnding(sandbox, end, { outcome: 'object-changed', reason: 'object-deleted' });
});

story('labels, annotations and scaling between two stages are theirs, and the canary goes on', async (sandbox) => {
  await sandbox.act(using({ replicas: '1' }));
  const theirs = () =>
    edit(sandbox, ({ metadata, spec: { predictors } }) => {
      metadata.labels = { team: 'ml' };
      Object.assign(metadata.annotations ?? {}, { note: 'x' });
      Object.assign(predictors[0] ?? {}, { replicas: 2 });
    });
  const end = await sandbox.act(using(CANARY, at(/rolled out: main, canary/, theirs)));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(sharesOf(sandbox)).toBe('main 80, canary 20');
  expect(live(sandbox)?.metadata).toMatchObject({ labels: { team: 'ml' }, annotations: { note: 'x' } });
  expect(live(sandbox)?.spec.predictors[0]?.replicas).toBe(2);
  const scaled = at(/rolled out: main, canary/, () =>
    sandbox.cluster.api.patch('SeldonDeployment', WINE, { spec: { replicas: 3 }, metadata: { labels: { a: 'b' } } }),
  );
  const { inputs = {} } = settling('rollback');
  expectEnding(sandbox, await sandbox.act(using(inputs, scaled)), { outcome: 'restored', reason: 'ok' });
  expect(live(sandbox)?.spec.predictors.map(({ name, replicas }) => [name, replicas])).toEqual([['main', 2]]);
});

story('predictors in another order are refused: a rollback would keep the candidate', async (sandbox) => {
  await sandbox.act();
  await sandbox.act(using(CANARY));
  await edit(sandbox, ({ spec }) => spec.predictors.reverse());
  for (const mode of ['rollback', 'promote']) {
    const end = await sandbox.act(settling(mode));
    expectEnding(sandbox, end, { outcome: 'failed', reason: 'object-not-ours' });
  }
  expect(sharesOf(sandbox)).toBe('canary 20, main 80');
});

story('what a finalizer keeps is not called removed, and gets no new model', async (sandbox) => {
  await sandbox.act();
  await edit(sandbox, ({ metadata }) => Object.assign(metadata, { finalizers: ['acme.io/hold'] }));
  const removed = await sandbox.act(settling('remove'));
  const comment = expectEnding(sandbox, removed, { outcome: 'failed', reason: 'object-not-ours' });
  expect(comment).toContain('the finalizer `acme.io/hold` keeps it');
  const old = modelUriOf(sandbox);
  const next = await sandbox.act(using(CHALLENGER));
  expect(expectEnding(sandbox, next, { outcome: 'failed', reason: 'object-not-ours' })).toContain('is being deleted');
  expect(modelUriOf(sandbox)).toBe(old);
});

story('a predictor without pods is refused before a change, and found during one', async (sandbox) => {
  await sandbox.act();
  const toZero = () => sandbox.cluster.api.patch('SeldonDeployment', WINE, { spec: { replicas: 0 } });
  await toZero();
  for (const call of [using(CHALLENGER), using(CANARY)])
    expectEnding(sandbox, await sandbox.act(call), { outcome: 'failed', reason: 'bad-input' });
  await sandbox.cluster.api.patch('SeldonDeployment', WINE, { spec: { replicas: 1 } });
  const end = await sandbox.act(using({ ...CHALLENGER, timeout: '120' }, at(/applied, generation/, toZero)));
  expectEnding(sandbox, end, { outcome: 'undo-failed', reason: 'scaled-to-zero' });
});

story(
  'a Deployment that somebody pauses is named with the cure, and what was there before comes back',
  async (sandbox) => {
    await sandbox.act(using({ replicas: '3', timeout: '40', 'startup-probe': 'true' }));
    const old = modelUriOf(sandbox);
    const deployment = { namespace: 'seldon', name: 'wine-main-0-prediction' };
    const pause = () => sandbox.cluster.api.patch('Deployment', deployment, { spec: { paused: true } });
    const inputs = { 'model-uri': 'models:/wine-quality/7', timeout: '40', 'startup-probe': 'true' };
    const end = await sandbox.act(using(inputs, at(/of 3 new pods ready/, pause)));
    const comment = expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'deployment-paused' });
    expect(comment).toContain('kubectl rollout resume deployment wine-main-0-prediction -n seldon');
    expect(modelUriOf(sandbox)).toBe(old);
  },
);

story('a rollback leaves the labels that a base manifest gave', async (sandbox) => {
  const files = {
    'base.yaml':
      'kind: SeldonDeployment\nmetadata: { labels: { team: ml } }\nspec: { predictors: [{ name: main, graph: { name: prediction } }] }\n',
  };
  await sandbox.act(using({ manifest: 'base.yaml' }, { files }));
  await sandbox.act(using({ manifest: 'base.yaml', ...CHALLENGER }, { files }));
  expectEnding(sandbox, await sandbox.act(settling('rollback')), { outcome: 'restored', reason: 'ok' });
  expect(live(sandbox)?.metadata.labels).toEqual({ team: 'ml' });
});
