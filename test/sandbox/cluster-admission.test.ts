import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN } from '../../sandbox/cluster/access.ts';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import { aDeployment, ask, idle, until } from '../support/cluster-client.ts';

const GROUP = 'machinelearning.seldon.io';
const SELDON = `/apis/${GROUP}/v1/namespaces/seldon/seldondeployments`;

/** What the webhook of Seldon Core 1.17.1 said, and what the API server made of it (Kubernetes 1.34). */
const SENTENCE =
  'SeldonDeployment.machinelearing.seldon.io "" is invalid: spec: Invalid value: "main": Traffic must sum be 100 for a single predictor when set';
const CAUSE = {
  reason: 'FieldValueInvalid',
  message: 'Invalid value: "main": Traffic must sum be 100 for a single predictor when set',
  field: 'spec',
};
const DETAILS = { group: GROUP, kind: 'SeldonDeployment', causes: [CAUSE] };

interface Review {
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly dryRun: boolean;
    readonly oldObject: unknown;
  };
}

let cluster: SandboxCluster;
let reviews: Review['request'][];
let verdict: object;
const webhook = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const { request: asked } = JSON.parse(text) as Review;
    reviews.push(asked);
    response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', response: { uid: asked.uid, ...verdict } }));
  });
});

beforeEach(async () => {
  const dev = {
    name: 'dev',
    token: 'dev-token',
    rules: [
      { verbs: ['get', 'patch'], groups: [GROUP], resources: ['seldondeployments'], namespaces: ['seldon'] },
      { verbs: ['get'], groups: [''], resources: ['pods/log'] },
    ],
  };
  cluster = await startCluster({
    namespaces: ['seldon'],
    users: [ADMIN, dev],
    images: [{ match: 'idle', image: idle }],
  });
  reviews = [];
  verdict = { allowed: true };
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/validate`;
  const rule = {
    apiGroups: [GROUP],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['seldondeployments'],
  };
  await cluster.api.create({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'seldon' },
    webhooks: [{ name: 'v1.vseldondeployment.kb.io', clientConfig: { url }, rules: [rule] }],
  });
});

afterEach(async () => {
  webhook.closeAllConnections();
  await new Promise((resolve) => webhook.close(resolve));
  await cluster.close();
});

function apply(query = '', token?: string) {
  const body = {
    apiVersion: `${GROUP}/v1`,
    kind: 'SeldonDeployment',
    metadata: { name: 'wine' },
    spec: { predictors: [{ name: 'main', graph: { name: 'prediction' } }] },
  };
  const contentType = 'application/apply-patch+yaml';
  const path = `${SELDON}/wine?fieldManager=us${query}`;
  return ask(cluster, { method: 'PATCH', path, body, contentType, ...(token && { token }) });
}

test("a webhook's denial is told in its own words, and nothing is stored", async () => {
  verdict = { allowed: false, status: { code: 422, reason: 'Invalid', message: SENTENCE, details: DETAILS } };
  const { code, body } = await apply();
  const message = `admission webhook "v1.vseldondeployment.kb.io" denied the request: ${SENTENCE}`;
  expect(code).toBe(422);
  expect(body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Invalid',
    details: DETAILS,
    code: 422,
  });
  expect(cluster.api.list('SeldonDeployment')).toEqual([]);
});

test('a webhook is called in a dry run too, with `dryRun: true`', async () => {
  expect(await apply('&dryRun=All')).toMatchObject({ code: 201 });
  expect(reviews).toMatchObject([{ operation: 'CREATE', dryRun: true, oldObject: null }]);
  expect(cluster.api.list('SeldonDeployment')).toEqual([]);
});

test('a webhook that does not answer stops the write', async () => {
  webhook.closeAllConnections();
  await new Promise((resolve) => webhook.close(resolve));
  const { code, body } = await apply();
  expect(code).toBe(500);
  expect((body as { message: string }).message).toMatch(
    /^Internal error occurred: failed calling webhook "v1.vseldondeployment.kb.io": failed to call webhook: Post "http.*\?timeout=10s": dial tcp 127.0.0.1:\d+: connect: connection refused$/,
  );
});

test('an apply of a new object needs the permission to create it', async () => {
  const refused = await apply('', 'dev-token');
  expect(refused).toMatchObject({ code: 403 });
  const why = `User "dev" cannot create resource "seldondeployments" in API group "${GROUP}" in the namespace "seldon"`;
  expect((refused.body as { message: string }).message).toBe(`seldondeployments.${GROUP} "wine" is forbidden: ${why}`);
  await apply();
  expect(await apply('', 'dev-token')).toMatchObject({ code: 200 });
});

test('access reviews agree with the rules', async () => {
  const review = async (kind: string, spec: object) => {
    const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
    const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
    return (await ask(cluster, { method: 'POST', path, body, token: 'dev-token' })).body as {
      status: { allowed: boolean };
    };
  };
  const access = async (attributes: object) =>
    (await review('SelfSubjectAccessReview', { resourceAttributes: attributes })).status.allowed;
  expect(await access({ verb: 'get', group: '', resource: 'pods', subresource: 'log' })).toBe(true);
  expect(await access({ verb: 'get', group: '', resource: 'pods' })).toBe(false);
  const patch = { verb: 'patch', group: GROUP, resource: 'seldondeployments' };
  expect(await access({ ...patch, namespace: 'seldon' })).toBe(true);
  expect(await access({ ...patch, namespace: 'prod' })).toBe(false);
  const rules = await review('SelfSubjectRulesReview', { namespace: 'prod' });
  expect(rules.status).toMatchObject({ incomplete: false, resourceRules: [{ resources: ['pods/log'] }, {}] });
});

test('a missing service account refuses the pods', async () => {
  await cluster.api.create(aDeployment('wine', { image: 'idle' }, { serviceAccountName: 'models' }));
  const event = await until('the event', () =>
    cluster.api.list('Event', 'seldon').find((one) => one['reason'] === 'FailedCreate'),
  );
  expect(event['message']).toMatch(
    /^Error creating: pods "wine-\w+-\w+" is forbidden: error looking up service account seldon\/models: serviceaccount "models" not found$/,
  );
});

test('a cluster without an API group has none of its kinds', async () => {
  const bare = await startCluster({ without: [GROUP], namespaces: ['seldon'] });
  expect(await ask(bare, { path: SELDON })).toMatchObject({ code: 404, body: '404 page not found\n' });
  await bare.close();
});
