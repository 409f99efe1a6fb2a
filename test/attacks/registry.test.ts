import { expect } from 'vitest';
import { modelFiles } from '../../sandbox/model-files.ts';
import { REGISTERED_MODELS } from '../../sandbox/models.ts';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { live, story, using } from '../scenarios/story.ts';
import { type Asked, passedOn, type Reply, startWire, type Wire } from '../support/mlflow-replay.ts';

/** Attacks by whoever answers in the place of the MLflow server, or may write to it. */

const TOKEN = 'mlflow-token-4711-of-ours';

/** A server before the sandbox's MLflow, which answers some requests itself. */
async function withFront<T>(
  sandbox: Sandbox,
  answer: (asked: Asked) => Reply | undefined,
  work: (front: Wire) => Promise<T>,
): Promise<T> {
  const front = await startWire(async (asked) => answer(asked) ?? passedOn(sandbox.mlflow.url, asked));
  try {
    return await work(front);
  } finally {
    await front.close();
  }
}

function isFile({ url }: Asked): boolean {
  return /get-artifact|artifacts\/files/.test(url.pathname);
}

function through(front: Wire, inputs: Readonly<Record<string, string>> = {}) {
  return using({ 'mlflow-tracking-uri': front.url, 'mlflow-token': TOKEN, ...inputs });
}

story('signed URLs of a storage are followed where the workflow names its host, without the token', async (sandbox) => {
  const storage = await startWire(async (asked) => passedOn(sandbox.mlflow.url, asked));
  const signed = (asked: Asked): Reply | undefined =>
    isFile(asked)
      ? { status: 307, headers: { location: `${storage.url}${asked.url.pathname}${asked.url.search}` } }
      : undefined;
  await withFront(sandbox, signed, async (front) => {
    const host = new URL(storage.url).host;
    const refused = await sandbox.act(through(front));
    expect(refused.outputs, refused.shown).toMatchObject({ outcome: 'failed', reason: 'registry-failed' });
    expect(refused.shown).toContain(`\`allow-artifact-hosts: ${host}\``);
    expect(storage.asked).toEqual([]);
    const end = await sandbox.act(through(front, { 'allow-artifact-hosts': host }));
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed' });
    expect(JSON.parse(end.outputs['result'] ?? '{}').prediction).toMatchObject({ origin: 'example' });
    expect(storage.asked.length).toBeGreaterThan(1);
    for (const { headers } of storage.asked) expect(headers).not.toHaveProperty('authorization');
    expect(front.asked.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
    for (const text of [refused.log, end.log]) expect(text.replace(/^::add-mask::.*$/gm, '')).not.toContain(TOKEN);
  });
  await storage.close();
});

const NOWHERE = [
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/role',
  'http://[::ffff:a9fe:a9fe]/latest/',
  'file:///etc/passwd',
];

for (const location of NOWHERE) {
  story(`a registry that leads to ${location} is followed neither for its answers nor for files`, async (sandbox) => {
    for (const isMeant of [isFile, (asked: Asked) => !isFile(asked)]) {
      const answer = (asked: Asked) => (isMeant(asked) ? { status: 302, headers: { location } } : undefined);
      await withFront(sandbox, answer, async (front) => {
        const end = await sandbox.act(through(front, { 'allow-artifact-hosts': '169.254.169.254' }));
        expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'registry-failed' });
        expect(end.shown).toMatch(/redirects to/);
      });
    }
    expect(live(sandbox)).toBeUndefined();
  });
}

story(
  'a registry that names a remote of the Secret as its storage deploys nothing, and is told the cure',
  async (sandbox) => {
    for (const uri of ['backup:/etc', ':s3,env_auth=true:bucket/x', 'minio://bucket/x']) {
      const answer = ({ url }: Asked) =>
        url.pathname.endsWith('/get-download-uri')
          ? { body: { artifact_uri: uri }, headers: { 'content-type': 'application/json' } }
          : undefined;
      await withFront(sandbox, answer, async (front) => {
        const end = await sandbox.act(through(front));
        expect(end.outputs['outcome'], end.shown).toBe('failed');
        expect(['model-not-allowed', 'artifacts-unreachable']).toContain(end.outputs['reason']);
        if (end.outputs['reason'] === 'model-not-allowed')
          expect(end.shown).toMatch(/`allow-storages: (?:backup:|minio:\/\/bucket)\/\*`/);
      });
    }
    expect(live(sandbox)).toBeUndefined();
  },
);

