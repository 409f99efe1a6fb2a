import { expect } from 'vitest';
import { expectEnding, story, using } from './story.ts';

const MODELS = ['models:/wine-quality/1', 'models:/customer-segment/1', 'models:/tensor-iris/1'];

for (const uri of MODELS) {
  for (const protocol of ['seldon', 'v2']) {
    story(`${uri} is requested in protocol ${protocol}`, async (sandbox) => {
      const end = await sandbox.act(using({ 'model-uri': uri, protocol }));
      expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
      expect(JSON.parse(end.outputs['result'] ?? '{}').prediction).toMatchObject({ origin: 'example', status: 200 });
    });
  }
}

story('without the orchestrator the ping is reachable at the endpoint', async (sandbox) => {
  const end = await sandbox.act(using({ orchestrator: 'false', 'startup-probe': 'true' }));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  const ping = await fetch(`${end.outputs['endpoint-url']}/health/ping`);
  expect([ping.status, await ping.text()]).toEqual([200, 'pong']);
});

story('access: ingress proves through the gateway alone', async (sandbox) => {
  const before = sandbox.cluster.requests.length;
  const end = await sandbox.act(using({ access: 'ingress' }));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  const ours = sandbox.cluster.requests.slice(before).filter((one) => one.user === 'action');
  expect(ours.filter((one) => one.path.includes('/proxy/'))).toEqual([]);
});
