import { dump } from 'js-yaml';
import { generate } from 'selfsigned';
import type { SandboxUser } from './access.ts';

export interface Certificate {
  readonly key: string;
  /** PEM; self-signed. */
  readonly cert: string;
}

/** A self-signed certificate for this machine. An elliptic key is made within milliseconds. */
export async function makeCertificate(): Promise<Certificate> {
  const pems = await generate([{ name: 'commonName', value: 'sandbox' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}

/** A kubeconfig file with one cluster, one user and one context. */
export function kubeconfigFor(
  server: { readonly url: string; readonly ca: string | undefined },
  user: SandboxUser,
  namespace: string,
): string {
  const name = 'sandbox';
  const authority = server.ca && { 'certificate-authority-data': Buffer.from(server.ca).toString('base64') };
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: server.url, ...authority } }],
    users: [{ name: user.name, user: { token: user.token } }],
    contexts: [{ name, context: { cluster: name, user: user.name, namespace } }],
    'current-context': name,
  });
}
