import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ANNOTATIONS, type SeldonDeployment } from '../../../src/seldon/seldon-deployment.ts';
import { type Asked, answer, conflict, refusal, startCluster } from '../../support/kube-api.ts';

const REF = { namespace: 'seldon', name: 'wine' };
const PATH = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments/wine';

function aManifest(version?: string, marker = 'aa'): SeldonDeployment {
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { ...REF, annotations: { run: marker }, ...(version !== undefined && { resourceVersion: version }) },
    spec: {
      predictors: [{ name: 'main', graph: { name: 'prediction' }, annotations: { [ANNOTATIONS.rollout]: marker } }],
    },
  };
}

const stored = (version: string, marker?: string, status = {}): SeldonDeployment => {
  const { metadata, ...rest } = aManifest(version, marker);
  return { ...rest, metadata: { ...metadata, uid: 'u-1', generation: 1 }, status };
};

const applied = ({ body }: Asked) => JSON.parse(body) as SeldonDeployment;
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/kubernetes/${name}.json`, import.meta.url), 'utf8'));

test('apply is a server-side apply: ours, forced, strict, and dry where asked', async () => {
  const { api, cluster } = await startCluster((_, response) => answer(response, 201, stored('8')));
  await cluster.apply(aManifest(), { dryRun: true });
  await cluster.apply(aManifest(), { dryRun: false });
  const [dry, real] = api.asked;
  expect(dry).toMatchObject({ method: 'PATCH', path: PATH });
  expect(dry?.headers['content-type']).toBe('application/apply-patch+yaml');
  const query = { fieldManager: 'mlflow-to-seldon', force: 'true', fieldValidation: 'Strict' };
  expect(Object.fromEntries(dry?.query ?? [])).toEqual({ ...query, dryRun: 'All' });
  expect(Object.fromEntries(real?.query ?? [])).toEqual(query);
});

test('a first apply can only create: another’s object is not taken over', async () => {
  const said =
    'seldondeployments "wine" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update';
  const causes = [{ reason: 'FieldValueInvalid', message: 'must be specified', field: 'metadata.resourceVersion' }];
  const { api, cluster } = await startCluster(({ method }, response) =>
    method === 'GET' ? answer(response, 200, stored('5', 'zz')) : answer(response, 422, refusal(422, said, { causes })),
  );
  await expect(cluster.apply(aManifest(), { dryRun: false })).rejects.toMatchObject({ code: 'object-changed' });
  expect(api.asked.map(applyVersion)[0]).toBe('0');
});

const applyVersion = (asked: Asked) => (asked.method === 'PATCH' ? applied(asked).metadata.resourceVersion : undefined);

test('an update carries version and uid, so that neither a change nor a deletion goes unseen', async () => {
  const { api, cluster } = await startCluster(({ method }, response) =>
    method === 'GET' ? answer(response, 200, stored('5')) : answer(response, 200, stored('6')),
  );
  await cluster.read(REF);
  await cluster.apply(aManifest('5', 'bb'), { dryRun: false });
  expect(api.asked[1] && applied(api.asked[1]).metadata).toMatchObject({ resourceVersion: '5', uid: 'u-1' });
});

test('a status written by the operator in between is no change', async () => {
  let now = stored('5');
  const { api, cluster } = await startCluster((asked, response) => {
    if (asked.method === 'GET') answer(response, 200, now);
    else if (applyVersion(asked) === '6') answer(response, 200, stored('7', 'bb'));
    else conflict(response);
  });
  await cluster.read(REF);
  now = stored('6', undefined, { state: 'Creating' });
  expect((await cluster.apply(aManifest('5', 'bb'), { dryRun: false })).metadata.resourceVersion).toBe('7');
  expect(api.asked.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'GET', 'PATCH']);
});

test('a spec changed in between is one', async () => {
  let now = stored('5');
  const { cluster } = await startCluster(({ method }, response) =>
    method === 'GET' ? answer(response, 200, now) : conflict(response),
  );
  await cluster.read(REF);
  now = stored('6', 'somebody else’s');
  await expect(cluster.apply(aManifest('5', 'bb'), { dryRun: false })).rejects.toMatchObject({
    code: 'object-changed',
  });
});

test('an apply whose answer was lost is found to be done', async () => {
  let now = stored('5');
  const { cluster } = await startCluster((asked, response) => {
    if (asked.method === 'GET') return answer(response, 200, now);
    if (now.metadata.resourceVersion === '6') return conflict(response);
    now = stored('6', 'bb');
    return response.destroy();
  });
  await cluster.read(REF);
  expect(await cluster.apply(aManifest('5', 'bb'), { dryRun: false })).toEqual(now);
});

test('what a webhook or the schema refuses is told in its own words, without the wrapping', async () => {
  const recorded: { status: number; answer: unknown }[] = fixture('refusals');
  const { api, cluster } = await startCluster(() => {});
  const sentences: string[] = [];
  for (const one of recorded) {
    api.reply = (_, response) => answer(response, one.status, one.answer);
    await cluster
      .apply(aManifest(), { dryRun: true })
      .catch((error) => sentences.push(`${error.code}: ${error.message}`));
  }
  expect(api.asked).toHaveLength(recorded.length);
  const webhook = 'manifest-refused: the webhook v1.vseldondeployment.kb.io refuses the manifest:';
  expect(sentences).toEqual([
    `${webhook} spec: Traffic must sum to 100 for multiple predictors`,
    `${webhook} spec.predictors[0].graph: Predictive unit modelUri required when using standalone servers`,
    `${webhook} spec: Traffic must sum be 100 for a single predictor when set`,
    `${webhook} spec.predictors[1]: Duplicate predictor name; spec: Traffic must sum to 100 for multiple predictors`,
    `${webhook} spec.predictors[0]: Shadow can not exist as only predictor`,
    'manifest-refused: the API server refuses the manifest: spec.predictors[0].trafic: field not declared in schema',
    `${webhook} spec.predictors[0].graph: No entry in predictors map for NOPE_SERVER`,
  ]);
});

const CANNOT =
  'seldondeployments.machinelearning.seldon.io "wine" is forbidden: User "ci" cannot patch resource "seldondeployments" in API group "machinelearning.seldon.io" in the namespace "seldon"';
test.each([
  [
    'forbidden',
    403,
    refusal(403, CANNOT),
    'cluster-forbidden',
    'user `ci` has no permission to patch seldondeployments.machinelearning.seldon.io in namespace seldon',
  ],
  [
    'without a namespace',
    404,
    refusal(404, 'namespaces "seldon" not found', { name: 'seldon', kind: 'namespaces' }),
    'namespace-not-found',
    'namespace seldon does not exist',
  ],
  [
    'over quota',
    403,
    refusal(403, 'seldondeployments "wine" is forbidden: exceeded quota: few, limited: 1'),
    'manifest-refused',
    'exceeded quota: few, limited: 1',
  ],
  ['unknown', 404, 'not found', 'seldon-not-installed', 'no SeldonDeployments (machinelearning.seldon.io/v1)'],
  ['unauthorized', 401, refusal(401, 'Unauthorized'), 'cluster-unauthorized', 'does not accept the kubeconfig'],
])('an apply that is %s is told so', async (_, status, body, code, message) => {
  const { cluster } = await startCluster((_asked, response) => answer(response, status, body));
  await expect(cluster.apply(aManifest(), { dryRun: true })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});
