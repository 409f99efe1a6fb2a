import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { readPolicy } from '../../src/gate/policy.ts';
import { parseModelUri } from '../../src/model/model-uri.ts';
import { storageUriOf } from '../../src/model/storage-uri.ts';
import { InputReader } from '../../src/settings/input-reader.ts';
import { INPUTS, type InputName } from '../../src/settings/inputs.ts';
import { readConfig } from '../../src/settings/read-config.ts';

/** Wrong values of every input, made from what people write: each is refused by name, with the value and the cure. */

type Inputs = Readonly<Partial<Record<InputName, string>>>;

const BASE: Inputs = { 'model-uri': 'models:/wine/7', name: 'wine', 'github-token': 'ghs_sandbox' };
const NO_MODEL: Inputs = { 'model-uri': '' };

/** What else must be given so that an input has a meaning. */
const BESIDE: Readonly<Partial<Record<InputName, Inputs>>> = {
  traffic: { mode: 'canary' },
  steps: { mode: 'canary' },
  'step-interval': { mode: 'canary' },
  'first-deployment': { mode: 'canary' },
  'gate-limit': { mode: 'canary' },
  'gate-latency': { mode: 'canary' },
  'gate-queries': { mode: 'canary', steps: '10', 'prometheus-url': 'https://prometheus.example.com' },
  'compare-tolerance': { mode: 'canary' },
  predictor: { ...NO_MODEL, mode: 'promote' },
  to: { ...NO_MODEL, mode: 'rollback' },
  'preview-age': { ...NO_MODEL, mode: 'sweep' },
  'lock-expiry': { ...NO_MODEL, mode: 'lock' },
  'lock-reason': { ...NO_MODEL, mode: 'lock' },
  'manifest-file': { apply: 'false' },
  'mlflow-username': { 'mlflow-password': 'pw' },
  'mlflow-password': { 'mlflow-username': 'me' },
};

const EVERY = ['null', 'undefined', "'wine'", '"wine"', '`wine`', '${{ vars.X }}', '$WINE', '${WINE}', 'wi\u200bne'];
const NUMBERS = ['1e3', '0x10', 'NaN', '-1', 'Infinity', '1_000', '１０', '1,5', 'ten', '1 0', '99999999'];
const WHOLE = [...NUMBERS, '1.5', 'v1', '#3'];
const DURATIONS = ['900ms', '1h30m', '15 min', '1.5h', '-5m', '5%', '2w', 'PT15M', 'ten', '99999h'];
const FLAGS = ['yes', 'no', 'on', 'off', '1', '0', 'y', 'enabled', 'True!', 'true,false'];
const URLS = [
  'x.example.com',
  'x.example.com:8080/a',
  'ftp://x',
  '//x',
  'https:/',
  'https://u:p@x',
  'https://x?a=b',
  'https://x#b',
  'http://x:99999',
];
const OBJECTS = ['Wine', 'wine_1', 'wi ne', '-wine', 'wine-', 'a'.repeat(300), 'wine/1', 'größe'];

/** Inputs that take one of a few words get neighbours of all of them. */
function words(choices: readonly string[]): readonly string[] {
  return [...choices.flatMap((one) => [one.toUpperCase(), `${one}s`, `${one},${one}`, one.slice(1)]), 'yes', '1'];
}

