import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN } from '../../sandbox/cluster/access.ts';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import { type Asked, ask } from '../support/cluster-client.ts';

interface RecordedExchange {
  readonly title: string;
  readonly request: Asked;
  readonly code: number;
  readonly warning?: string;
  readonly answer: unknown;
}

/** Recorded on Kubernetes 1.34 with Seldon's CRD, in this order, on one cluster. */
const RECORDED = JSON.parse(
  readFileSync(new URL('../fixtures/kubernetes/api-answers.json', import.meta.url), 'utf8'),
) as readonly RecordedExchange[];

const NO_UID = '00000000-0000-0000-0000-000000000000';
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

let cluster: SandboxCluster;

beforeAll(async () => {
  const ci = { name: 'ci', token: 'ci-token', rules: [] };
  cluster = await startCluster({ namespaces: ['seldon'], users: [ADMIN, ci] });
  await cluster.api.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'lonely', namespace: 'seldon' },
    spec: { selector: { app: 'lonely' }, ports: [{ name: 'http', port: 80 }] },
  });
});

afterAll(() => cluster.close());

test.each(RECORDED)('$title: answered as Kubernetes does', async ({ request, code, warning, answer }) => {
  const given = await ask(cluster, request);
  expect(anonymous(given.body)).toEqual(answer);
  expect([given.code, given.headers['warning']]).toEqual([code, warning]);
});

/** Times, versions and uids differ from run to run. */
function anonymous(value: unknown): unknown {
  const text = JSON.stringify(value).replaceAll(UID, (uid) => (uid === NO_UID ? uid : '(uid)'));
  return JSON.parse(text, (key, item) => {
    if (['creationTimestamp', 'deletionTimestamp', 'time'].includes(key)) return '(time)';
    return key === 'resourceVersion' ? '(version)' : item;
  });
}
