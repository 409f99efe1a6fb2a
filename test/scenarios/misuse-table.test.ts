import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryDispatchEvent, workflowDispatchEvent } from '../../sandbox/github/events.ts';
import type { ActionCall } from '../../sandbox/runner.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { live } from './story.ts';

/** Mistakes of users, one row each, with the built bundle: what is refused is refused before anything is changed. */

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

interface End {
  readonly reason: string;
  readonly words: readonly string[];
  readonly outcome?: string;
}

/** The run ends so, tells these words, and has changed nothing. */
async function expectRefused(call: Partial<ActionCall>, { reason, words, outcome = 'failed' }: End): Promise<void> {
  const end = await sandbox.act({ ...call, skipsPost: true });
  expect(end.outputs, end.shown).toMatchObject({ outcome, reason });
  for (const one of words) expect(end.shown).toContain(one);
  expect(live(sandbox)).toBeUndefined();
}

const RUN = '0123456789abcdef0123456789abcdef';

describe.concurrent('a model URI', () => {
  it.each([
    ['mlflow://wine-quality/3', 'models:/wine-quality/3'],
    ['model:/wine-quality/3', 'models:/wine-quality/3'],
    [`run:/${RUN}/model`, `runs:/${RUN}/model`],
    ['gcs://bucket/model', 'gs://bucket/model'],
    ['az://container/model', 'azureblob://container/model'],
    ['azure://container/model', 'azureblob://container/model'],
    ['registry:/wine-quality/3', 'models:/wine-quality/3'],
    ['models:/wine-quality:3', 'models:/wine-quality/3'],
  ])('%s is refused, with the one that was meant', (uri, meant) =>
    expectRefused(
      { inputs: { 'model-uri': uri } },
      { reason: 'model-uri-invalid', words: [`did you mean \`${meant}\``] },
    ),
  );

  it.each([
    [`https://mlflow.example.com/get-artifact?path=model%2FMLmodel&run_uuid=${RUN}`, `runs:/${RUN}/model`],
    [`https://mlflow.example.com/#/experiments/1/runs/${RUN}/artifacts/model`, `runs:/${RUN}/model`],
    ['https://bucket.s3.eu-west-1.amazonaws.com/1/model/MLmodel', 's3://bucket/1/model'],
    ['https://s3.console.aws.amazon.com/s3/buckets/bucket?prefix=1/model/', 's3://bucket/1/model'],
    [
      'https://eu-central-1.console.aws.amazon.com/s3/buckets/bucket?region=eu-central-1&prefix=1/model/',
      's3://bucket/1/model',
    ],
    ['https://console.cloud.google.com/storage/browser/bucket/1/model', 'gs://bucket/1/model'],
    ['https://minio.example.com/browser/mlflow/1/model', 's3://mlflow/1/model'],
    ['https://storage.googleapis.com/bucket/model', 'gs://bucket/model'],
    ['https://huggingface.co/org/model', 's3://bucket/path'],
  ])('%s is named as what it is, with the form to write', (uri, form) =>
    expectRefused(
      { inputs: { 'model-uri': uri } },
      { reason: 'artifacts-unreachable', words: [`write \`${form}\``, 'not a storage URI'] },
    ),
  );
});

describe.concurrent('`ingress-url`', () => {
  it.each([
    ['/seldon', '`/seldon`'],
    ['/seldon/', '`/seldon`'],
    ['/seldon/seldon/wine', '`/seldon`'],
    ['/seldon/seldon/wine/api/v0.1/predictions', '`/seldon`'],
    ['/api/v1.0/predictions', 'the path of a prediction'],
    ['/v2/models/wine/infer', 'the path of a prediction'],
  ])('with the path %s, which is added, is refused', (path, words) =>
    expectRefused({ inputs: { 'ingress-url': sandbox.gateway.url + path } }, { reason: 'bad-input', words: [words] }),
  );

  it('with https for a gateway that speaks HTTP is refused', () =>
    expectRefused(
      { inputs: { 'ingress-url': sandbox.gateway.url.replace('http:', 'https:') } },
      { reason: 'bad-input', words: ['speaks HTTP, not HTTPS'] },
    ));

  it.each(['https', 'http'])('with a host that nobody knows is refused, by %s', (scheme) =>
    expectRefused(
      { inputs: { 'ingress-url': `${scheme}://no-such-host.invalid` } },
      { reason: 'bad-input', words: ['does not find the host of `ingress-url`'] },
    ),
  );
});