const KINDS: Readonly<Partial<Record<InputName, readonly string[]>>> = {
  'model-uri': [
    'wine/7',
    'wine@champion',
    'models:wine/7',
    'models://wine/7',
    'model:/wine/7',
    'models:/wine',
    'models:/wine/v7',
    'models:/wine/1e3',
    'models:/wine/-1',
    'models:/wine/7/x',
    'wine',
    'gcs://b/x',
    's3a://b/x',
    'gs://',
    's3://b/x/MLmodel',
    's3://key:secret@b/x',
    's3://b/x?v=1',
    '/srv/model',
    '~/model',
    'C:\\models\\wine',
    'file:///tmp/m',
    'hf://org/x',
    'docker://x',
    'https://mlflow.example.com/#/models/wine/versions/7',
    'https://u:p@host/x',
  ],
  traffic: [...NUMBERS, '0.3', '101', '30 40', '%', '100'],
  steps: ['25,5', '5;25', '5 25', '[5,25]', '0,5', '5,,25', '0.1,0.2', '5,101', '5-25', 'five', '1e1', '-5'],
  replicas: [...WHOLE, '0', '5%'],
  'max-replicas': [...WHOLE, '0', '5%'],
  'pull-request': ['1e3', '0x10', '-1', '#3', '0', '1.5', '8 9', '99999999999', 'PR-3'],
  to: ['champion', 'v', '1.5', '-1', 'V3', '1e3', '#3', 'latest', '3,4'],
  'gate-error-margin': [...NUMBERS, '101%', '5%%', '% 5', '2'],
  'gate-latency-ratio': [...NUMBERS, '150%', '0.5'],
  'gate-latency': [...NUMBERS, '250ms', '25%', '0', '60'],
  'compare-tolerance': [...NUMBERS, '5%%', '-5%'],
  'step-interval': [...DURATIONS, '0'],
  'gate-limit': DURATIONS,
  bake: [...DURATIONS, '0'],
  timeout: [...DURATIONS, '5', '80'],
  'ingress-lag': DURATIONS,
  'lock-timeout': DURATIONS,
  'lock-expiry': ['900', '90 min', '1.5h', '-1h', '0h', '2w', 'ten', '1h30m'],
  'preview-age': ['900', '30m', '1.5d', '-1d', '0d', '2w', 'ten'],
  'ingress-url': [...URLS, 'https://x/seldon', 'https://x/api/v0.1/predictions', 'https://x/v2/models/wine/infer'],
  'prometheus-url': URLS,
  'mlflow-tracking-uri': [
    ...URLS.filter((one) => !one.includes('u:p@')),
    'databricks',
    'https://x/#/experiments/3',
    'https://x/ajax-api/2.0/mlflow/runs/get',
    'sqlite:///mlflow.db',
    './mlruns',
  ],
  'artifacts-destination': ['mlflow', 'bucket/x', 'https://x/y', 'models:/wine/1', 'mlflow-artifacts:/'],
  'storage-uri-map': ['s3://a', 's3://a->gs://b', '=gs://b', 's3://a=', 's3://a=bucket', 'bucket=gs://b'],
  'allow-storages': ['bucket', 's3//bucket', 'my bucket'],
  'allow-models': ['wine', 'wine*', 'models/wine/*'],
  'allow-names': ['Wine', 'wine_1', 'a b', 'models:/wine'],
  'allow-namespaces': ['Seldon', 'a_b', 'a b'],
  'allow-users': ['a b', 'https://github.com/octocat', 'me@example.com', 'acme/ml/leads'],
  'allow-bases': ['origin/main', 'refs/tags/v1', 'a b'],
  'allow-commands': ['deploys', 'Deploy', '/seldon deploy', 'all'],
  'command-roles': ['deploy', 'deploy=owner', 'deploy:admin', 'ship=admin', 'deploy=Admin'],
  name: OBJECTS,
  namespace: OBJECTS,
  predictor: OBJECTS,
  'env-secret': OBJECTS,
  'service-account': OBJECTS,
  plan: ['yes', '1e3', '0', '1f0c2a99ab', 'plan=1f', '1f0c2a99ab-…', 'x'.repeat(54)],
  'write-back': ['champion', 'alias=', 'alias=latest', 'alias=v7', 'tag=x', 'tags.a=b', 'alias:champion', 'alias=a b'],
  'smoke-request': ['{', '[1', "{'a': 1}", '{"a": NaN}', '{"a": 1,}'],
  'smoke-expect': ['yes', '{', '$.a', '$.a = 1', '$.a == x', 'predictions[0] between 3', '.a > 1'],
  'gate-queries': ['{}', '[]', '[1]', 'yes', '[{"name":"x"}]', '[{"nmae":"x"}]'],
  'manifest-file': ['deploy', 'deploy/wine.json', '/'],
  'mlflow-token': ['Bearer abc', 'a b', 'a\nb', '"abc"'],
  'prometheus-token': ['Bearer abc', 'a b', 'a\nb', '"abc"'],
  'github-token': ['token abc', 'a b', "'abc'"],
  'mlflow-password': ['"abc"', '${{ secrets.X }}', '$PW'],
};

