import { dump } from 'js-yaml';
import type { Permission } from '../seldon/permission.ts';
import type { Config } from '../settings/config.ts';

const SELDON_GROUP = 'machinelearning.seldon.io';

/** What a run of this kind will ask of the Kubernetes API, in the order it asks. */
export function permissionsFor({
  mode,
  dryRun,
  onFailure,
  proof,
  share,
  lockTimeout,
}: Pick<Config, 'mode' | 'dryRun' | 'onFailure' | 'proof' | 'share' | 'lockTimeout'>): Permission[] {
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
  // Other modes change an object that is there already, and put it back; these may make the first.
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
    // With one predictor the operator's word on its route has to do where nobody may look; weights are never believed.
    ...(mode === 'direct' ? [] : ROUTES),
  ];
}

/** The Lease by which runs take turns. */
const TURNS: readonly Permission[] = ['get', 'create', 'update', 'delete'].map((verb) => {
  return { verb, group: 'coordination.k8s.io', resource: 'leases' };
});

/** The ingress's routes: needed where several predictors share the requests, else read where it is allowed. */
const ROUTES: readonly Permission[] = [
  { verb: 'list', group: 'getambassador.io', resource: 'mappings' },
  { verb: 'get', group: 'networking.istio.io', resource: 'virtualservices' },
  { verb: 'list', group: '', resource: 'services' },
];

/** The Role, as YAML, that grants all of it. */
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
