import { expect } from 'vitest';
import { story, using } from './story.ts';

story('all errors of the inputs are in one message, before any request is sent', async (sandbox) => {
  const before = [sandbox.cluster.requests.length, sandbox.mlflow.requests.length];
  const end = await sandbox.act(
    using({ mode: 'canary', replicas: 'two', protocol: 'grpc', 'ingress-url': 'models.example.com' }),
  );
  expect(end.exitCode).toBe(1);
  for (const name of ['mode', 'replicas', 'protocol', 'ingress-url']) expect(end.shown).toContain(name);
  expect(end.outputs).toMatchObject({ outcome: 'failed' });
  expect([
    sandbox.cluster.requests.filter((one) => one.user === 'action').length,
    sandbox.mlflow.requests.length,
  ]).toEqual([0, before[1]]);
});
