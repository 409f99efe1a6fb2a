/** Who we are to the API server. The kubeconfig's many kinds of credentials are client-node's work. */

import { existsSync } from 'node:fs';
import type { AgentOptions, RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import type { ClusterConfig } from '../../settings/config.ts';
import { type Entry, invalid, type KubeconfigContext, readKubeconfig } from './kubeconfig.ts';
import { impersonation, secretsIn, userEntry } from './user-entry.ts';

/** What every request of a user carries. */
export interface Identity {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: AgentOptions;
}

export interface Credentials {
  /** Without a slash at its end. */
  readonly server: URL;
  readonly namespace: string | undefined;
  /** The kubeconfig's own proxy. It goes before the environment's. */
  readonly proxy: URL | undefined;
  /**
   * Each call reads files and runs plugins anew: a token may have been rotated.
   * @throws UserError kubeconfig-invalid, cluster-unauthorized
   */
  authenticate(): Promise<Identity>;
}

export interface CredentialsRequest extends ClusterConfig {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told every secret before it is first used, so that it can be masked. */
  readonly onSecret: (secret: string) => void;
}

/** Milliseconds a credential plugin may take; one that asks a person would wait for ever. */
const PLUGIN_TIMEOUT = 60_000;

/** @throws UserError kubeconfig-invalid */
export async function loadCredentials(request: CredentialsRequest): Promise<Credentials> {
  // Loaded here, so that a run that ends before it needs a cluster does not pay for it. Its index loads every API.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const context = readKubeconfig({ ...request, inCluster: () => inCluster(new KubeConfig()) });
  const server = serverOf(context);
  let user = userEntry(context);
  return {
    server,
    namespace: context.namespace,
    proxy: proxyOf(context.cluster),
    async authenticate() {
      for (const secret of secretsIn(user)) request.onSecret(secret);
      const kubeConfig = new KubeConfig();
      loadEntries(kubeConfig, { context, user, server });
      const options: RequestOptions = {};
      await withDeadline(kubeConfig.applyToHTTPSOptions(options)).catch((cause) => {
        throw refusal(cause, context);
      });
      // OIDC: a refresh token that was used is replaced by a new one.
      const provider = kubeConfig.getCurrentUser()?.authProvider;
      if (provider) user = { ...user, 'auth-provider': provider };
      return identityOf(options, { user, onSecret: request.onSecret });
    },
  };
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
    url.pathname = url.pathname.replace(/\/+$/, '');
    return url;
  }
  throw invalid(
    `the cluster of context \`${name}\` has no usable server: \`${text}\``,
    'give a URL, https://host:port',
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
  // The proxy is ours to use, and client-node refuses http:// unless told not to verify what is not there.
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

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const late = new Error(`no answer within ${PLUGIN_TIMEOUT / 1000} s`);
    timer = setTimeout(() => reject(late), PLUGIN_TIMEOUT);
  });
  await Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}

function refusal(cause: unknown, { name, user }: KubeconfigContext): UserError {
  const error = cause as NodeJS.ErrnoException;
  const command = isJsonObject(user.exec) ? String(user.exec.command) : undefined;
  const hint = isJsonObject(user.exec) ? user.exec.installHint : undefined;
  if (error.code === 'ENOENT' && error.syscall?.startsWith('spawn'))
    return invalid(
      `the kubeconfig's credential plugin \`${command}\` is not installed on this runner`,
      typeof hint === 'string'
        ? hint.trim()
        : `install \`${command}\` in an earlier step, or use a kubeconfig with a token`,
      cause,
    );
  if (error.code === 'ENOENT' || error.code === 'EACCES')
    return invalid(`a file of the kubeconfig cannot be read: ${error.message}`, undefined, cause);
  const who = command === undefined ? '' : `: the credential plugin \`${command}\` failed`;
  return new UserError(
    'cluster-unauthorized',
    `no credentials for context \`${name}\`${who}: ${lastWordsOf(error.message)}`,
    {
      hint: command === undefined ? undefined : 'log in to the cloud provider in an earlier step of the job',
    },
  );
}

/** The last words of a plugin without what may be a secret: anything long with a digit in it. */
function lastWordsOf(text: string): string {
  const last = text.trim().split('\n').slice(-3).join(' ');
  return last.replace(/(?=[\w+=-]*\d)[\w+=-]{20,}/g, '***').slice(-300) || 'it said nothing';
}