describe.concurrent('a share of the requests', () => {
  it.each([{ traffic: '100' }, { traffic: '100%' }, { steps: '100' }, { steps: '100,' }])(
    'that leaves main none is refused for a canary: %o',
    (share) => expectRefused({ inputs: { mode: 'canary', ...share } }, { reason: 'bad-input', words: ['`'] }),
  );
});

it('a namespace that does not exist is named, with the command', () =>
  expectRefused(
    { inputs: { namespace: 'no-such-namespace' } },
    { reason: 'namespace-not-found', words: ['kubectl create namespace no-such-namespace'] },
  ));

const DRY = { 'dry-run': 'true' };

describe.concurrent('an input that does not exist is warned about', () => {
  it.each([
    ['trafic', 'traffic'],
    ['model_uri', 'model-uri'],
    ['model', 'model-uri'],
    ['kube_config', 'kubeconfig'],
    ['mlflow-url', 'mlflow-tracking-uri'],
    ['secret', 'env-secret'],
    ['ingress', 'ingress-url'],
    ['pr', 'pull-request'],
    ['dry_run', 'dry-run'],
    ['canary-steps', 'steps'],
  ])('%s, with the name %s', async (name, meant) => {
    const end = await sandbox.act({ skipsPost: true, inputs: { ...DRY, [name]: '30' } });
    expect(end.shown).toContain(
      `Warning: the input \`${name}\` does not exist and does nothing; did you mean \`${meant}\`?`,
    );
  });
});

it('without `github-token` a run says that it wrote no comment', async () => {
  const end = await sandbox.act({ skipsPost: true, inputs: { ...DRY, 'github-token': '' } });
  expect(end.outputs['outcome']).toBe('planned');
  expect(end.shown).toContain('Warning: no comment was written: `github-token` is empty');
});

describe.concurrent('a payload of repository_dispatch', () => {
  it.each([
    [{ 'model-uri': 'models:/wine-quality/3' }, 'model-uri'],
    [{ modelURI: 'models:/wine-quality/3' }, 'modelURI'],
    [{ model_name: 'wine-quality', version: '3' }, 'model_name'],
    [{ name: 'wine-quality', version: '3' }, 'version'],
    [{ alias: 'champion' }, 'alias'],
    [{ run_id: RUN }, 'run_id'],
    [{ data: { model_uri: 'models:/wine-quality/3' } }, 'data.model_uri'],
    [{ entity: 'model_version', action: 'created', data: { name: 'wine-quality', version: '3' } }, 'data.name'],
    [{ model_uri: null }, 'model_uri: null'],
  ])('that names its model in another way ships nothing: %j', (payload, key) =>
    expectRefused(
      { event: repositoryDispatchEvent('mlflow-alias', payload) },
      {
        outcome: 'refused',
        reason: 'argument-not-allowed',
        words: [`\`${key}\` in its \`client_payload\` is not read`, 'write the model as the text `model_uri`'],
      },
    ),
  );

  it.each([{}, { source: 'mlflow', client: { version: '3.1' } }])(
    'that names none ships the model of the workflow: %j',
    async (payload) => {
      const end = await sandbox.act({
        skipsPost: true,
        event: repositoryDispatchEvent('mlflow-alias', payload),
        inputs: DRY,
      });
      expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
    },
  );
});

describe.concurrent('what was typed for a run by hand', () => {
  it.each([
    ['model_uri', 'models:/wine-quality/3', 'model-uri', { 'model-uri': '' }],
    ['modelUri', 'models:/wine-quality/3', 'model-uri', { 'model-uri': '' }],
    ['model', 'models:/wine-quality/3', 'model-uri', { 'model-uri': '' }],
    ['dry_run', 'true', 'dry-run', {}],
    ['trafic', '30', 'traffic', { mode: 'canary' }],
    ['rollout_mode', 'canary', 'mode', {}],
    ['env_secret', 'rclone-minio', 'env-secret', { 'env-secret': '' }],
  ] as const)(
    '%s and does not reach the step is refused, with the line that is missing',
    (name, value, meant, inputs) =>
      expectRefused(
        { event: workflowDispatchEvent({ [name]: value }), inputs },
        {
          reason: 'bad-input',
          words: [
            `\`${name}\` of this run by hand does not reach the input \`${meant}\``,
            `${meant}: \${{ inputs.${name} }}`,
          ],
        },
      ),
  );

  it('is reported where the step has another value', async () => {
    const event = workflowDispatchEvent({ model_uri: 'models:/wine-quality/3' });
    const end = await sandbox.act({ skipsPost: true, event, inputs: DRY });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
    expect(end.shown).toContain('Warning: `model_uri` of this run by hand does not reach the input `model-uri`');
  });

  it.each([
    { model_uri: 'models:/wine-quality@champion' },
    { dry_run: 'true' },
    { dry_run: 'false' },
    { environment: 'production', reason: 'a new model', ticket: 'ML-4' },
    { model_uri: '' },
  ])('is no matter where it reaches the step, or is about something else: %o', async (typed) => {
    const end = await sandbox.act({ skipsPost: true, event: workflowDispatchEvent(typed), inputs: DRY });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
    expect(end.shown).not.toContain('does not reach');
  });
});

