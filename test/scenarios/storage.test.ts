import { expect } from 'vitest';
import { expectEnding, story, using } from './story.ts';

story("wrong storage credentials end the wait with the initializer's own words", async (sandbox) => {
  await sandbox.cluster.api.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'wrong-keys', namespace: 'seldon' },
    data: {
      RCLONE_CONFIG_S3_TYPE: Buffer.from('s3').toString('base64'),
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: Buffer.from('wrong').toString('base64'),
    },
  });
  const end = await sandbox.act(using({ 'env-secret': 'wrong-keys' }));
  expect(expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'storage-failed' })).toContain(
    'InvalidAccessKeyId',
  );
});

story('a Secret without the remote of the URI is warned about, and the failure names the remote', async (sandbox) => {
  await sandbox.cluster.api.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'aws-keys', namespace: 'seldon' },
    data: { AWS_ACCESS_KEY_ID: Buffer.from('x').toString('base64') },
  });
  const end = await sandbox.act(using({ 'env-secret': 'aws-keys' }));
  const comment = expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'storage-failed' });
  expect(comment).toContain('RCLONE_CONFIG_S3_TYPE');
});

story('a Secret that does not exist is found before anything is applied', async (sandbox) => {
  const end = await sandbox.act(using({ 'env-secret': 'no-such-secret' }));
  expect(expectEnding(sandbox, end, { outcome: 'failed', reason: 'secret-unusable' })).toContain('no-such-secret');
});
