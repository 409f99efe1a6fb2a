import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCredentials } from '../../../src/adapters/kubernetes/credentials.ts';
import { kubeconfigFor } from '../../support/kube-api.ts';

const API = { url: 'https://api:6443', ca: undefined };

async function load(user: object, cluster: object = {}) {
  const secrets: string[] = [];
  const kubeconfig = kubeconfigFor(API, user, cluster);
  const onSecret = (secret: string) => secrets.push(secret);
  const credentials = await loadCredentials({ kubeconfig, context: undefined, env: {}, onSecret });
  return { credentials, secrets };
}

function fileWith(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'credentials-')), name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

const plugin = (script: string, more: object = {}) => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: fileWith('login', `#!/bin/sh\n${script}\n`),
    ...more,
  },
});

test('a token becomes a header, and is told as a secret', async () => {
  const { credentials, secrets } = await load({ token: 't0ken' });
  expect((await credentials.authenticate()).headers).toEqual({ authorization: 'Bearer t0ken' });
  expect(secrets).toContain('t0ken');
});

test('a token file is read each time, without the newline at its end', async () => {
  const tokenFile = fileWith('token', 'first\n');
  const { credentials, secrets } = await load({ tokenFile, token: 'stale' });
  expect((await credentials.authenticate()).headers).toEqual({ authorization: 'Bearer first' });
  writeFileSync(tokenFile, 'second\n');
  expect((await credentials.authenticate()).headers).toEqual({ authorization: 'Bearer second' });
  expect(secrets).toEqual(['first', 'second']);
});

test('user and password, certificates, server name and impersonation are carried along', async () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const user = {
    username: 'u',
    password: 'p',
    'client-certificate-data': base64('CERT'),
    'client-key-data': base64('KEY'),
    as: 'bot',
    'as-groups': ['one', 'two'],
    'as-user-extra': { 'Example.com/Team': ['ml'] },
  };
  const { credentials, secrets } = await load(user, {
    'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nCA'),
    'tls-server-name': 'kubernetes',
    'insecure-skip-tls-verify': true,
  });
  const { headers, tls } = await credentials.authenticate();
  expect(headers).toEqual({
    authorization: `Basic ${base64('u:p')}`,
    'impersonate-user': 'bot',
    'impersonate-group': ['one', 'two'],
    'impersonate-extra-example.com%2Fteam': ['ml'],
  });
  expect({ ...tls, ca: String(tls.ca), cert: String(tls.cert), key: String(tls.key) }).toEqual({
    ca: '-----BEGIN CERTIFICATE-----\nCA',
    cert: 'CERT',
    key: 'KEY',
    servername: 'kubernetes',
    rejectUnauthorized: false,
  });
  expect(secrets).toEqual(expect.arrayContaining(['p', base64('KEY'), 'KEY', base64('u:p')]));
});

test('a plugin is told the cluster it is asked for, and run anew each time', async () => {
  const count = fileWith('count', '');
  const script = `echo x >> ${count}
server=$(echo "$KUBERNETES_EXEC_INFO" | grep -o 'https://[a-z:0-9]*')
echo '{"status":{"token":"'"$server-$PROFILE-$(wc -l < ${count} | tr -d ' ')"'"}}'`;
  const { credentials } = await load(
    plugin(script, { provideClusterInfo: true, env: [{ name: 'PROFILE', value: 'ci' }] }),
  );
  expect((await credentials.authenticate()).headers).toEqual({ authorization: 'Bearer https://api:6443-ci-1' });
  expect((await credentials.authenticate()).headers).toEqual({ authorization: 'Bearer https://api:6443-ci-2' });
});

test('a plugin that is not installed is named, with the cure its maker wrote', async () => {
  const exec = { apiVersion: 'v1', command: 'no-such-auth-plugin', installHint: 'get it at example.com' };
  const { credentials } = await load({ exec });
  await expect(credentials.authenticate()).rejects.toMatchObject({
    code: 'kubeconfig-invalid',
    message: expect.stringContaining('`no-such-auth-plugin` is not installed'),
    hint: 'get it at example.com',
  });
});

test('what a failing plugin says is quoted without secrets', async () => {
  const { credentials } = await load(plugin('echo "denied for key AKIA1234567890ABCDEFXYZ in eu" >&2; exit 1'));
  await expect(credentials.authenticate()).rejects.toMatchObject({
    code: 'cluster-unauthorized',
    message: expect.stringMatching(/failed: denied for key \*\*\* in eu$/),
  });
});

test('a missing certificate file is named', async () => {
  const { credentials } = await load({ 'client-certificate': '/nowhere/cert.pem' });
  await expect(credentials.authenticate()).rejects.toMatchObject({
    code: 'kubeconfig-invalid',
    message: expect.stringContaining('/nowhere/cert.pem'),
  });
});

test.each([
  ['no scheme', { server: '10.0.0.1:6443' }, 'has no usable server: `10.0.0.1:6443`'],
  ['another scheme', { server: 'ftp://a' }, 'has no usable server'],
  ['a SOCKS proxy', { 'proxy-url': 'socks5://a:1080' }, 'proxy-url'],
])('a cluster with %s is refused', async (_, cluster, sentence) => {
  await expect(load({}, cluster)).rejects.toThrow(sentence);
});
