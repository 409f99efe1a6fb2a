import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiConnection } from '../../../src/adapters/kubernetes/connection/connection.ts';
import { startPlugin } from '../../../src/adapters/kubernetes/credential-plugin.ts';
import { loadCredentials } from '../../../src/adapters/kubernetes/credentials.ts';
import { readKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/kubeconfigs/${name}`, import.meta.url));

function read(kubeconfig: string | undefined, env: Record<string, string> = {}) {
  return readKubeconfig({ kubeconfig, context: undefined, env, inCluster: () => undefined });
}

function refusalOf(work: () => unknown): { message: string; hint?: string; code?: string } {
  try {
    work();
  } catch (error) {
    return error as { message: string; hint?: string };
  }
  throw new Error('it was not refused');
}

async function authenticate(kubeconfig: string) {
  const secrets: string[] = [];
  const onSecret = (secret: string) => secrets.push(secret);
  const credentials = await loadCredentials({ kubeconfig, context: undefined, env: {}, onSecret });
  return { identity: await credentials.authenticate(), secrets };
}

function withUser(user: object | null, server = 'https://a'): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('files of KUBECONFIG', () => {
  it('complete each other, and an empty one does not matter, as for kubectl', () => {
    const KUBECONFIG = ['kc-2-empty.yaml', 'kc-1a.yaml', 'kc-1b.yaml'].map(fixture).join(delimiter);
    expect(read(undefined, { KUBECONFIG })).toMatchObject({
      name: 'x',
      cluster: { server: 'https://a' },
      user: { token: 't' },
    });
  });

  it('that hold nothing together are refused', () => {
    expect(() => read(undefined, { KUBECONFIG: fixture('kc-2-empty.yaml') })).toThrow('no list `clusters`');
  });
});

describe('a kubeconfig that cannot work is refused before any server is asked', () => {
  it.each(['DATA+OMITTED', 'REDACTED'])('because it was printed without --raw: %s', (placeholder) => {
    for (const kubeconfig of [fixture('kc-3-redacted.yaml'), withUser({ token: placeholder })]) {
      const { message, hint } = refusalOf(() => read(kubeconfig));
      expect(message).toMatch(/made without `--raw`/);
      expect(hint).toContain('--raw');
    }
  });

  it.each([
    ['gcp', /gke-gcloud-auth-plugin/],
    ['azure', /kubelogin/],
  ])('because Kubernetes removed the auth-provider %s', (name, cure) => {
    const { message, hint } = refusalOf(() =>
      read(withUser({ 'auth-provider': { name, config: { 'access-token': 'x' } } })),
    );
    expect(message).toMatch(/removed from Kubernetes 1\.26/);
    expect(hint).toMatch(cure);
  });

  it('because its certificate has no key', () => {
    expect(() => read(fixture('kc-6-cert-without-key.yaml'))).toThrow('has a client certificate but no client key');
  });

  it('because its user is empty: the context is named', () => {
    expect(() => read(withUser(null))).toThrow('context `x` has no usable user');
  });

  it('because its key belongs to another certificate', async () => {
    const [one, two] = await Promise.all([generate(), generate()]);
    const user = { 'client-certificate-data': base64(one.cert), 'client-key-data': base64(two.private) };
    await expect(authenticate(withUser(user))).rejects.toMatchObject({
      code: 'kubeconfig-invalid',
      message: expect.stringContaining('does not belong to its certificate'),
    });
  });

  it('because it names files of another machine', async () => {
    const user = { 'client-certificate': '/elsewhere/client.crt', 'client-key': '/elsewhere/client.key' };
    await expect(authenticate(withUser(user))).rejects.toMatchObject({
      code: 'kubeconfig-invalid',
      hint: expect.stringContaining('--flatten'),
    });
  });

  it.each([
    'sha256~AbCdEfGhIjKlMnOpQrStUvWx',
    'abcdef.0123456789abcdef',
    'eyJhbGciOiJub25l.eyJhIjoxfQ.c2ln',
    'hunter2',
    'q/7Jw3kL9Zx8Vb2Nm5Qw1Er4Ty6Ui0Op3As7Df9Gh2Jk4Lz6Xc8',
  ])('because it is a token, which is not quoted: %s', (token) => {
    const { message, hint } = refusalOf(() => read(token));
    expect(`${message} ${hint}`).not.toContain(token);
    expect(message).toMatch(/neither the content of a kubeconfig nor the path of a file/);
  });

  it('because its path does not exist, which is quoted', () => {
    expect(() => read('/nowhere/kube/config')).toThrow('/nowhere/kube/config does not exist');
  });
});

describe('text in UTF-16, as PowerShell writes it,', () => {
  const text = withUser({ token: 't' });
  const little = Buffer.from(`\ufeff${text}`, 'utf16le');

  it.each([
    ['little-endian', little],
    ['big-endian', Buffer.from(little).swap16()],
    ['without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
  ])('%s is read from a file and from base64', (_, bytes) => {
    const path = join(mkdtempSync(join(tmpdir(), 'kubeconfig-')), 'config');
    writeFileSync(path, bytes);
    for (const kubeconfig of [path, bytes.toString('base64')]) expect(read(kubeconfig).user).toEqual({ token: 't' });
  });
});

describe('an OIDC token that has expired', () => {
  const expired = `e30.${Buffer.from('{"exp":1500000000}').toString('base64url')}.x`;

  async function startIssuer(answer: object, status = 200): Promise<string> {
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo;
      const isDiscovery = request.url?.endsWith('/openid-configuration');
      response.statusCode = isDiscovery ? 200 : status;
      response.end(JSON.stringify(isDiscovery ? { token_endpoint: `http://127.0.0.1:${port}/token` } : answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const withOidc = (issuer: string) =>
    withUser({
      'auth-provider': {
        name: 'oidc',
        config: { 'client-id': 'x', 'id-token': expired, 'idp-issuer-url': issuer, 'refresh-token': 'r' },
      },
    });

  it('is refreshed, and the new one is a secret', async () => {
    const { identity, secrets } = await authenticate(
      withOidc(await startIssuer({ id_token: 'fresh', refresh_token: 'r2' })),
    );
    expect(identity.headers).toEqual({ authorization: 'Bearer fresh' });
    expect(secrets).toEqual(expect.arrayContaining(['fresh', 'r2', 'r', expired]));
  });

  it('and cannot be refreshed is reported with the issuer and the cure', async () => {
    const issuer = await startIssuer({ error: 'invalid_grant' }, 400);
    await expect(authenticate(withOidc(issuer))).rejects.toMatchObject({
      code: 'cluster-unauthorized',
      message: expect.stringMatching(/id-token of context `x` has expired, and http.*invalid_grant/),
      hint: expect.stringMatching(/ServiceAccount/),
    });
  });
});

