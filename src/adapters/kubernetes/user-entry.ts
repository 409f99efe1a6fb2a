/** Fields of a kubeconfig's user that client-node does not support. */

import { isJsonObject } from '../../base/json-value.ts';
import type { Entry } from './kubeconfig-checks.ts';

/** The user as client-node understands it: it knows no `tokenFile`. Plugins and OIDC are ours. */
export function userEntry(user: Entry): Entry {
  const { tokenFile, token, exec, ...rest } = user;
  if (typeof tokenFile === 'string' && tokenFile !== '')
    return { ...rest, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
  return { ...rest, token };
}

/** What a credential plugin is told (client.authentication.k8s.io, ExecCredential). */
export function execInfo(exec: Entry, cluster: Entry): unknown {
  const { extensions, 'proxy-url': proxy, ...fields } = cluster;
  const extension = Array.isArray(extensions)
    ? extensions.find((one) => isJsonObject(one) && one.name === 'client.authentication.k8s.io/exec')
    : undefined;
  const told = { ...fields, ...(proxy !== undefined && { 'proxy-url': proxy }), config: extension?.extension };
  return {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec.provideClusterInfo === true && { cluster: told }) },
  };
}

/** Impersonation headers. client-node only supports `as`. */
export function impersonation(user: Entry): Record<string, string | string[]> {
  const extra = isJsonObject(user['as-user-extra']) ? user['as-user-extra'] : {};
  const extras = Object.entries(extra).map(([key, values]) => [
    `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
    values,
  ]);
  return {
    ...(typeof user['as-uid'] === 'string' && { 'impersonate-uid': user['as-uid'] }),
    ...(Array.isArray(user['as-groups']) && { 'impersonate-group': user['as-groups'].map(String) }),
    ...Object.fromEntries(extras),
  };
}

/** Every value that must not be in a log. */
export function secretsIn(user: Entry): readonly string[] {
  const provider = isJsonObject(user['auth-provider']) ? user['auth-provider'].config : undefined;
  const config: Entry = isJsonObject(provider) ? provider : {};
  const values = [
    ...['token', 'password', 'client-key-data'].map((key) => user[key]),
    ...['id-token', 'refresh-token', 'access-token', 'client-secret'].map((key) => config[key]),
  ];
  return values.filter((value) => typeof value === 'string' && value !== '').map(String);
}
