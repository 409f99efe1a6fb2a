import { expect } from 'vitest';
import { pullRequestEvent, workflowDispatchEvent } from '../../sandbox/github/events.ts';
import type { ActionEnd } from '../../sandbox/runner.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { live, story, using } from './story.ts';

const BY_HAND = { event: workflowDispatchEvent() };

function checking(inputs: Readonly<Record<string, string>> = {}) {
  return using({ mode: 'check', ...inputs }, BY_HAND);
}

/** State of each part, by its name in the summary. */
function parts({ summary }: ActionEnd): Readonly<Record<string, string>> {
  const rows = [...summary.matchAll(/^\| ([\w ]+) \| (✅|❌ missing|⚠️|❔ not visible) \|/gm)];
  return Object.fromEntries(rows.map(([, what, state]) => [what, state]));
}

/** What this run wrote anywhere: a review of permissions is a POST that stores nothing. */
function writes(sandbox: Sandbox, since: readonly [number, number, number]): readonly string[] {
  const [cluster, mlflow, github] = since;
  return [
    ...sandbox.cluster.requests
      .slice(cluster)
      .filter(
        ({ user, path }) => user === 'action' && !/\/authorization\.k8s\.io\/v1\/selfsubject\w+reviews$/.test(path),
      )
      .map(({ method, path }) => `${method} ${path}`),
    ...sandbox.mlflow.requests.slice(mlflow),
    ...sandbox.github.requests.slice(github).filter((line) => line !== 'POST /graphql'),
  ].filter((line) => !line.startsWith('GET '));
}

function sofar({ cluster, mlflow, github }: Sandbox): readonly [number, number, number] {
  return [cluster.requests.length, mlflow.requests.length, github.requests.length];
}

story('a check of a complete setup reports every part, and writes nothing anywhere', async (sandbox) => {
  const before = sofar(sandbox);
  // The controllers of the sandbox bring the operator's pod up meanwhile.
  await expect
    .poll(() => sandbox.cluster.api.list('Pod', 'seldon-system')[0]?.['status'])
    .toMatchObject({ phase: 'Running' });
  const end = await sandbox.act(checking({ 'prometheus-url': sandbox.prometheus.url }));
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'reported', reason: 'checked' });
  expect(end.exitCode).toBe(0);
  expect(parts(end), end.summary).toEqual({
    kubeconfig: '✅',
    'API server': '✅',
    namespace: '✅',
    SeldonDeployments: '✅',
    operator: '✅',
    webhook: '✅',
    permissions: '✅',
    ingress: '✅',
    registry: '✅',
    'storage Secret': '✅',
    Prometheus: '✅',
    'GitHub token': '✅',
  });
  expect(end.summary).toContain('1 ready in seldon-system, seldonio/seldon-core-operator:1.17.1');
  // What follows a word such as `token:` would be redacted.
  expect(end.shown).toContain('ok: storage Secret – Secret seldon/rclone-s3 with 3 keys');
  expect(end.shown).not.toContain('***');
  expect(writes(sandbox, before)).toEqual([]);
  expect(live(sandbox)).toBeUndefined();
});

story(
  'a check reports all that is missing in one run, each with its cure, and fails',
  async (sandbox) => {
    const kubeconfig = sandbox.cluster.kubeconfig('reader');
    const end = await sandbox.act(
      checking({
        kubeconfig,
        'env-secret': 'rclone-s4',
        'ingress-url': 'http://127.0.0.1:1',
        'mlflow-tracking-uri': 'http://127.0.0.1:1',
        'github-token': 'ghs_reader',
        'check-modes': 'direct',
      }),
    );
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'setup-incomplete' });
    expect(end.exitCode).toBe(1);
    expect(parts(end), end.summary).toMatchObject({
      permissions: '❌ missing',
      'storage Secret': '❌ missing',
      ingress: '❌ missing',
      registry: '❌ missing',
      'GitHub token': '❌ missing',
    });
    expect(end.summary).toContain('5 of 11 parts are missing');
    expect(end.summary).toContain('patch seldondeployments.machinelearning.seldon.io');
    expect(end.summary).toContain('kind: Role');
    expect(end.summary).not.toContain('virtualservices.networking.istio.io, ');
    expect(end.summary).toContain('Secret seldon/rclone-s4 does not exist');
    expect(end.summary).toContain('pull-requests: write');
  },
  {
    users: [
      {
        name: 'reader',
        token: 'reader-token',
        rules: [{ verbs: ['get', 'list', 'watch'], groups: ['*'], resources: ['*'] }],
      },
    ],
  },
);

