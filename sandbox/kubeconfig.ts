import { load } from 'js-yaml';

/** The API server and our credentials for it. */
export interface Access {
  readonly server: URL;
  readonly token: string | undefined;
  /** PEM; only what the kubeconfig has. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Reads the current context. Certificates and keys must be inline. */
export function readKubeconfig(text: string): Access {
  const { cluster, user } = currentContext(load(text) as Kubeconfig);
  const tls = {
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
  const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  return { server: new URL(cluster.server), token: user.token, tls: given };
}

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly { readonly name: string; readonly context: { cluster: string; user: string } }[];
  readonly clusters: readonly { readonly name: string; readonly cluster: ClusterEntry }[];
  readonly users: readonly { readonly name: string; readonly user: UserEntry }[];
}

interface ClusterEntry {
  readonly server: string;
  readonly 'certificate-authority-data'?: string;
}

interface UserEntry {
  readonly token?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key-data'?: string;
}

function currentContext(kubeconfig: Kubeconfig): { readonly cluster: ClusterEntry; readonly user: UserEntry } {
  const context = kubeconfig.contexts.find(({ name }) => name === kubeconfig['current-context'])?.context;
  const cluster = kubeconfig.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = kubeconfig.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined) throw new Error('kubeconfig: the current context is incomplete');
  return { cluster, user };
}

function pem(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8');
}
