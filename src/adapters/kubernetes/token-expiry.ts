import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';

/** Seconds by which the clocks of a runner and an API server may differ. */
const CLOCKS_S = 300;

/** When a token ends by itself, in seconds since 1970; undefined for one that is no JWT, or does not say. */
export function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isJsonObject(claims) && typeof claims.exp === 'number' ? claims.exp : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The API server says of an expired token only that it is not authorized.
 * @throws UserError cluster-unauthorized
 */
export function refuseExpired(token: unknown, context: string): void {
  const end = typeof token === 'string' ? expiryOf(token) : undefined;
  if (end === undefined || end + CLOCKS_S > Date.now() / 1000 || end < 0) return;
  const when = new Date(end * 1000).toISOString().slice(0, 16).replace('T', ' ');
  throw new UserError('cluster-unauthorized', `the token of context \`${context}\` expired on ${when} UTC`, {
    hint: 'make a new kubeconfig, as docs/setup.md does with `deploy/kubeconfig.sh`, and put it into the secret of `kubeconfig`',
  });
}
