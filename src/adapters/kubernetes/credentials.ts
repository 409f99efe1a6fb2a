/** Our credentials for the API server. client-node reads the different kinds of credentials in a kubeconfig. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AgentOptions, RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { messageOf, UserError } from '../../base/errors.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import type { ClusterConfig } from '../../settings/config.ts';
import { lastWordsOf, startPlugin } from './credential-plugin.ts';
import { type KubeconfigContext, readKubeconfig } from './kubeconfig.ts';
import { type Entry, invalid, RAW } from './kubeconfig-checks.ts';
import { startOidc } from './oidc.ts';
import { refuseExpired } from './token-expiry.ts';
import { impersonation, secretsIn, userEntry } from './user-entry.ts';

/** Identity and options for every request of a user. */
export interface Identity {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: AgentOptions;
}

export interface Credentials {
  /** Without a trailing slash. */
  readonly server: URL;
  readonly namespace: string | undefined;
  /** The proxy in the kubeconfig. It has precedence over the environment. */
  readonly proxy: URL | undefined;
  /**
   * Each call reads the files and runs the plugins again: a token may have been rotated.
   * @throws UserError kubeconfig-invalid, cluster-unauthorized
   */
  authenticate(): Promise<Identity>;
}

export interface CredentialsRequest extends ClusterConfig {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with every secret before its first use, so that it can be masked. */
  readonly onSecret: (secret: string) => void;
}

/** @throws UserError kubeconfig-invalid */
export async function loadCredentials(request: CredentialsRequest): Promise<Credentials> {
  // Loaded here, so that a run that needs no cluster does not load it. Its index loads every API.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const context = readKubeconfig({ ...request, inCluster: () => inCluster(new KubeConfig()) });
  const server = serverOf(context);
  const sources = { plugin: startPlugin(context, request.env), oidc: startOidc(context, request.onSecret) };
  return {
    server,
    namespace: context.namespace,
    proxy: proxyOf(context.cluster),
    async authenticate() {
      for (const secret of secretsIn(userEntry(context.user))) request.onSecret(secret);
      const options: RequestOptions = {};
      try {
        const fresh = (await sources.plugin?.()) ?? (await sources.oidc?.()) ?? {};
        refuseExpired('token' in fresh ? undefined : context.user.token, context.name);
        const user = userEntry({ ...withoutProviders(context.user, sources), ...fresh });
        for (const secret of secretsIn(user)) request.onSecret(secret);
        const kubeConfig = new KubeConfig();
        loadEntries(kubeConfig, { context, user, server });
        await kubeConfig.applyToHTTPSOptions(options);
      } catch (cause) {
        throw cause instanceof UserError ? cause : refusal(cause, context);
      }
      refuseForeignKey(options, context);
      return identityOf(options, { user: context.user, onSecret: request.onSecret });
    },
  };
}

/** What plugins and OIDC give takes the place of the entries that ask for them. */
function withoutProviders(user: Entry, { oidc }: { readonly oidc: unknown }): Entry {
  const { exec: _, 'auth-provider': provider, ...rest } = user;
  return { ...rest, ...(oidc === undefined && provider !== undefined && { 'auth-provider': provider }) };
}

/** TLS says of a key of another certificate only that the connection failed. */
function refuseForeignKey({ cert, key }: RequestOptions, { name }: KubeconfigContext): void {
  if (cert === undefined || key === undefined || !`${cert}`.includes('-----BEGIN')) return;
  let fits: boolean;
  try {
    fits = new X509Certificate(`${cert}`).checkPrivateKey(createPrivateKey(`${key}`));
  } catch (cause) {
    throw invalid(
      `the client certificate or key of context \`${name}\` cannot be read: ${messageOf(cause)}`,
      RAW,
      cause,
    );
  }
  if (!fits) throw invalid(`the client key of context \`${name}\` does not belong to its certificate`, RAW);
}

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

function inCluster(kubeConfig: KubeConfig): unknown {
  if (!existsSync(SERVICE_ACCOUNT_TOKEN)) return undefined;
  kubeConfig.loadFromCluster();
  return JSON.parse(kubeConfig.exportConfig());
}

function serverOf({ name, cluster }: KubeconfigContext): URL {
  const text = String(cluster.server ?? '');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') {
    url.pathname = withoutTrailing(url.pathname, '/');
    return url;
  }
  throw invalid(
    `the cluster of context \`${name}\` has no usable server: \`${text}\``,
    'write a URL, https://host:port',
  );
}

function proxyOf(cluster: Entry): URL | undefined {
  const text = cluster['proxy-url'];
  if (typeof text !== 'string' || text === '') return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw invalid('the kubeconfig has a proxy-url that is not http:// or https://', 'SOCKS proxies are not supported');
}

function loadEntries(
  kubeConfig: KubeConfig,
  { context, user, server }: { readonly context: KubeconfigContext; readonly user: Entry; readonly server: URL },
): void {
  // We use the proxy ourselves, and client-node refuses http:// unless TLS verification is off.
  const { 'proxy-url': _, ...rest } = context.cluster;
  const cluster = server.protocol === 'http:' ? { ...rest, 'insecure-skip-tls-verify': true } : rest;
  kubeConfig.loadFromString(
    JSON.stringify({
      clusters: [{ name: 'cluster', cluster }],
      users: [{ name: 'user', user }],
      contexts: [{ name: context.name, context: { cluster: 'cluster', user: 'user' } }],
      'current-context': context.name,
    }),
  );
}

function identityOf(
  options: RequestOptions,
  { user, onSecret }: { readonly user: Entry; readonly onSecret: (secret: string) => void },
): Identity {
  const headers: Record<string, string | string[]> = { ...impersonation(user) };
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const authorization = headers.authorization;
  if (typeof authorization === 'string') onSecret(authorization.replace(/^\w+ /, ''));
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  if (key !== undefined) onSecret(String(key));
  return {
    headers,
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
  };
}

function refusal(cause: unknown, { name }: KubeconfigContext): UserError {
  const error = cause as NodeJS.ErrnoException;
  if (error.code === 'ENOENT' || error.code === 'EACCES')
    return invalid(
      `a file of the kubeconfig cannot be read: ${error.message}`,
      'a kubeconfig that was pasted must hold its certificates: make it with `kubectl config view --raw --minify --flatten`',
      cause,
    );
  return new UserError(
    'cluster-unauthorized',
    `no credentials for context \`${name}\`: ${lastWordsOf(error.message)}`,
    {
      hint: 'correct the user of this context in `kubeconfig`, or make a new kubeconfig with `deploy/kubeconfig.sh`',
    },
  );
}