story(
  'an answer with headers of ten megabytes, and one that never ends, are failures in one sentence',
  async (sandbox) => {
    const huge = { status: 200, body: '{}', headers: { 'x-secret-header': 'h'.repeat(10_000_000) } };
    await withFront(
      sandbox,
      () => huge,
      async (front) => {
        const end = await sandbox.act(through(front));
        expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'registry-unreachable' });
        expect(end.shown).not.toContain('hhhhhhhhhh');
        expect(end.summary.length).toBeLessThan(5_000);
      },
    );
  },
);

story('an example outside of the model is not asked for', async (sandbox) => {
  const document = (path: string) =>
    `flavors: {python_function: {env: conda.yaml}}\nsaved_input_example_info: {artifact_path: ${JSON.stringify(path)}, type: ndarray}\n`;
  for (const path of [
    '../../other/secret.json',
    '/etc/passwd',
    'a/../../b',
    '..\\x',
    'https://evil.example/x',
    'a%2f..%2f..%2fb',
  ]) {
    const answer = (asked: Asked) =>
      isFile(asked) && /MLmodel$/.test(asked.url.search)
        ? { body: document(path), headers: { 'content-type': 'text/plain' } }
        : undefined;
    await withFront(sandbox, answer, async (front) => {
      const end = await sandbox.act(through(front, { 'dry-run': 'true' }));
      expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
      const files = front.asked
        .filter(isFile)
        .map(({ url }) => url.searchParams.get('path') ?? url.searchParams.get('artifact_file_path'));
      expect(files.filter((one) => one !== 'MLmodel')).toEqual([]);
    });
  }
});

function planOf({ summary }: ActionEnd): string {
  return /\b(?:[0-9a-f]{16}-){4}[0-9a-f]{16}\b/.exec(summary)?.[0] ?? '';
}

story('a plan does not hold once the files of its model are others', async (sandbox) => {
  const [place = ''] = [...sandbox.store.keys()].filter((key) => key.includes('/models/'));
  const plan = await sandbox.act(using({ 'model-uri': place, 'dry-run': 'true' }));
  const approved = planOf(plan);
  expect(approved, plan.shown).toMatch(/^[0-9a-f]+-/);
  const folder = sandbox.store.get(place) ?? {};
  sandbox.store.set(place, { ...folder, 'code/evil.py': 'import os' });
  const end = await sandbox.act(using({ 'model-uri': place, plan: approved }));
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'plan-changed' });
  expect(end.shown).toContain('the files of the model have changed');
  expect(live(sandbox)).toBeUndefined();
  sandbox.store.set(place, folder);
  const good = await sandbox.act(using({ 'model-uri': place, plan: approved }));
  expect(good.outputs, good.shown).toMatchObject({ outcome: 'deployed' });
  const registered = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/2', 'dry-run': 'true' }));
  const second = planOf(registered);
  for (const [key, files] of sandbox.store)
    sandbox.store.set(key, { ...files, 'model.json': `${files['model.json']} ` });
  const changed = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/2', plan: second }));
  expect(changed.outputs, changed.shown).toMatchObject({ outcome: 'failed', reason: 'plan-changed' });
});

const NASTY = [
  '@everyone',
  '</details></details>',
  '[link](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '<img src=x onerror=y>',
  '`a` | b',
  '\u001b[31mred',
  '\n::error::from a model\n::set-output name=outcome::deployed',
  '<!-- mlflow-to-seldon: seldon/wine -->',
  '\u202eevil',
  'GH-7 acme/wine#7',
].join(' ');

const wine = REGISTERED_MODELS.find(({ name }) => name === 'wine-quality')?.versions[0];
if (wine === undefined) throw new Error('the sandbox has no wine');
const LOUD = {
  ...wine,
  version: '1',
  aliases: ['loud'],
  description: NASTY,
  tags: { [NASTY]: NASTY },
  metrics: { [NASTY]: 1, constructor: 2 },
};

