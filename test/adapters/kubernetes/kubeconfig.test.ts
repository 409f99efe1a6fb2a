import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig.ts';

const read = (given: { kubeconfig?: string; context?: string; env?: Record<string, string>; pod?: unknown }) =>
  readKubeconfig({
    kubeconfig: given.kubeconfig,
    context: given.context,
    env: given.env ?? {},
    inCluster: () => given.pod,
  });

const document = (server: string, user: object = { token: 'a' }) =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'one', context: { cluster: 'c', user: 'u', namespace: 'models' } },
      { name: 'two', context: { cluster: 'c' } },
      { name: 'torn', context: { cluster: 'gone' } },
    ],
    'current-context': 'one',
  });

function fileWith(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'kubeconfig-')), 'config');
  writeFileSync(path, text);
  return path;
}

test('the input may be the content, the content in base64, or a path', () => {
  const text = document('https://a:6443');
  for (const kubeconfig of [text, Buffer.from(text).toString('base64'), fileWith(text)])
    expect(read({ kubeconfig })).toMatchObject({
      name: 'one',
      namespace: 'models',
      cluster: { server: 'https://a:6443' },
    });
});

test('of several files in KUBECONFIG the first that has a value wins, and missing files are ignored', () => {
  const env = {
    KUBECONFIG: ['/nowhere/config', fileWith(document('https://first')), fileWith(document('https://second'))].join(
      ':',
    ),
  };
  expect(read({ env }).cluster).toEqual({ server: 'https://first' });
});

test('relative paths start at the file they stand in', () => {
  const path = fileWith(document('https://a', { tokenFile: 'token', exec: { command: './login', args: ['x'] } }));
  const folder = path.replace(/\/config$/, '');
  expect(read({ kubeconfig: path }).user).toEqual({
    tokenFile: join(folder, 'token'),
    exec: { command: join(folder, 'login'), args: ['x'] },
  });
});

test('a text that may be a truncated kubeconfig is not quoted', () => {
  const whole = Buffer.from(document('https://a:6443')).toString('base64');
  for (const kubeconfig of [whole.slice(1), 'users:\n- secret', `${'x'.repeat(200)}`]) {
    const reading = () => read({ kubeconfig });
    expect(reading).toThrow(/kubeconfig/);
    expect(reading).not.toThrow(kubeconfig.slice(0, 20));
  }
});

test('one without contexts is no kubeconfig', () => {
  expect(() => read({ kubeconfig: 'apiVersion: v1\nkind: Config\nclusters: []' })).toThrow('has no contexts');
});

test('a context without a user is an anonymous one', () => {
  expect(read({ kubeconfig: document('http://a'), context: 'two' })).toMatchObject({ namespace: undefined, user: {} });
});

test('without a file the pod it runs in is what it talks to', () => {
  expect(read({ env: { HOME: '/nowhere' }, pod: JSON.parse(document('https://10.0.0.1')) }).cluster).toEqual({
    server: 'https://10.0.0.1',
  });
});

test.each([
  ['nothing is there', { env: { HOME: '/nowhere' } }, 'KUBECONFIG is not set, /nowhere/.kube/config does not exist'],
  [
    'KUBECONFIG names no file',
    { env: { KUBECONFIG: '/nowhere/k' } },
    '/nowhere/k does not exist, and this runner is not a pod',
  ],
  ['the path is wrong', { kubeconfig: '/nowhere/config' }, 'the kubeconfig file /nowhere/config does not exist'],
  ['the path is a folder', { kubeconfig: '/' }, 'the kubeconfig file / cannot be read: EISDIR'],
  ['it is no kubeconfig', { kubeconfig: 'kind: Deployment\n' }, 'is not a kubeconfig: it has no list `clusters`'],
  ['the context is unknown', { kubeconfig: document('https://a'), context: 'prod' }, 'has no context `prod`'],
  ['a cluster is missing', { kubeconfig: document('https://a'), context: 'torn' }, 'names the cluster `gone`'],
])('when %s, one sentence says so', (_, given, sentence) => {
  expect(() => read(given)).toThrow(
    expect.objectContaining({ code: 'kubeconfig-invalid', message: expect.stringContaining(sentence) }),
  );
});

test('an unknown context is answered with those there are', () => {
  expect(() => read({ kubeconfig: document('https://a'), context: 'x' })).toThrow(
    expect.objectContaining({ hint: 'it has: one, two, torn' }),
  );
});

test('a kubeconfig that is not YAML is not quoted: it is a secret', () => {
  const kubeconfig = 'clusters:\n- name: a\n  token: "s3cret\n bad: [';
  try {
    read({ kubeconfig });
    expect.unreachable();
  } catch (error) {
    expect(String(error)).toMatch(/not YAML: .* in line \d/);
    expect(String(error)).not.toContain('s3cret');
  }
});

test('a kubeconfig whose aliases stand for billions of values is refused, not expanded', () => {
  const levels = Array.from({ length: 30 }, (_, at) => {
    const items = Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*a${at - 1}`));
    return `a${at}: &a${at} [${items.join(', ')}]\n`;
  });
  expect(() => read({ kubeconfig: `apiVersion: v1\n${levels.join('')}` })).toThrow(
    'too large with its aliases written out',
  );
});
