import { describe, expect, it } from 'vitest';
import { storageUriOf } from '../../src/model/storage-uri.ts';
import { unknownInputs } from '../../src/settings/names/unknown-inputs.ts';
import { readConfig } from '../../src/settings/read-config.ts';

/** Mistakes that people made, and what they must be told before anything is touched. */

function configWith(inputs: Readonly<Record<string, string>>) {
  const given: Readonly<Record<string, string>> = { 'model-uri': 'models:/wine/7', ...inputs };
  return () => readConfig({ env: {}, input: (name) => given[name] ?? '' });
}

function refusalOf(uri: string, map: readonly { from: string; to: string }[] = []): string {
  try {
    storageUriOf(uri, { artifactsDestination: undefined, storageUriMap: map });
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return `${message}; ${hint}`;
  }
  return 'accepted';
}

describe('a model URI with a scheme of another tool', () => {
  it.each([
    ['mlflow://wine/7', 'models:/wine/7'],
    ['model:/wine/7', 'models:/wine/7'],
    ['run:/0123/model', 'runs:/0123/model'],
    ['gcs://bucket/m', 'gs://bucket/m'],
    ['s3a://bucket/m', 's3://bucket/m'],
  ])('%s is refused, with the one that was meant', (uri, meant) => {
    expect(refusalOf(uri)).toContain(`did you mean \`${meant}\``);
  });

  it('is taken where a rule says that the storage has a remote of that name', () => {
    expect(refusalOf('gcs://bucket/m', [{ from: 'gcs:/', to: 'gcs:/' }])).toBe('accepted');
  });
});

describe('a web address in place of a model URI', () => {
  const run = '0123456789abcdef0123456789abcdef';

  it.each([
    [`https://mlflow.example.com/get-artifact?path=model%2FMLmodel&run_uuid=${run}`, `runs:/${run}/model`],
    [`https://mlflow.example.com/#/experiments/3/runs/${run}/artifacts/model`, `runs:/${run}/model`],
    [`https://mlflow.example.com/#/experiments/3/models/m-${run}`, `models:/m-${run}`],
    ['https://bucket.s3.eu-west-1.amazonaws.com/1/model/MLmodel', 's3://bucket/1/model'],
    ['https://s3.amazonaws.com/bucket/1/model/', 's3://bucket/1/model'],
    ['https://storage.googleapis.com/bucket/model', 'gs://bucket/model'],
    ['https://account.blob.core.windows.net/models/wine', 'wasbs://models@account.blob.core.windows.net/wine'],
    ['http://files.example.com/wine', 's3://bucket/path'],
  ])('%s is named, with the form to write', (uri, form) => {
    expect(refusalOf(uri)).toContain(`write \`${form}\``);
    expect(refusalOf(uri)).not.toContain('https:/=https:/');
  });
});

describe('harmful inputs', () => {
  it.each([
    'https://models.example.com/seldon',
    'https://models.example.com/seldon/',
    'https://x/a/seldon/seldon/wine',
  ])('`ingress-url` with the path that is added: %s', (url) => {
    expect(configWith({ 'ingress-url': url })).toThrow(/must not hold the path from `\/seldon` on.*give `https:/);
  });

  it('but a host or a prefix of that name is taken', () => {
    for (const url of ['https://seldon.example.com', 'https://example.com/seldonia'])
      expect(configWith({ 'ingress-url': url })).not.toThrow();
  });

  it.each([{ traffic: '100' }, { steps: '100' }])('a canary that gets all requests: %o', (share) => {
    expect(configWith({ mode: 'canary', ...share })).toThrow(
      /gives the canary all requests: use mode `direct` or `blue-green`/,
    );
  });

  it('but a canary may end with all requests', () => {
    expect(configWith({ mode: 'canary', steps: '10,100' })).not.toThrow();
  });
});

it('an input that does not exist is warned about, with the nearest name', () => {
  const env = {
    INPUT_TRAFIC: '30',
    'INPUT_MODEL-URI': 'models:/wine/7',
    INPUT_MODEL_URI: 'x',
    INPUTRC: '/etc/inputrc',
    PATH: '/bin',
  };
  expect(unknownInputs(env)).toEqual([
    'the input `trafic` does not exist and does nothing; did you mean `traffic`?',
    'the input `model_uri` does not exist and does nothing; did you mean `model-uri`?',
  ]);
});
