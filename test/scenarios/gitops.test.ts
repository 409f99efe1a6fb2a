import { load } from 'js-yaml';
import { expect } from 'vitest';
import { ADMIN } from '../../sandbox/cluster/access.ts';
import { pullRequestEvent } from '../../sandbox/github/events.ts';
import { KubernetesClient } from '../../sandbox/kubernetes-client.ts';
import type { ActionCall, ActionEnd } from '../../sandbox/runner.ts';
import { OPEN_PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { sample } from './load.ts';
import { expectEnding, live, story } from './story.ts';

const FILE = 'deploy/wine.yaml';
const V2 = 'models:/wine-quality@challenger';
const CANARY = { mode: 'canary', 'model-uri': V2, traffic: '20' };
const RENDERED = { outcome: 'rendered', reason: 'rendered' };

/** A call that has no cluster, and a repository whose file says this. */
function rendering(file?: string, inputs: Readonly<Record<string, string>> = {}): Partial<ActionCall> {
  return {
    inputs: { apply: 'false', 'manifest-file': FILE, kubeconfig: '', ...inputs },
    ...(file !== undefined && { files: { [FILE]: file } }),
  };
}

function written(end: ActionEnd): string {
  expect(Object.keys(end.files), end.shown).toEqual([FILE]);
  return end.files[FILE] ?? '';
}

function objectIn(text: string): SeldonDeployment {
  return load(text) as SeldonDeployment;
}

/** `main 80, canary 20`, as the file says it. */
function sharesIn(text: string): string {
  return objectIn(text)
    .spec.predictors.map(({ name, traffic }) => `${name} ${traffic}`)
    .join(', ');
}

const TOLERATIONS = `            tolerations:
              - key: gpu
                operator: Exists
`;

const ARGO = { ...ADMIN, name: 'argo', token: 'sandbox-argo-token' };

/** Applies a file as Argo CD and Flux do, and waits until these versions answer, and no other. */
async function sync(sandbox: Sandbox, text: string, versions: readonly string[]): Promise<void> {
  const client = new KubernetesClient(sandbox.cluster.kubeconfig(ARGO.name));
  const path =
    '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments/wine?fieldManager=argocd&force=true';
  await client.call({ method: 'PATCH', path, body: objectIn(text), contentType: 'application/apply-patch+yaml' });
  const answering = async () => Object.keys((await sample(sandbox, 20)).answers).sort();
  await expect.poll(answering).toEqual(versions);
}

story('without a cluster a first model becomes a file to commit, and what it says of itself', async (sandbox) => {
  const before = sandbox.cluster.requests.length;
  const end = await sandbox.act(rendering());
  const comment = expectEnding(sandbox, end, RENDERED);
  expect(comment).toContain('📝 **wine-quality** v1 is written to `deploy/wine.yaml`: commit this file');
  expect(comment).toContain('**Next step:** commit the file; Argo CD or Flux applies it.');
  // There is no endpoint before the file is applied.
  expect(comment).not.toMatch(/Endpoint|curl|\/api\/v0\.1\/predictions/);
  expect(comment).toContain('kind: SeldonDeployment');
  expect(comment).not.toContain('plan=');
  expect(end.outputs).toMatchObject({ 'manifest-path': FILE, name: 'wine', namespace: 'seldon', 'model-version': '1' });
  expect(objectIn(written(end))).toMatchObject({ kind: 'SeldonDeployment', metadata: { name: 'wine' } });
  expect(written(end)).not.toMatch(/status:|resourceVersion|uid|actions\/runs|octocat|6dcb09b5/);
  expect(sandbox.cluster.requests.slice(before).filter(({ user }) => user === 'action')).toEqual([]);
  expect(comment).not.toContain('Secret seldon/');
});

story('the same again leaves the file as it is, byte for byte, whoever runs it', async (sandbox) => {
  const text = written(await sandbox.act(rendering()));
  const end = await sandbox.act({ ...rendering(text), env: { GITHUB_RUN_ID: '4712', GITHUB_ACTOR: 'maria' } });
  const comment = expectEnding(sandbox, end, { outcome: 'unchanged', reason: 'rendered' });
  expect(comment).toContain('`deploy/wine.yaml` already contains **wine-quality** v1');
  expect(written(end)).toBe(text);
});

story('a new version changes the lines that are about it, and keeps what people wrote', async (sandbox) => {
  const first = written(await sandbox.act(rendering()))
    .replace('metadata:\n', 'metadata:\n  labels:\n    team: wine\n')
    .replace('annotations:\n', "annotations:\n    argocd.argoproj.io/sync-wave: '2'\n")
    .replace('            containers:\n', `${TOLERATIONS}            containers:\n`);
  const end = await sandbox.act(rendering(first, { 'model-uri': V2 }));
  const comment = expectEnding(sandbox, end, RENDERED);
  expect(comment).toMatch(/predictors\[main\]\.graph\.modelUri: s3:\S+ → s3:/);
  const second = written(end);
  expect(objectIn(second)).toMatchObject({
    metadata: { labels: { team: 'wine' }, annotations: { 'argocd.argoproj.io/sync-wave': '2' } },
    spec: { predictors: [{ componentSpecs: [{ spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }] } }] }] },
  });
  const known = new Set(first.split('\n'));
  const news = second.split('\n').filter((line) => !known.has(line));
  // The model, and the annotations that tell of it.
  const isMeant = (line: string) => /mlflow-to-seldon\.github\.io\/|^ +modelUri: /.test(line);
  expect(news.filter((line) => !isMeant(line))).toEqual([]);
});