story('a check with a kubeconfig that cannot be used still looks at the rest', async (sandbox) => {
  const end = await sandbox.act(checking({ kubeconfig: 'clusters: []' }));
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'setup-incomplete' });
  expect(parts(end)).toMatchObject({ kubeconfig: '❌ missing', ingress: '✅', registry: '✅', 'GitHub token': '✅' });
});

story('a check names the keys that the storage Secret lacks', async (sandbox) => {
  const checked = async (name: string, data: Readonly<Record<string, string>>) => {
    await sandbox.cluster.api.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'seldon' },
      data,
    });
    return sandbox.act(checking({ 'env-secret': name }));
  };
  const foreign = await checked('rclone-foreign', { AWS_ACCESS_KEY_ID: btoa('key') });
  expect(parts(foreign), foreign.shown).toMatchObject({ 'storage Secret': '❌ missing' });
  expect(foreign.summary).toContain('RCLONE_CONFIG_S3_TYPE');
  // The bucket may be public, or the remote `s3` of another type, as on the rig: this is not known to be wrong.
  const bare = await checked('rclone-bare', { RCLONE_CONFIG_S3_TYPE: btoa('s3') });
  expect(parts(bare), bare.shown).toMatchObject({ 'storage Secret': '⚠️' });
  expect(bare.summary).toContain('RCLONE_CONFIG_S3_ACCESS_KEY_ID');
  expect(bare.summary).toContain('RCLONE_CONFIG_S3_ENV_AUTH');
});

story('what the user may not see is no failure, and is told with the role that shows it', async (sandbox) => {
  const rules = [{ verbs: ['*'], groups: ['*'], resources: ['*'], namespaces: ['seldon'] }];
  sandbox.cluster.allow({ name: 'namespaced', token: 'namespaced-token', rules });
  const kubeconfig = sandbox.cluster.kubeconfig('namespaced');
  const end = await sandbox.act(
    checking({ kubeconfig, 'model-uri': '', 'env-secret': '', 'service-account': 'models' }),
  );
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'reported', reason: 'checked' });
  expect(parts(end)).toMatchObject({ operator: '❔ not visible', webhook: '❔ not visible', registry: '✅' });
  expect(end.summary).toContain('deploy/role-check.yaml');
});

story('a check on a pull request makes no preview, no plan and no comment', async (sandbox) => {
  const before = sofar(sandbox);
  const event = pullRequestEvent('opened', { number: 8 });
  const end = await sandbox.act(using({ mode: 'check', preview: 'true' }, { event }));
  expect(parts(end)['API server'], end.shown).toBe('✅');
  const closed = await sandbox.act(
    using({ mode: 'check', preview: 'true' }, { event: pullRequestEvent('closed', { number: 8 }) }),
  );
  expect(closed.outputs, closed.shown).toMatchObject({ outcome: 'ignored' });
  expect(writes(sandbox, before)).toEqual([]);
  expect(sandbox.github.comments(8)).toEqual([]);
});

story('a check of a file of targets reports each target', async (sandbox) => {
  const file = 'targets:\n  wine: { name: wine, namespace: seldon }\n  beer: { name: beer, namespace: brewery }\n';
  sandbox.github.write('main', '.github/seldon.yml', file);
  const end = await sandbox.act(checking({ config: '.github/seldon.yml', name: '', namespace: '' }));
  expect(end.summary, end.shown).toContain('namespace brewery does not exist');
  expect(end.summary).toContain('**beer**');
});

story(
  'a check on Seldon 0.2 names the version that is not served, and that no webhook judges',
  async (sandbox) => {
    const end = await sandbox.act(checking());
    expect(parts(end), end.shown).toMatchObject({ SeldonDeployments: '❌ missing', webhook: '⚠️' });
    expect(end.summary).toContain('the cluster serves v1alpha2, and `api-version` is v1');
  },
  { ambassador: 'v0' },
);
