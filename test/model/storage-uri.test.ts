import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { rcloneRemoteOf, type StorageSettings, storageUriOf } from '../../src/model/storage-uri.ts';

function settings(artifactsDestination?: string, ...rules: readonly string[]): StorageSettings {
  const storageUriMap = rules.map((rule) => {
    const [from = '', to = ''] = rule.split('=');
    return { from, to };
  });
  return { artifactsDestination, storageUriMap };
}

describe('an artifact URI in rclone’s syntax', () => {
  it.each([
    ['s3://bucket/a/b', 's3://bucket/a/b'],
    ['s3://bucket/a/b///', 's3://bucket/a/b'],
    ['gs://bucket/a', 'gs://bucket/a'],
    ['pvc://claim/a', 'pvc://claim/a'],
    ['azureblob:container/a', 'azureblob:container/a'],
    ['minio:bucket/a', 'minio:bucket/a'],
    ['my-remote://bucket/wine model', 'my-remote://bucket/wine model'],
    ['wasbs://models@acct.blob.core.windows.net/1/wine/', 'azureblob:models/1/wine'],
    ['abfss://models@acct.dfs.core.windows.net/wine', 'azureblob:models/wine'],
    ['r2://models@acct.r2.cloudflarestorage.com/wine', 'r2:models/wine'],
    ['b2://models@s3.eu.backblazeb2.com/wine', 'b2:models/wine'],
  ])('%s is %s', (uri, expected) => {
    expect(storageUriOf(uri, settings())).toBe(expected);
  });

  it.each([
    ['mlflow-artifacts:/1/models/m-1/artifacts'],
    ['mlflow-artifacts://mlflow.example.com:5000/1/models/m-1/artifacts'],
    ['https://mlflow.example.com/prefix/api/2.0/mlflow-artifacts/artifacts/1/models/m-1/artifacts'],
  ])('%s lies in the artifacts destination', (uri) => {
    expect(storageUriOf(uri, settings('s3://mlflow/base/'))).toBe('s3://mlflow/base/1/models/m-1/artifacts');
    expect(storageUriOf(uri, settings('wasbs://c@a.blob.core.windows.net/base'))).toBe(
      'azureblob:c/base/1/models/m-1/artifacts',
    );
    expect(() => storageUriOf(uri, settings())).toThrow(
      expect.objectContaining({
        code: 'artifacts-unreachable',
        hint: expect.stringContaining('artifacts-destination'),
      }),
    );
  });

  it('uses only the first rule that matches', () => {
    const rules = settings(undefined, 's3://a/=gs://b/', 's3://a/x=gs://never', 'gs://b/=gs://never/');
    expect(storageUriOf('s3://a/x/y', rules)).toBe('gs://b/x/y');
  });

  it('matches whole names only', () => {
    expect(storageUriOf('s3://mlruns-old/x', settings(undefined, 's3://mlruns=gs://new'))).toBe('s3://mlruns-old/x');
    expect(storageUriOf('s3://mlruns/x', settings(undefined, 's3://mlruns=gs://new'))).toBe('gs://new/x');
  });

  it.each([
    ['file:///srv/mlruns/1/wine', 'file:///srv/mlruns/=pvc://mlruns/', 'pvc://mlruns/1/wine'],
    ['file:///srv/mlruns/1/wine', 'file:///srv/mlruns/=pvc://mlruns', 'pvc://mlruns/1/wine'],
    ['/srv/mlruns/1/wine', '/srv/mlruns=s3://mlruns/', 's3://mlruns/1/wine'],
    ['dbfs:/models/wine', 'dbfs:/=dbfs:/', 'dbfs:/models/wine'],
    ['hdfs://namenode:8020/wine', 'hdfs://namenode:8020/=hadoop:', 'hadoop:wine'],
    ['s3://bucket/wine', 's3://=minio://', 'minio://bucket/wine'],
    ['mlflow-artifacts:/1/wine', 'mlflow-artifacts:/=gs://mlflow/', 'gs://mlflow/1/wine'],
    ['wasbs://c@a.blob.core.windows.net/wine', 'azureblob:c=archive:c', 'archive:c/wine'],
  ])('%s is rewritten by %s before it would be refused', (uri, rule, expected) => {
    expect(storageUriOf(uri, settings(undefined, rule))).toBe(expected);
  });

  it('rewrites the result of the artifacts destination', () => {
    expect(storageUriOf('mlflow-artifacts:/1/wine', settings('s3://a', 's3://a/=minio:a/'))).toBe('minio:a/1/wine');
  });

  it.each([
    ['dbfs:/models/wine', /cannot read `dbfs`/, /dbfs:\/=dbfs:\//],
    ['hdfs://namenode:8020/wine', /cannot read `hdfs`/, /storage-uri-map/],
    ['file:///srv/mlruns/wine', /cannot read `file`/, /storage-uri-map/],
    ['https://example.com/wine', /cannot read `https`/, /storage-uri-map/],
    ['models:/m-1', /cannot read `models`/, /storage-uri-map/],
    ['./mlruns/1/wine', /path .* of one machine/, /storage-uri-map/],
    ['C:\\mlruns\\wine', /path .* of one machine/, /storage-uri-map/],
  ])('%s is refused with its cure', (uri, message, hint) => {
    expect(() => storageUriOf(uri, settings())).toThrow(UserError);
    expect(() => storageUriOf(uri, settings())).toThrow(
      expect.objectContaining({
        code: 'artifacts-unreachable',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });
});

describe('the rclone remote of a storage URI', () => {
  it.each([
    ['s3://bucket/a', 's3'],
    ['azureblob:container/a', 'azureblob'],
    ['my-remote:bucket', 'my-remote'],
    ['pvc://claim/a', undefined],
    ['/a/b', undefined],
  ])('%s: %s', (uri, remote) => {
    expect(rcloneRemoteOf(uri)).toBe(remote);
  });
});

it('takes a bare name for a registered model that was written without its scheme', () => {
  expect(() => storageUriOf('wine-quality', settings())).toThrow(
    expect.objectContaining({
      code: 'model-uri-invalid',
      hint: expect.stringContaining('models:/wine-quality@<alias>'),
    }),
  );
});