const SECRETS: readonly InputName[] = ['mlflow-token', 'prometheus-token', 'github-token', 'mlflow-password'];
/** Anything may stand there: words for people, JSON, the content of a file. Where they are used, they are checked. */
const FREE: readonly InputName[] = ['lock-reason', 'kubeconfig', 'smoke-request', 'smoke-expect', 'gate-queries'];

const CASES = INPUTS.flatMap((one): readonly (readonly [InputName, string])[] => {
  const { name } = one;
  const choices: readonly string[] = 'choices' in one ? one.choices : [];
  const isFlag = choices.includes('true') || name === 'dry-run';
  const own = KINDS[name] ?? (isFlag ? FLAGS : choices.length > 0 ? words(choices) : []);
  const every = SECRETS.includes(name) || FREE.includes(name) ? [] : EVERY;
  return [...new Set([...own, ...every])].map((value) => [name, value] as const);
});

/** All that a run says before its first request. */
function refusalOf(name: InputName, value: string): string {
  const inputs: Inputs = { ...BASE, ...BESIDE[name], [name]: value };
  const raw = { env: {}, input: (one: InputName) => inputs[one] ?? '' };
  try {
    const config = readConfig(raw);
    const read = new InputReader(raw);
    readPolicy(read);
    read.end();
    if (name === 'model-uri') return ofModel(config.modelUri ?? '');
  } catch (error) {
    if (error instanceof UserError) return `${error.message}; ${error.hint}`;
    throw error;
  }
  return 'accepted';
}

function ofModel(uri: string): string {
  if (parseModelUri(uri).kind === 'storage') storageUriOf(uri, { artifactsDestination: undefined, storageUriMap: [] });
  return 'accepted';
}

/** The value as a message quotes it. */
function shown(value: string): string {
  return value.replace(/\s+/g, ' ').replaceAll('`', "'").slice(0, 30);
}

/** Words that say what to do. */
const CURE =
  /must be|must not|must hold|write|give |leave|did you mean|such as|use |set |the commands are|the roles are|check where|remove|needs|name |is for/;

describe('a wrong value', () => {
  it('is tried for every input that has a form', () => {
    const without = INPUTS.filter(({ name }) => CASES.every(([one]) => one !== name)).map(({ name }) => name);
    expect(without).toEqual(['kubeconfig', 'lock-reason']);
    expect(CASES.length).toBeGreaterThan(900);
  });

  it.each(CASES)('%s: %j is refused with its name, the value and the cure', (name, value) => {
    const refusal = refusalOf(name, value);
    expect(refusal).not.toBe('accepted');
    if (name !== 'model-uri') expect(refusal).toContain(`\`${name}\``);
    expect(refusal.replace(/; correct the `with:` of this step.*$/, '')).toMatch(CURE);
    const isHidden =
      SECRETS.includes(name) || EVERY.includes(value) || FREE.includes(name) || /[:@?#]|\/\//.test(value);
    if (!isHidden) expect(refusal).toContain(shown(value));
    if (SECRETS.includes(name)) expect(refusal).not.toContain('abc');
    if (value.includes('secret@') || value.includes('u:p@')) expect(refusal).not.toMatch(/key:secret|\bu:p@/);
  });
});
