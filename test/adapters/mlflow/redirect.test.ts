import { describe, expect, it } from 'vitest';
import { isForeignFile, outsideLookup, redirectFault } from '../../../src/adapters/mlflow/redirect.ts';

/** Where a registry may lead this action, and where not. */

describe('a redirect', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/latest/',
    'http://100.100.100.200/latest/meta-data/',
    'https://169.254.170.2/v2/credentials',
    'file:///etc/passwd',
    'ftp://storage.example/x',
    'gopher://169.254.169.254/',
    'data:text/plain,x',
    'javascript:alert(1)',
  ])('to %s is never followed', (location) => {
    expect(redirectFault(new URL(location))).toBeDefined();
  });

  it.each(['https://mlflow.example.com/', 'http://10.0.0.7:5000/', 'http://127.0.0.1/', 'https://[2001:db8::1]/'])(
    'to %s may be',
    (location) => {
      expect(redirectFault(new URL(location))).toBeUndefined();
    },
  );

  it('to a name that leads to such an address ends before a connection is made', async () => {
    const error = await new Promise((resolve) => outsideLookup('169.254.169.254', { all: true }, resolve));
    expect(error).toMatchObject({ message: expect.stringContaining("a machine's own credentials") });
    const fine = await new Promise((resolve) => outsideLookup('127.0.0.1', { all: true }, resolve));
    expect(fine).toBeNull();
  });
});

describe('a file', () => {
  const server = new URL('https://mlflow.example.com/get-artifact');
  const isForeign = (to: string, hosts: readonly string[] = []) => isForeignFile(server, new URL(to), hosts);

  it('is fetched from the server itself, and from hosts that the workflow names', () => {
    expect(isForeign('https://mlflow.example.com/there')).toBe(false);
    expect(isForeign('https://models.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=1')).toBe(true);
    expect(isForeign('https://models.s3.eu-west-1.amazonaws.com/x', ['*.s3.eu-west-1.amazonaws.com'])).toBe(false);
    expect(isForeign('https://MODELS.s3.example/x', ['models.S3.example'])).toBe(false);
  });

  it.each([
    ['https://evil.example/models.s3.eu-west-1.amazonaws.com', '*.s3.eu-west-1.amazonaws.com'],
    ['https://models.s3.eu-west-1.amazonaws.com.evil.example/', '*.s3.eu-west-1.amazonaws.com'],
    ['https://models.s3.eu-west-1.amazonaws.com@evil.example/', '*.s3.eu-west-1.amazonaws.com'],
    ['https://storage.example:8443/', 'storage.example'],
    ['http://storage.example/', 'storage.example'],
  ])('is not fetched from %s for %s', (to, pattern) => {
    expect(isForeign(to, [pattern])).toBe(true);
  });
});
