import { UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import type { HttpAnswer, OpenEndpoint } from '../base/ports.ts';
import { rcloneRemoteOf } from '../model/storage-uri.ts';
import { optionalPermissionsFor, permissionsFor, roleFor } from '../plan/permissions.ts';
import type { Metrics } from '../proof/evidence/metrics.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { describePermission } from '../seldon/permission.ts';
import type { GraphNode } from '../seldon/seldon-deployment.ts';
import type { Config } from '../settings/config.ts';

/** Ends the run before any change if a permission is missing. The error names the permission and the Role that grants it. */
export async function checkPermissions(
  {
    cluster,
    metrics,
    ref,
    config,
  }: {
    readonly cluster: Cluster;
    readonly metrics: Metrics | undefined;
    readonly ref: ObjectRef;
    readonly config: Config;
  },
  conclude: Conclude,
): Promise<void> {
  if (config.manifestFile !== undefined)
    return conclude(`no cluster is used: the file ${config.manifestFile} is the live state`);
  // An unreachable Prometheus is better found now than after the canary is deployed.
  await metrics?.query('vector(1)');
  const wanted = permissionsFor(config);
  const optional = optionalPermissionsFor(config);
  const lacking = await cluster.missingPermissions(ref.namespace, [...wanted, ...optional]);
  const missing = lacking.filter((one) => !optional.includes(one));
  if (missing.length === 0) {
    const without = lacking.map(describePermission).join(', ');
    const note = without === '' ? '' : `; without \`${without}\` the requests of the steps are not counted`;
    return conclude(`all permissions are there, namespace ${ref.namespace} of ${cluster.server}${note}`);
  }
  const list = missing.map(describePermission).join(', ');
  throw new UserError(
    'cluster-forbidden',
    `the user of this kubeconfig has no permission in namespace ${ref.namespace} for: ${list}`,
    {
      hint: `bind this Role to it, if the namespace is the right one:\n\n${roleFor(ref.namespace, [...wanted, ...optional])}`,
    },
  );
}

/** Milliseconds for one look at the gateway. */
const LOOK_MS = 5_000;

/** Looks at a host name that is not found: one failure of a name server is no proof. */
const MOST_LOOKS = 3;

/**
 * A gateway without TLS answers no https request, now or later, and a wrong host name stays wrong. Any other silence may end
 * with the first route.
 * @throws UserError bad-input
 */
export async function checkIngress(openEndpoint: OpenEndpoint, { proof }: Pick<Config, 'proof'>): Promise<void> {
  const { ingressUrl } = proof;
  if (ingressUrl === undefined) return;
  const endpoint = openEndpoint(ingressUrl);
  const look = () => endpoint.send({ method: 'GET', path: '/', timeout: LOOK_MS });
  let answer = await look();
  for (let looks = 1; looks < MOST_LOOKS && isNameUnknown(answer); looks++) answer = await look();
  if (isNameUnknown(answer))
    throw new UserError('bad-input', `this runner does not find the host of \`ingress-url\` (${ingressUrl})`, {
      hint: 'correct the host name; a name of a private network needs a runner inside, or leave `ingress-url` out: the model is then proven through the API server only',
    });
  if (answer.kind === 'answer' || !answer.message.includes('speaks HTTP, not HTTPS')) return;
  throw new UserError('bad-input', `the gateway of \`ingress-url\` (${ingressUrl}) speaks HTTP, not HTTPS`, {
    hint: `write \`${ingressUrl.replace(/^https/, 'http')}\`, or name the port of the gateway that has TLS`,
  });
}

function isNameUnknown(answer: HttpAnswer): boolean {
  return answer.kind === 'unreachable' && answer.message.includes('(ENOTFOUND)');
}

/**
 * Checks the Secret with the storage credentials, if the user has permission to read it.
 * @param hasNamespace throws if the namespace itself is missing
 * @returns warnings
 * @throws UserError secret-unusable if the Secret does not exist, because no pod could start
 */
export async function checkSecret(
  cluster: Cluster,
  ref: ObjectRef,
  { node, hasNamespace }: { readonly node: GraphNode; readonly hasNamespace: () => Promise<unknown> },
): Promise<readonly string[]> {
  const name = node.envSecretRefName;
  if (name === undefined) return [];
  const keys = await cluster.secretKeys({ namespace: ref.namespace, name });
  if (keys === 'forbidden') return [];
  if (keys === 'missing') {
    await hasNamespace();
    throw new UserError('secret-unusable', `Secret ${ref.namespace}/${name} does not exist`, {
      hint: 'create it with the `RCLONE_CONFIG_*` keys of your storage, or correct the input `env-secret`',
    });
  }
  const remote = rcloneRemoteOf(node.modelUri ?? '');
  const key = `RCLONE_CONFIG_${remote?.toUpperCase()}_TYPE`;
  if (remote === undefined || remote === 'gs' || keys.includes(key) || node['storageInitializerImage'] !== undefined)
    return [];
  return [
    `Secret ${ref.namespace}/${name} has no key \`${key}\`: Seldon's storage initializer is rclone, and \`${remote}\` in ` +
      `${node.modelUri} is the name of an rclone remote`,
  ];
}
