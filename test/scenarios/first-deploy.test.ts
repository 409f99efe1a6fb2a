import { expect } from 'vitest';
import { requestsOfWork } from '../../bench/requests.ts';
import { expectEnding, live, story, using } from './story.ts';

story('a first model goes live, is proven inside and outside, and its endpoint is commented', async (sandbox) => {
  const end = await sandbox.act();
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  const predictUrl = `${sandbox.gateway.url}/seldon/seldon/wine/api/v0.1/predictions`;
  expect(end.outputs).toMatchObject({
    'predict-url': predictUrl,
    'endpoint-url': `${sandbox.gateway.url}/seldon/seldon/wine`,
    name: 'wine',
    namespace: 'seldon',
    'model-name': 'wine-quality',
    'model-version': '1',
  });
  expect(end.outputs['model-storage-uri']).toMatch(/^s3:\/\/mlflow\/1\/models\/m-[0-9a-f]{32}\/artifacts$/);
  expect(comment).toContain(predictUrl);
  expect(comment).toContain('curl');
  expect(JSON.parse(end.outputs['prediction'] ?? '{}')).toHaveProperty(['data', 'ndarray']);
  expect(live(sandbox)?.metadata.managedFields?.map((one) => one.manager)).toContain('mlflow-to-seldon');

  const body = JSON.parse(end.outputs['result'] ?? '{}').prediction.request as string;
  const answer = await fetch(predictUrl, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect(answer.status).toBe(200);
});

story('it costs the API server 19 requests on 3 connections, and the update after it no more', async (sandbox) => {
  for (const version of ['1', '2']) {
    const before = sandbox.cluster.requests.length;
    const end = await sandbox.act(using({ 'model-uri': `models:/wine-quality/${version}` }));
    expect(end.outputs['outcome'], end.shown).toBe('deployed');
    const ours = requestsOfWork(sandbox.cluster.requests.slice(before).filter((one) => one.user === 'action'));
    expect(ours.length, ours.map((one) => `${one.method} ${one.path}`).join('\n')).toBeLessThanOrEqual(19);
    expect(new Set(ours.map((one) => one.connection)).size).toBeLessThanOrEqual(3);
  }
});