it('a credential plugin that hangs is ended with all that it started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
  const pidFile = join(folder, 'pid');
  const exec = { command: 'sh', args: ['-c', `sleep 300 & echo $! > ${pidFile}; wait`] };
  const plugin = startPlugin({ name: 'x', namespace: undefined, cluster: {}, user: { exec } }, {}, 500);
  await expect(plugin?.()).rejects.toThrow(/no answer within 0.5 s, so it was ended/);
  const { readFileSync, existsSync } = await import('node:fs');
  const pid = readFileSync(pidFile, 'utf8').trim();
  await expect
    .poll(() => !existsSync(`/proc/${pid}`) || / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
    .toBe(true);
});

it('a proxy of the kubeconfig that is down is named', async () => {
  const kubeconfig = JSON.stringify({
    ...JSON.parse(withUser({ token: 't' })),
    clusters: [{ name: 'c', cluster: { server: 'https://api.example.com', 'proxy-url': 'http://127.0.0.1:9' } }],
  });
  const credentials = await loadCredentials({ kubeconfig, context: undefined, env: {}, onSecret: () => {} });
  const connection = new ApiConnection(credentials, { clock: systemClock, patience: 0 });
  await expect(connection.request({ method: 'GET', path: '/' })).rejects.toMatchObject({
    message: expect.stringContaining('through the proxy 127.0.0.1:9'),
    hint: expect.stringContaining('proxy-url'),
  });
  connection.close();
});
