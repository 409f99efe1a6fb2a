import { dump } from 'js-yaml';
import type { Permission } from '../seldon/permission.ts';
import type { Config } from '../settings/config.ts';

const SELDON_GROUP = 'machinelearning.seldon.io';

type PermissionConfig = Pick<Config, 'mode' | 'dryRun' | 'onFailure' | 'proof' | 'share' | 'lockTimeout' | 'gate'>;

/** What a run of this kind will ask of the Kubernetes API, in the order it asks. */
export function permissionsFor({
  mode,
  dryRun,
  onFailure,
  proof,
  share,
  lockTimeout,
  gate,
}: PermissionConfig): Permission[] {
  const seldon = (verb: string) => ({ verb, group: SELDON_GROUP, resource: 'seldondeployments' });
  const core = (verb: string, resource: string) => ({ verb, group: '', resource });
  const looking = [
    { verb: 'list', group: 'apps', resource: 'deployments' },
    { verb: 'watch', group: 'apps', resource: 'deployments' },
    core('list', 'pods'),
    core('watch', 'pods'),
  ];
  if (mode === 'status') return [seldon('get'), ...looking];
  const turns = lockTimeout === undefined ? [] : TURNS;
  if (mode === 'lock' || mode === 'unlock') return [...TURNS];
  if (mode === 'remove') return [seldon('get'), seldon('delete'), ...turns, ...looking];
  if (mode === 'sweep') return [seldon('list'), seldon('get'), seldon('delete'), ...turns, ...looking];
  // Other modes change and restore an existing object. These modes may create it.
  const makesOne = mode === 'direct' || share.routing === 'ambassador-annotations';
  // Server-side apply of a new object is a PATCH that the API server also checks as a create.
  const applying = [seldon('get'), ...(makesOne ? [seldon('create')] : []), seldon('patch')];
  if (dryRun) return applying;
  return [
    ...applying,
    ...(makesOne && onFailure === 'rollback' ? [seldon('delete')] : []),
    ...turns,
    ...looking,
    core('get', 'pods/log'),
    core('list', 'events'),
    ...(proof.access === 'api-server' ? [core('get', 'services/proxy'), core('create', 'services/proxy')] : []),
    // With one predictor, the operator's status of the route is enough without permission to read it; weights must be read.
    ...(mode === 'direct' && !share.proveFirst ? [] : ROUTES),
    ...(readsExecutors({ mode, dryRun, share, gate }) && gate.policy === 'strict' ? [POD_PROXY] : []),
  ];
}

/** What a run does without where it may not: the requests of a canary are not counted then, and the report says so. */
export function optionalPermissionsFor(config: PermissionConfig): Permission[] {
  return readsExecutors(config) && config.gate.policy === 'auto' ? [POD_PROXY] : [];
}

const POD_PROXY: Permission = { verb: 'get', group: '', resource: 'pods/proxy' };

/** Without Prometheus the executors themselves are asked what they counted. */
function readsExecutors({ mode, dryRun, share, gate }: Pick<Config, 'mode' | 'dryRun' | 'share' | 'gate'>): boolean {
  const counts = (mode === 'canary' && share.steps.length > 0) || gate.bake !== undefined;
  return counts && !dryRun && gate.prometheusUrl === undefined;
}

/** The Lease by which runs take turns. */
const TURNS: readonly Permission[] = ['get', 'create', 'update', 'delete'].map((verb) => {
  return { verb, group: 'coordination.k8s.io', resource: 'leases' };
});

/** The routes of the ingress: needed if several predictors share the requests, else read if permitted. */
const ROUTES: readonly Permission[] = [
  { verb: 'list', group: 'getambassador.io', resource: 'mappings' },
  { verb: 'get', group: 'networking.istio.io', resource: 'virtualservices' },
  { verb: 'list', group: '', resource: 'services' },
];

/** The Role, as YAML, that grants all permissions. */
export function roleFor(namespace: string, wanted: readonly Permission[]): string {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>();
  for (const { group, resource, verb } of new Set([...wanted, ...ROUTES])) {
    const key = `${group}/${resource}`;
    const rule = rules.get(key) ?? { apiGroups: [group], resources: [resource], verbs: [] };
    rule.verbs.push(verb);
    rules.set(key, rule);
  }
  return dump(
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'mlflow-to-seldon', namespace },
      rules: [...rules.values()],
    },
    { flowLevel: 4 },
  );
}
