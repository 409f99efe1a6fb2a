import { optionalPermissionsFor, permissionsFor, roleFor } from '../../plan/permissions.ts';
import type { Cluster } from '../../seldon/cluster.ts';
import type { Installation } from '../../seldon/installation.ts';
import { describePermission, type Permission } from '../../seldon/permission.ts';
import type { Config } from '../../settings/config.ts';
import { attempted, type Checked, fine, missing, noted } from './checked.ts';

/** The part of a cluster that is only read. */
export type CheckedCluster = Pick<
  Cluster,
  'server' | 'defaultNamespace' | 'missingPermissions' | 'servedVersions' | 'secretKeys' | 'close'
> & { readonly installation: Installation };

/** A role that the docs offer for what this user may not see. */
const MORE_SIGHT = 'bind `deploy/role-check.yaml` to the user to have it checked';

/** Everything about the API server, Seldon and the permissions. */
export async function clusterChecks(
  cluster: CheckedCluster,
  config: Config,
  namespace: string,
): Promise<readonly Checked[]> {
  const server = await attempted('API server', async () => {
    const version = await cluster.installation.kubernetesVersion();
    return fine('API server', `Kubernetes ${version} at ${cluster.server}`);
  });
  // Every other question would fail in the same way.
  if (server.state === 'missing') return [server];
  return [
    server,
    ...(await Promise.all([
      attempted('namespace', () => checkNamespace(cluster, namespace)),
      attempted('SeldonDeployments', () => checkKind(cluster, config)),
      attempted('operator', () => checkOperator(cluster)),
      attempted('webhook', () => checkWebhook(cluster)),
      attempted('permissions', () => checkRole(cluster, config, namespace)),
    ])),
  ];
}

async function checkNamespace({ installation }: CheckedCluster, namespace: string): Promise<Checked> {
  const found = await installation.namespace(namespace);
  if (found === 'hidden')
    return noted('namespace', 'unknown', { found: `the user may not read namespace ${namespace}`, cure: MORE_SIGHT });
  if (found === 'there') return fine('namespace', namespace);
  return missing('namespace', `namespace ${namespace} does not exist`, {
    reason: 'namespace-not-found',
    cure: `create it (\`kubectl create namespace ${namespace}\`), or correct the input \`namespace\``,
  });
}

async function checkKind(cluster: CheckedCluster, { render }: Config): Promise<Checked> {
  const what = 'SeldonDeployments';
  const versions = await cluster.servedVersions();
  if (versions.includes(render.apiVersion)) return fine(what, `served as ${versions.join(', ')}`);
  return missing(what, `the cluster serves ${versions.join(', ')}, and \`api-version\` is ${render.apiVersion}`, {
    reason: 'seldon-not-installed',
    cure: `set the input \`api-version\` to a served version, or install Seldon Core 1.x`,
  });
}

async function checkOperator({ installation }: CheckedCluster): Promise<Checked> {
  const found = await installation.operator();
  if (found === 'hidden')
    return noted('operator', 'unknown', {
      found: 'the user may not read the Deployment of the operator',
      cure: MORE_SIGHT,
    });
  if (found !== 'missing' && found.ready > 0)
    return fine('operator', `${found.ready} ready in ${found.namespace}, ${found.image}`);
  const state =
    found === 'missing' ? 'there is no Deployment' : `no pod of the Deployment in ${found.namespace} is ready`;
  return missing('operator', `Seldon's operator does not run: ${state}`, {
    reason: 'seldon-not-installed',
    cure: 'install Seldon Core (docs/setup.md), or look at `kubectl -n seldon-system describe deployment seldon-controller-manager`; in another namespace it is only found by a user who may list Deployments of all namespaces',
  });
}

async function checkWebhook({ installation }: CheckedCluster): Promise<Checked> {
  const found = await installation.webhook();
  if (found === 'hidden')
    return noted('webhook', 'unknown', { found: 'the user may not list webhook configurations', cure: MORE_SIGHT });
  if (found !== 'missing') return fine('webhook', found.name);
  return noted('webhook', 'warning', {
    found: 'no webhook judges SeldonDeployments',
    cure: 'faults of a manifest are seen only after it was applied; install Seldon Core with its webhook',
  });
}

async function checkRole(cluster: CheckedCluster, config: Config, namespace: string): Promise<Checked> {
  const { required, optional } = wantedBy(config);
  const lacking = await cluster.missingPermissions(namespace, [...required, ...optional]);
  const names = (list: readonly Permission[]) => list.map(describePermission).join(', ');
  const needed = lacking.filter((one) => required.includes(one));
  const modes = config.checkModes.join(', ');
  if (needed.length > 0) {
    return missing('permissions', `the user may not, in namespace ${namespace}: ${names(needed)}`, {
      reason: 'cluster-forbidden',
      cure: `bind this Role, or name only the modes that you use in \`check-modes\`:\n\n${roleFor(namespace, [...required, ...optional])}`,
    });
  }
  const found = `all of the modes ${modes} in namespace ${namespace}`;
  if (lacking.length === 0) return fine('permissions', found);
  const cure = `without ${names(lacking)} the requests of a canary in \`steps\` are not counted`;
  return noted('permissions', 'warning', { found, cure });
}

interface Wanted {
  readonly required: readonly Permission[];
  readonly optional: readonly Permission[];
}

/** What the chosen modes need together, each once. */
function wantedBy(config: Config): Wanted {
  const all = config.checkModes.map((mode) => ({ ...config, mode, dryRun: false }));
  const required = once(all.flatMap(permissionsFor));
  const known = new Set(required.map(describePermission));
  const optional = once(all.flatMap(optionalPermissionsFor)).filter((one) => !known.has(describePermission(one)));
  return { required, optional };
}

function once(list: readonly Permission[]): readonly Permission[] {
  return [...new Map(list.map((one) => [describePermission(one), one])).values()];
}
