import { expect, it } from 'vitest';
import { type ModelDescription, modelFiles } from '../../sandbox/model-files.ts';
import type { ModelFolder } from '../../sandbox/models.ts';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { live, using } from './story.ts';

/** A server that refuses what we made up: the model is not blamed, and it is said what was not proven. */

const RUN = 'e'.repeat(32);
/** Two versions of the same model. */
const MODELS = ['f', 'd'].map((letter) => `m-${letter.repeat(32)}`);
const artifactUriOf = (model: string) => `mlflow-artifacts:/1/models/${model}/artifacts`;

/** Two columns, one of them optional, and no example. */
const GUESSED: ModelDescription = {
  inputs: [
    { type: 'double', name: 'age', required: true },
    { type: 'string', name: 'note', required: false },
  ],
  outputs: [{ type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [-1] } }],
  weights: { intercept: 1, weights: [1, 0], estimator: 'Pipeline' },
};

/** One sandbox for all cases of one refusal: each model server reads the folder when its pod starts. */
async function deployRefusing(refusal: string, ...calls: readonly Readonly<Record<string, string>>[]) {
  const folders = MODELS.map((modelId): [string, ModelFolder] => {
    const place = { modelId, runId: RUN, artifactUri: artifactUriOf(modelId) };
    return [
      `s3://mlflow/1/models/${modelId}/artifacts`,
      modelFiles({ ...GUESSED, behaviour: { REFUSE: refusal } }, place),
    ];
  });
  const versions = MODELS.map((modelId, at) => {
    return { version: String(at + 1), runId: RUN, modelId, artifactUri: artifactUriOf(modelId) };
  });
  const sandbox = await startSandbox({ models: [{ name: 'guessed', versions }], folders: new Map(folders) });
  try {
    const ends: ActionEnd[] = [];
    for (const inputs of calls) ends.push(await sandbox.act(using({ 'model-uri': 'models:/guessed/1', ...inputs })));
    const end = ends.at(-1);
    if (end === undefined) throw new Error('no call');
    return { end, object: live(sandbox) };
  } finally {
    await sandbox.close();
  }
}

const CASES = ['seldon', 'v2'].flatMap((protocol) =>
  ['400', '422', '500'].map((status) => [protocol, status] as const),
);

it.concurrent.each(CASES)(
  'over %s, a server that refuses with %s gets the next form, and the model is proven by it',
  async (protocol, status) => {
    const { end, object } = await deployRefusing(`${status} note`, { protocol });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
    expect(JSON.parse(end.outputs['result'] ?? '{}').prediction).toMatchObject({ origin: 'signature', status: 200 });
    expect(end.shown).toContain('the server refuses a request that was made up');
    expect(end.shown).not.toContain('Not proven by a prediction');
    expect(object).toBeDefined();
  },
);

it.concurrent.each(CASES)(
  'over %s, where each form is refused with %s, the model is live and not proven by a prediction',
  async (protocol, status) => {
    const { end, object } = await deployRefusing(status, { protocol });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
    expect(end.summary).toContain('Not proven by a prediction: the request was made up, and the server refuses it');
    expect(object).toBeDefined();
  },
);

it.concurrent.each(CASES)(
  'over %s, with `smoke-required: always`, a refusal with %s fails closed',
  async (protocol, status) => {
    const { end, object } = await deployRefusing(status, { protocol, 'smoke-required': 'always' });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'withdrawn', reason: 'prediction-unproven' });
    expect(object).toBeUndefined();
  },
);

it.concurrent('a canary is asked again with the form that was answered, also while its step lasts', async () => {
  const canary = { 'model-uri': 'models:/guessed/2', mode: 'canary', steps: '50', 'step-interval': '1', gate: 'off' };
  const { end, object } = await deployRefusing('422 note', {}, canary);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
  expect(object?.spec.predictors).toHaveLength(2);
  expect(end.shown).not.toContain('not comparable');
});
