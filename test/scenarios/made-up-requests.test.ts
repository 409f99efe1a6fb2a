import { expect, it } from 'vitest';
import { type ModelDescription, modelFiles } from '../../sandbox/model-files.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { live, using } from './story.ts';

/** A server that refuses what we made up: the model is not blamed, and it is said what was not proven. */

const [RUN, MODEL] = ['e'.repeat(32), `m-${'f'.repeat(32)}`];
const artifactUri = `mlflow-artifacts:/1/models/${MODEL}/artifacts`;
const STORAGE = `s3://mlflow/1/models/${MODEL}/artifacts`;

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
async function deployRefusing(refusal: string, inputs: Readonly<Record<string, string>>) {
  const folder = modelFiles(
    { ...GUESSED, behaviour: { REFUSE: refusal } },
    { modelId: MODEL, runId: RUN, artifactUri },
  );
  const version = { version: '1', runId: RUN, modelId: MODEL, artifactUri };
  const sandbox = await startSandbox({
    models: [{ name: 'guessed', versions: [version] }],
    folders: new Map([[STORAGE, folder]]),
  });
  try {
    const end = await sandbox.act(using({ 'model-uri': 'models:/guessed/1', ...inputs }));
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
