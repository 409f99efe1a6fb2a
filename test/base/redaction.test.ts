import { describe, expect, it } from 'vitest';
import { redact, redactJson } from '../../src/base/redaction.ts';
import { cpuTime } from '../support/cpu-time.ts';

/** Milliseconds of the quickest of several tries. */
function least(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const started = cpuTime();
    work();
    return cpuTime() - started;
  });
  return Math.min(...times);
}

describe('redaction', () => {
  it.each([
    ['a known secret', 'x s3cr3t-value y', 's3cr3t-value'],
    [
      'its base64 form',
      `x ${Buffer.from('s3cr3t-value').toString('base64')} y`,
      Buffer.from('s3cr3t-value').toString('base64').replace(/=+$/, ''),
    ],
    ['a GitHub token', 'token ghs_0123456789abcdefghijABCDEFGHIJ012345', 'ghs_0123456789'],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['a bearer header', 'Authorization: Bearer abcdef.123456', 'abcdef.123456'],
    ['user and password of a URL', 'GET https://bob:hunter22@mlflow.example/api', 'hunter22'],
    ['a signed URL', 'https://b.s3.amazonaws.com/k?X-Amz-Signature=deadbeef&x=1', 'deadbeef'],
    ['an environment variable', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI', 'wJalrXUtnFEMI'],
    ['a JSON field', '{"db_password": "hunter22"}', 'hunter22'],
    ["rclone's variables", 'RCLONE_CONFIG_AZUREBLOB_KEY=c2VjcmV0', 'c2VjcmV0'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
    ['the token alone in front of a host', 'git clone https://hunter22@github.com/a/b', 'hunter22'],
    ['a quoted value with spaces', 'password = "hunter 22 long"', '22 long'],
    ['a variable that is called a key', 'STORAGE_HOST_KEY=hunter22', 'hunter22'],
    ['the start of a private key', '-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAabcdefgh\nMIIEow', 'MIIEow'],
    [
      'the end of a private key',
      'MIIEowIBAAKCAQEAabcdefgh\nMIIEowIBAAKCAQEAabcd==\n-----END PRIVATE KEY-----',
      'MIIEow',
    ],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ])('hides %s', (_, text, secret) => {
    const clean = redact(text, ['s3cr3t-value']);
    expect(clean).not.toContain(secret);
    expect(clean).toContain('***');
  });

  it('leaves JSON readable as JSON', () => {
    const json = JSON.stringify({ token: 'abcdefgh', note: 'password=abcdefgh', ok: [1, 2] });
    expect(JSON.parse(redact(json, ['abcdefgh']))).toEqual({ token: '***', note: 'password=***', ok: [1, 2] });
  });

  it('leaves ordinary words alone', () => {
    const text =
      'storage URI s3://mlflow/1/models/m-1/artifacts, key RCLONE_CONFIG_S3_TYPE, secret rclone-s3 is missing, envSecretRefName: rclone-s3, secretName: tls, num_tokens: 131072, tokenizer=bert-base, wasbs://models@account.blob.core.windows.net/m';
    expect(redact(text, ['abc'])).toBe(text);
  });

  it.each([
    'https://a:',
    'eyJ-',
    'eyJaaaaaaaa.aaaaaaaa-',
    'token ',
    '-secret',
    'api_key-',
    'a-',
    '_KEY',
    'AAAAAAAAAAAAAAAA ',
    '-----BEGIN PRIVATE KEY-----',
  ])('stays quick on a hostile log of %s', (piece) => {
    // Growth, not time: machines differ and are busy. A pattern that backtracks grows with the square, 64 times.
    const short = least(() => redact(piece.repeat(12_500 / piece.length), []));
    const long = least(() => redact(piece.repeat(100_000 / piece.length), []));
    expect(long / Math.max(short, 3)).toBeLessThan(30);
  });
});

describe('a JSON text', () => {
  it.each([
    ['{"token_ids":[101,2023]}', '{"token_ids":[101,2023]}'],
    ['{"token_score": 0.1234, "x": 5.0}', '{"token_score": 0.1234, "x": 5.0}'],
    ['{"token": "abcdef", "x": 5.0}', '{"token": "***", "x": 5.0}'],
    ['["password=hunter22", 1.0]', '["password=***", 1.0]'],
    ['["known-secret"]', '["***"]'],
  ])('%s stays JSON and becomes %s', (text, clean) => {
    expect(redactJson(text, ['known-secret'])).toBe(clean);
  });

  it('that was cut is text', () => {
    expect(redactJson('{"token": "abcdef', [])).not.toContain('abcdef');
  });
});
