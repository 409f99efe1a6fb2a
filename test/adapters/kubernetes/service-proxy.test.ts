import { expect, test } from 'vitest';
import { answer, refusal, startCluster } from '../../support/kube-api.ts';

test('a Service is reached through the API server, and any answer of the model is a value', async () => {
  const { api, cluster } = await startCluster((_, response) =>
    answer(response, 503, { status: { status: 1, info: 'busy' } }),
  );
  const endpoint = cluster.service({ namespace: 'seldon', name: 'wine-main' }, 'http');
  expect(endpoint.description).toBe('Service wine-main through the API server');
  const post = { method: 'POST', path: '/api/v0.1/predictions', body: '{"a":1}', timeout: 1000 } as const;
  expect(await endpoint.send(post)).toMatchObject({
    kind: 'answer',
    status: 503,
    body: '{"status":{"status":1,"info":"busy"}}',
  });
  expect(api.asked).toHaveLength(1);
  expect(api.asked[0]).toMatchObject({
    path: '/api/v1/namespaces/seldon/services/wine-main:http/proxy/api/v0.1/predictions',
    body: '{"a":1}',
  });
});

test.each([
  [
    'no pod is ready',
    503,
    refusal(503, 'no endpoints available for service "wine-main:http"'),
    'no endpoints available for service "wine-main:http"',
  ],
  [
    'the pod refuses',
    503,
    refusal(503, 'error trying to reach service: dial tcp 10.0.0.1:9000: connect: connection refused'),
    'dial tcp 10.0.0.1:9000: connect: connection refused',
  ],
  [
    'the Service is not there yet',
    404,
    refusal(404, 'services "wine-main" not found', { name: 'wine-main' }),
    'services "wine-main" not found',
  ],
])('when %s, it is unreachable and nobody’s answer', async (_, status, body, message) => {
  const { api, cluster } = await startCluster((_asked, response) => answer(response, status, body));
  const endpoint = cluster.service({ namespace: 'seldon', name: 'wine-main' }, 'http');
  expect(await endpoint.send({ method: 'GET', path: '/', timeout: 1000 })).toMatchObject({
    kind: 'unreachable',
    message,
  });
  expect(api.asked).toHaveLength(1);
});

test('a model that takes too long is unreachable; the prediction is not sent twice', async () => {
  const { api, cluster } = await startCluster(() => {});
  const endpoint = cluster.service({ namespace: 'seldon', name: 'wine-main' }, 'http');
  const sent = endpoint.send({ method: 'POST', path: '/', body: '{}', timeout: 500 });
  expect(await sent).toMatchObject({ kind: 'unreachable', message: 'no answer within 0.5 s' });
  expect(api.asked).toHaveLength(1);
});

test('without the right to services/proxy it says so', async () => {
  const said =
    'services "wine-main:http" is forbidden: User "ci" cannot create resource "services/proxy" in API group "" in the namespace "seldon"';
  const { cluster } = await startCluster((_, response) => answer(response, 403, refusal(403, said)));
  const endpoint = cluster.service({ namespace: 'seldon', name: 'wine-main' }, 'http');
  await expect(endpoint.send({ method: 'POST', path: '/', body: '{}', timeout: 1000 })).rejects.toMatchObject({
    code: 'cluster-forbidden',
    message: 'user `ci` has no permission to create services/proxy in namespace seldon',
  });
});
