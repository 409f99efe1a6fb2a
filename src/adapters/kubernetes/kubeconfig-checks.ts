import { existsSync } from 'node:fs';
import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';

/** What a kubeconfig says under one name, keys as in the file. */
export type Entry = Readonly<Record<string, unknown>>;

/** The error for a kubeconfig that cannot be used. */
export function invalid(message: string, hint?: string, cause?: unknown): UserError {
  return new UserError('kubeconfig-invalid', message, { hint, cause });
}

/** How to make a kubeconfig that holds all it needs. */
export const RAW = 'give a whole one, such as `kubectl config view --minify --raw --flatten` prints';

/** What kubectl prints in place of a secret. */
const OMITTED = /^(?:DATA\+OMITTED|REDACTED)$/;

/** What a template, a guide or a log has in place of a secret: `${TOKEN}`, `$TOKEN`, `<token>`, `{{ token }}`, `***`. */
const PLACEHOLDER = /^(?:\$\{?\{?[\w .-]{1,60}\}?\}?|<[\w .-]{1,60}>|\{\{[^{}]{1,60}\}\}|\*{3,}|x{4,}|\.{3})$/i;

/** Kinds of `auth-provider` that kubectl removed in 1.26, and what came in their place. */
const REMOVED_PROVIDERS: Readonly<Record<string, string>> = {
  gcp: 'install gke-gcloud-auth-plugin, make a new kubeconfig with `gcloud container clusters get-credentials`, and log in to Google Cloud in an earlier step',
  azure: 'convert it with `kubelogin convert-kubeconfig` and log in to Azure in an earlier step',
  openstack: 'use a credential plugin (`exec`) or a token',
};

/** @throws UserError kubeconfig-invalid where the chosen entries cannot work, whatever the server says */
export function refuseUnusable(
  context: string,
  { cluster, user }: { readonly cluster: Entry; readonly user: Entry },
): void {
  const provider = isJsonObject(user['auth-provider']) ? user['auth-provider'] : {};
  const config: Entry = isJsonObject(provider.config) ? provider.config : {};
  for (const [key, value] of [cluster, user, config].flatMap(Object.entries)) {
    const text = typeof value === 'string' ? value.trim() : '';
    if (OMITTED.test(text))
      throw invalid(`the kubeconfig holds \`${text}\` in place of ${key}: it was made without \`--raw\``, RAW);
    if (PLACEHOLDER.test(text))
      throw invalid(
        `\`${key}\` in the kubeconfig is a placeholder, such as \`\${TOKEN}\` or \`<token>\`, that nothing replaced`,
        RAW,
      );
  }
  refuseForeignAuthority(context, cluster);
  const cure = typeof provider.name === 'string' ? REMOVED_PROVIDERS[provider.name] : undefined;
  if (cure !== undefined)
    throw invalid(
      `context \`${context}\` uses the auth-provider \`${provider.name}\`, which was removed from Kubernetes 1.26`,
      cure,
    );
  const has = (name: string) => [name, `${name}-data`].some((key) => typeof user[key] === 'string' && user[key] !== '');
  // A file that is not there is reported when it is read.
  const files = ['client-certificate', 'client-key'].map((key) => user[key]).filter((path) => typeof path === 'string');
  if (has('client-certificate') !== has('client-key') && files.every((path) => existsSync(path))) {
    const [there, missing] = has('client-key') ? ['key', 'certificate'] : ['certificate', 'key'];
    throw invalid(`the user of context \`${context}\` has a client ${there} but no client ${missing}`, RAW);
  }
}

/** TLS would only say that the certificate of the server is not trusted. */
function refuseForeignAuthority(context: string, { 'certificate-authority-data': data }: Entry): void {
  if (typeof data !== 'string' || data === '') return;
  if (Buffer.from(data, 'base64').toString('latin1').includes('-----BEGIN ')) return;
  throw invalid(
    `\`certificate-authority-data\` of the cluster of context \`${context}\` is not a certificate in base64`,
    RAW,
  );
}

/** Only comments and marks of YAML. */
export function isEmpty(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#|---|$)/.test(line));
}

/** Text of a file or secret: PowerShell writes UTF-16, and some editors a byte order mark. */
export function decodedText(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (first === 0xfe && second === 0xff) return swapped(bytes.subarray(2)).toString('utf16le');
  // Without a mark, every second byte of ASCII in UTF-16 is zero.
  if (bytes.length > 3 && second === 0 && bytes[3] === 0) return bytes.toString('utf16le');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16();
}