describe.concurrent('`smoke-request`', () => {
  it.each([
    [{ inputs: [{ name: 'x', shape: [1], datatype: 'FP64', data: [1] }] }, 'is in the form of protocol v2'],
    [{ a: 1, b: 2 }, 'has none of the keys data'],
    [{ dataframe_split: [1] }, 'cannot be read'],
  ])('in the form of nobody, or of the other protocol, is refused with the right form: %j', (request, words) =>
    expectRefused(
      { inputs: { 'smoke-request': JSON.stringify(request) } },
      { reason: 'bad-input', words: [words, '"ndarray"'] },
    ),
  );
});

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/kubeconfigs/${name}`, import.meta.url)), 'utf8');

function kubeconfig(over: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9' } }],
    users: [{ name: 'u', user: { token: 'sandbox-other-token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    ...over,
  });
}

const withUser = (user: object | null) => kubeconfig({ users: [{ name: 'u', user }] });
const withCluster = (cluster: object | null) => kubeconfig({ clusters: [{ name: 'c', cluster }] });
const jwt = (claims: object) =>
  ['{"alg":"none"}', JSON.stringify(claims), 'sig'].map((one) => Buffer.from(one).toString('base64url')).join('.');

describe.concurrent('a kubeconfig that cannot work is refused before a server is asked, with its fault', () => {
  const INVALID: readonly (readonly [what: string, text: () => string, words: string])[] = [
    ['printed without --raw', () => fixture('kc-3-redacted.yaml'), 'made without `--raw`'],
    ['certificate without key', () => fixture('kc-6-cert-without-key.yaml'), 'no client key'],
    ['only a part of it', () => fixture('kc-1a.yaml'), 'has no contexts'],
    [
      'user: null in the context',
      () => kubeconfig({ contexts: [{ name: 'x', context: { cluster: 'c', user: null } }] }),
      'context `x` has no user',
    ],
    ['user: null in the list', () => withUser(null), 'context `x` has no usable user'],
    ['users: null', () => kubeconfig({ users: null }), 'which the kubeconfig does not have'],
    ['cluster: null', () => withCluster(null), 'context `x` has no usable cluster'],
    ['context: null', () => kubeconfig({ contexts: [{ name: 'x', context: null }] }), 'no entry of `contexts`'],
    ['an empty context', () => kubeconfig({ contexts: [{ name: 'x', context: {} }] }), 'context `x` names no cluster'],
    ['a name that is a number', () => kubeconfig({ contexts: [{ name: 1, context: {} }] }), 'needs a text as `name`'],
    ['no current-context', () => kubeconfig({ 'current-context': '' }), 'name one in the input `context`: x'],
    ['auth-provider gcp', () => withUser({ 'auth-provider': { name: 'gcp' } }), 'gke-gcloud-auth-plugin'],
    ['auth-provider azure', () => withUser({ 'auth-provider': { name: 'azure' } }), 'kubelogin'],
    [
      'files of another machine',
      () => withUser({ 'client-certificate': '/elsewhere/a.crt', 'client-key': '/elsewhere/a.key' }),
      '--flatten',
    ],
    ['a token file of another machine', () => withUser({ tokenFile: '/elsewhere/token' }), '--flatten'],
    [
      'a variable of the shell as token',
      () => withUser({ token: '${TOKEN}' }),
      '`token` in the kubeconfig is a placeholder',
    ],
    [
      'a placeholder of a guide as token',
      () => withUser({ token: '<your-token>' }),
      '`token` in the kubeconfig is a placeholder',
    ],
    ['a template as token', () => withUser({ token: '{{ token }}' }), '`token` in the kubeconfig is a placeholder'],
    [
      'a certificate authority that is none',
      () => withCluster({ server: 'https://a', 'certificate-authority-data': 'aGVsbG8=' }),
      'is not a certificate',
    ],
    ['a server without scheme', () => withCluster({ server: '10.0.0.1:6443' }), 'https://host:port'],
    ['a SOCKS proxy', () => withCluster({ server: 'https://a', 'proxy-url': 'socks5://b' }), 'SOCKS proxies'],
    ['two documents', () => `${kubeconfig()}\n---\n${kubeconfig()}`, 'several YAML documents'],
    [
      'the Secret that holds it',
      () => 'apiVersion: v1\nkind: Secret\ndata: {value: e30=}',
      'no list `clusters`; its kind is Secret',
    ],
    ['lines that were joined', () => 'apiVersion: v1 kind: Config clusters: []', 'use base64'],
  ];

  it.each(INVALID)('%s', (_, text, words) =>
    expectRefused({ inputs: { kubeconfig: text() } }, { reason: 'kubeconfig-invalid', words: [words] }),
  );

  it('a token that has expired, with the day', () =>
    expectRefused(
      { inputs: { kubeconfig: withUser({ token: jwt({ exp: 1_700_000_000 }) }) } },
      { reason: 'cluster-unauthorized', words: ['expired on 2023-11-14 22:13 UTC', 'deploy/kubeconfig.sh'] },
    ));

  it('an OIDC token that has expired and cannot be refreshed', () =>
    expectRefused(
      { inputs: { kubeconfig: fixture('kc-5-oidc-expired.yaml').replace('https://i', 'https://127.0.0.1:9') } },
      { reason: 'cluster-unauthorized', words: ['id-token of context `x` has expired'] },
    ));

  it.each(['sha256~AbCdEfGhIjKlMnOpQrStUvWx', jwt({ sub: 'a' }), 'https://10.0.0.1:6443'])(
    'a token or a URL in its place, which is not quoted',
    async (text) => {
      const end = await sandbox.act({ skipsPost: true, inputs: { kubeconfig: text } });
      expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'kubeconfig-invalid' });
      const told = end.shown + end.summary + Object.values(end.outputs).join(' ');
      expect(told).toContain('neither the content of a kubeconfig nor the path of a file');
      expect(told).not.toContain(text);
    },
  );
});

describe.concurrent('a kubeconfig as tools write it is read', () => {
  const real = () => sandbox.cluster.kubeconfig('action');
  const WAYS: readonly (readonly [what: string, text: () => string])[] = [
    ['in base64', () => Buffer.from(real()).toString('base64')],
    ['in base64, twice', () => Buffer.from(Buffer.from(real()).toString('base64')).toString('base64')],
    ['in base64 of 76 columns', () => Buffer.from(real()).toString('base64').replace(/.{76}/g, '$&\n')],
    ['in UTF-16', () => Buffer.from(`\ufeff${real()}`, 'utf16le').toString('base64')],
    ['with the line ends of Windows', () => real().replaceAll('\n', '\r\n')],
    ['with a mark of YAML before it', () => `# made by a tool\n---\n${real()}`],
  ];

  it.each(WAYS)('%s', async (_, text) => {
    const end = await sandbox.act({ skipsPost: true, inputs: { ...DRY, kubeconfig: text() } });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
  });

  it('in files of KUBECONFIG that complete each other', async () => {
    const whole = load(real()) as Readonly<Record<string, unknown>>;
    const split = (keys: readonly string[]) =>
      JSON.stringify(Object.fromEntries(Object.entries(whole).filter(([key]) => keys.includes(key))));
    const end = await sandbox.act({
      skipsPost: true,
      inputs: { ...DRY, kubeconfig: '' },
      env: { KUBECONFIG: './none:./a.json:./empty:./b.json' },
      files: { 'a.json': split(['clusters']), empty: '', 'b.json': split(['users', 'contexts', 'current-context']) },
    });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
  });
});

it.each([
  ['abc', false],
  ['abcd1234', true],
])('the token %s is masked, if it is no part of any word: %s', async (token, isMasked) => {
  const kubeconfig = sandbox.cluster.kubeconfig('action').replace(/token: .*/, `token: ${token}`);
  const end = await sandbox.act({ skipsPost: true, inputs: { kubeconfig } });
  expect(end.outputs, end.shown).toMatchObject({ reason: 'cluster-unauthorized' });
  expect(end.log.includes(`::add-mask::${token}`)).toBe(isMasked);
});