story(
  'what it renders is what a run on the cluster applies: first model, canary, promotion',
  async (sandbox) => {
    const first = written(await sandbox.act(rendering()));
    await sync(sandbox, first, ['v1']);
    const same = await sandbox.act();
    expectEnding(sandbox, same, { outcome: 'unchanged', reason: 'already-live' }, 2);

    const canary = await sandbox.act(rendering(first, CANARY));
    expect(canary.outputs, canary.shown).toMatchObject(RENDERED);
    expect(sharesIn(written(canary))).toBe('main 80, canary 20');
    await sync(sandbox, written(canary), ['v1', 'v2']);
    expect((await sandbox.act({ inputs: CANARY })).outputs).toMatchObject({ outcome: 'unchanged' });

    const promoted = await sandbox.act(rendering(written(canary), { mode: 'promote', 'model-uri': '' }));
    expect(promoted.outputs, promoted.shown).toMatchObject({ ...RENDERED, 'model-version': '2' });
    expect(sharesIn(written(promoted))).toBe('main 100');
    await sync(sandbox, written(promoted), ['v2']);
    expect(live(sandbox)?.spec.predictors).toEqual(objectIn(written(promoted)).spec.predictors);
  },
  { users: [ARGO] },
);

story('a canary in the file is taken back; without one the history is in git', async (sandbox) => {
  const back = { mode: 'rollback', 'model-uri': '' };
  const first = written(await sandbox.act(rendering()));
  const canary = written(await sandbox.act(rendering(first, CANARY)));
  const end = await sandbox.act(rendering(canary, back));
  expect(end.outputs, end.shown).toMatchObject({ ...RENDERED, 'model-version': '1' });
  expect(sharesIn(written(end))).toBe('main 100');
  const again = await sandbox.act(rendering(written(end), back));
  const comment = expectEnding(sandbox, again, { outcome: 'failed', reason: 'nothing-to-roll-back' });
  expect(comment).toContain('for a file it is in git: revert the commit');
});

story('a plan shows what the file would become, and its command writes just that', async (sandbox) => {
  const plan = await sandbox.comment({ by: 'maria', body: '/seldon plan' }, rendering('# nothing yet\n'));
  expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned', reason: 'dry-run' });
  expect(written(plan)).toBe('# nothing yet\n');
  const told = sandbox.github.comments(OPEN_PULL_REQUEST).at(-1)?.body ?? '';
  const body = /^\/seldon deploy .*plan=\S+$/m.exec(told)?.[0] ?? '';
  const end = await sandbox.comment({ by: 'maria', body }, rendering('# nothing yet\n'));
  expect(end.outputs, end.shown).toMatchObject(RENDERED);
  expect(objectIn(written(end)).spec.predictors).toHaveLength(1);
});

story('a pull request gets its file, for the workflow to commit', async (sandbox) => {
  const event = pullRequestEvent('synchronize', { number: OPEN_PULL_REQUEST });
  const end = await sandbox.act({ ...rendering(), event });
  expect(end.outputs, end.shown).toMatchObject(RENDERED);
  expect(sharesIn(written(end))).toBe('main 100');
});

story('what is no file for one SeldonDeployment is refused, and left as it is', async (sandbox) => {
  const own = written(await sandbox.act(rendering()));
  const refused: readonly (readonly [string, string, string])[] = [
    [`${own}---\nkind: ConfigMap\n`, 'manifest-invalid', 'contains 2 YAML documents'],
    ['kind: ConfigMap\n', 'manifest-invalid', 'is not a SeldonDeployment'],
    ['a: [\n', 'manifest-invalid', 'is not YAML'],
    [own.replace('name: wine\n', 'name: cellar\n'), 'object-not-ours', 'contains SeldonDeployment seldon/cellar'],
  ];
  for (const [text, reason, sentence] of refused) {
    const end = await sandbox.act(rendering(text));
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason });
    expect(end.shown).toContain(sentence);
    expect(written(end)).toBe(text);
  }
});

story(
  'a path outside the workspace and modes about a cluster are refused before any request is sent',
  async (sandbox) => {
    const before = sandbox.mlflow.requests.length;
    const outside = await sandbox.act(rendering(undefined, { 'manifest-file': '../wine.yaml' }));
    expect(outside.shown).toContain('the file ../wine.yaml (input `manifest-file`) is outside the workspace');
    const status = await sandbox.act(rendering(undefined, { mode: 'status', 'model-uri': '' }));
    expect(status.shown).toContain('`mode` is `status`, which needs a cluster, but `apply` is `false`');
    for (const end of [outside, status]) expect(end.outputs).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
    expect(sandbox.mlflow.requests.length).toBe(before);
  },
);
