import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { dump, load } from 'js-yaml';
import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { live, story, using } from './story.ts';

interface Exec {
  readonly command: string;
  readonly args: readonly string[];
  readonly [key: string]: unknown;
}

/** Users of a kubeconfig as the logins of the clouds write them. */
const LOGINS: Readonly<Record<string, Exec>> = {
  'aws eks update-kubeconfig': {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'aws',
    args: ['--region', 'eu-central-1', 'eks', 'get-token', '--cluster-name', 'models', '--output', 'json'],
  },
  'kubelogin convert-kubeconfig': {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'kubelogin',
    args: ['get-token', '--login', 'azurecli', '--server-id', '6dae42f8-4368-4678-94ff-3960e28e3630'],
    env: null,
    installHint: 'kubelogin is not installed',
    provideClusterInfo: false,
  },
  'gcloud container clusters get-credentials': {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'gke-gcloud-auth-plugin',
    args: [],
    installHint: 'Install gke-gcloud-auth-plugin',
    provideClusterInfo: true,
  },
};

/** A kubeconfig, and the plugin it names, which gives each of these tokens once and then the last one. */
function loggedIn(sandbox: Sandbox, exec: Exec, stale: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'login-'));
  const text = sandbox.cluster.kubeconfig('action');
  const [, token = ''] = /token: (\S+)/.exec(text) ?? [];
  const document = load(text) as { users: { name: string }[] };
  const users = document.users.map(({ name }) => ({ name, user: { exec } }));
  writeFileSync(join(folder, 'kubeconfig'), dump({ ...document, users }));
  const credential = (given: string) =>
    JSON.stringify({ apiVersion: exec['apiVersion'], kind: 'ExecCredential', spec: {}, status: { token: given } });
  [...stale, token].forEach((given, at) => {
    writeFileSync(join(folder, `credential-${at + 1}`), credential(given));
  });
  const script = `#!/bin/sh
cd '${folder}'
echo "$@" >> calls
n=$(wc -l < calls | tr -d ' ')
test -f "credential-$n" || n=${stale.length + 1}
cat "credential-$n"
`;
  writeFileSync(join(folder, exec.command), script);
  chmodSync(join(folder, exec.command), 0o755);
  return {
    token,
    call: {
      env: {
        KUBECONFIG: join(folder, 'kubeconfig'),
        PATH: [folder, process.env['PATH'] ?? ''].join(delimiter),
      },
    },
    calls: () => readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

for (const [login, exec] of Object.entries(LOGINS)) {
  story(`after \`${login}\` the action needs no input \`kubeconfig\``, async (sandbox) => {
    const { token, call, calls, remove } = loggedIn(sandbox, exec);
    const end = await sandbox.act(using({ kubeconfig: '' }, call));
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', namespace: 'seldon' });
    expect(calls()[0]).toBe(exec.args.join(' '));
    expect(end.shown).not.toContain(token);
    remove();
  });
}

story('a token that has expired is fetched anew', async (sandbox) => {
  const { call, calls, remove } = loggedIn(sandbox, LOGINS['aws eks update-kubeconfig'] as Exec, ['expired-token']);
  const end = await sandbox.act(using({ kubeconfig: '', 'dry-run': 'true' }, call));
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
  expect(calls().length).toBeGreaterThan(1);
  expect(live(sandbox)).toBeUndefined();
  remove();
});