/** What GitHub shows as it is: code is left out. */
function outsideCode(markdown: string): string {
  return markdown.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '').replace(/(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
}

function expectHarmless(texts: readonly string[], log: string): void {
  for (const text of texts) {
    const shown = outsideCode(text);
    expect(shown).not.toMatch(/@everyone|\]\(https:\/\/evil|<img|\u202e|(?<!\u200b)#7\b/);
    expect(text).not.toContain('\u001b');
    expect(shown.match(/<details>/g)?.length).toBe(shown.match(/<\/details>/g)?.length);
    expect(shown.indexOf('<!-- mlflow-to-seldon: ', 1)).toBe(-1);
  }
  expect(log).not.toMatch(/^\s*::(?:error|set-output)[^:]*::(?:from a model|deployed)/m);
  expect(log).not.toContain('\u001b[31m');
}

story(
  'description, tags and metrics of a model are texts and nothing else, in a plan and after it',
  async (sandbox) => {
    await sandbox.act();
    const inputs = { 'model-uri': 'models:/loud@loud', name: 'wine' };
    const plan = await sandbox.act(using({ ...inputs, 'dry-run': 'true' }));
    expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned' });
    const end = await sandbox.act(using(inputs));
    expect(end.outputs['outcome'], end.shown).toMatch(/deployed|unchanged/);
    const comments = sandbox.github.comments(PULL_REQUEST).map(({ body }) => body ?? '');
    expect(comments.join()).toContain('evil.example');
    expectHarmless([...comments, plan.summary, end.summary], plan.log + end.log);
  },
  { models: [{ name: 'loud', versions: [LOUD] }] },
);

story('a registry that repeats the token, in whatever form, gets it into no text of ours', async (sandbox) => {
  const forms = [
    TOKEN,
    encodeURIComponent(`?token=${TOKEN}`),
    Buffer.from(TOKEN).toString('base64'),
    Buffer.from(`Bearer ${TOKEN}`).toString('base64'),
    Buffer.from(`ci:${TOKEN}`).toString('base64'),
    Buffer.from(TOKEN).toString('hex'),
    [...TOKEN].join('\u200b'),
    `https://ci:${TOKEN}@mlflow.example/x`,
  ];
  for (const form of forms) {
    const message = `cannot read: ${form} is not accepted`;
    const answer = {
      status: 400,
      body: { error_code: 'INVALID', message },
      headers: { 'content-type': 'application/json' },
    };
    await withFront(
      sandbox,
      () => answer,
      async (front) => {
        const end = await sandbox.act(through(front, { 'model-uri': 'models:/wine-quality/1' }));
        expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed' });
        const comments = sandbox.github.comments(PULL_REQUEST).map(({ body }) => body ?? '');
        const log = end.log.replace(/^::add-mask::.*$/gm, '');
        for (const text of [...comments, end.summary, log, JSON.stringify(end.outputs)]) {
          expect(text.replace(/[\u200b\n]|\\u200b/g, '')).not.toContain(TOKEN);
          expect(text).not.toContain(form);
        }
      },
    );
  }
});

const [RUN_ID, MODEL_ID] = ['1'.repeat(32), `m-${'2'.repeat(32)}`];
const NASTY_URI = `mlflow-artifacts:/1/models/${MODEL_ID}/artifacts`;
const FENCE = `${NASTY} \`\`\`\n\`\`\`\`\n</pre>`;
const NASTY_FILES = modelFiles(
  {
    inputs: [{ type: 'double', name: FENCE, required: true }],
    outputs: [{ type: 'string', required: true }],
    example: { columns: [FENCE], data: [[1], [2]] },
    weights: { intercept: 0, weights: [1], labels: [FENCE, FENCE], estimator: 'Pipeline' },
  },
  { modelId: MODEL_ID, runId: RUN_ID, artifactUri: NASTY_URI },
);

story(
  'columns and answers of a model are texts and nothing else, where a comment shows them',
  async (sandbox) => {
    const inputs = { 'model-uri': 'models:/nasty/1', 'public-details': 'all' };
    const first = await sandbox.act(using(inputs));
    expect(first.outputs, first.shown).toMatchObject({ outcome: 'deployed' });
    const canary = await sandbox.act(using({ ...inputs, mode: 'canary', replicas: '1' }));
    const comments = sandbox.github.comments(PULL_REQUEST).map(({ body }) => body ?? '');
    expect(first.summary).toContain('evil.example');
    expectHarmless([...comments, first.summary, canary.summary], first.log + canary.log);
  },
  {
    models: [{ name: 'nasty', versions: [{ version: '1', runId: RUN_ID, modelId: MODEL_ID, artifactUri: NASTY_URI }] }],
    folders: new Map([[`s3://mlflow/1/models/${MODEL_ID}/artifacts`, NASTY_FILES]]),
  },
);
