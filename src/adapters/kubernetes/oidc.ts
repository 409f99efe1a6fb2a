import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { createAgent, send } from '../http/client.ts';
import type { KubeconfigContext } from './kubeconfig.ts';
import type { Entry } from './kubeconfig-checks.ts';
import { expiryOf } from './token-expiry.ts';

/** Milliseconds one request to the identity provider may take. */
const TIMEOUT_MS = 20_000;
/** Seconds before its end at which a token counts as expired. */
const LEEWAY_S = 10;

type Text = (key: string) => string | undefined;

/**
 * The id-token of the auth-provider `oidc`, refreshed where it has expired; undefined where the user has none.
 * @throws UserError cluster-unauthorized where it cannot be refreshed
 */
export function startOidc(
  { name, user }: KubeconfigContext,
  onSecret: (secret: string) => void,
): (() => Promise<Entry>) | undefined {
  const provider = user['auth-provider'];
  if (!isJsonObject(provider) || provider.name !== 'oidc') return undefined;
  const config: Record<string, unknown> = isJsonObject(provider.config) ? { ...provider.config } : {};
  const text: Text = (key) => (typeof config[key] === 'string' && config[key] !== '' ? config[key] : undefined);
  return async () => {
    const token = text('id-token');
    if (token !== undefined && !isExpired(token)) return { token };
    const missing = ['idp-issuer-url', 'client-id', 'refresh-token'].filter((key) => text(key) === undefined);
    const problem = `the OIDC id-token of context \`${name}\` ${token === undefined ? 'is missing' : 'has expired'}`;
    if (missing.length > 0) throw refused(`${problem}, and the kubeconfig has no ${missing.join(', ')} to refresh it`);
    try {
      const answer = await refresh(text);
      for (const key of ['id_token', 'refresh_token'] as const) {
        const value = answer[key];
        if (typeof value !== 'string') continue;
        onSecret(value);
        // A refresh token that was used is replaced by a new one.
        config[key.replace('_', '-')] = value;
      }
    } catch (error) {
      throw refused(`${problem}, and ${text('idp-issuer-url')} does not refresh it: ${messageOf(error)}`);
    }
    return { token: text('id-token') };
  };
}

/** Also one that is no JWT: the API server decides about that. */
function isExpired(token: string): boolean {
  return (expiryOf(token) ?? Number.POSITIVE_INFINITY) - LEEWAY_S < Date.now() / 1000;
}

async function refresh(text: Text): Promise<Entry> {
  const issuer = new URL(text('idp-issuer-url') ?? '');
  const agent = createAgent(issuer.protocol, authorityOf(text));
  const discovery = new URL(`${withoutTrailing(issuer.href, '/')}/.well-known/openid-configuration`);
  const { token_endpoint: endpoint } = await ask({ method: 'GET', url: discovery, agent });
  if (typeof endpoint !== 'string') throw new Error('its configuration names no token_endpoint');
  const secret = text('client-secret');
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: text('refresh-token') ?? '',
    client_id: text('client-id') ?? '',
    ...(secret !== undefined && { client_secret: secret }),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await ask({ method: 'POST', url: new URL(endpoint), agent, headers, body: body.toString() });
  if (typeof answer.id_token !== 'string') throw new Error('its answer holds no id_token');
  return answer;
}

async function ask(request: Omit<Parameters<typeof send>[0], 'timeout'>): Promise<Entry> {
  const { status, body } = await send({ ...request, timeout: TIMEOUT_MS });
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    answer = undefined;
  }
  if (status === 200 && isJsonObject(answer)) return answer;
  const error = isJsonObject(answer) && typeof answer.error === 'string' ? `, ${answer.error.slice(0, 100)}` : '';
  throw new Error(`HTTP ${status}${error}`);
}

function authorityOf(text: Text): { readonly ca?: string } {
  const data = text('idp-certificate-authority-data');
  if (data !== undefined) return { ca: Buffer.from(data, 'base64').toString('utf8') };
  const file = text('idp-certificate-authority');
  return file === undefined ? {} : { ca: readFileSync(file, 'utf8') };
}

function refused(message: string): UserError {
  return new UserError('cluster-unauthorized', message, {
    hint: 'log in again and make a new kubeconfig; for a workflow use a ServiceAccount token or the login of the cloud, which do not expire with a person',
  });
}
