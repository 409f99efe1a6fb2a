import { apiVersionOf, KINDS, type Kind } from './kinds.ts';
import type { Tree } from './objects.ts';

/** A parsed path below `/api` or `/apis`. */
export interface Target {
  readonly kind: Kind;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** The path after the subresource `proxy`. */
  readonly rest: string;
}

/** The resources of this server. */
export interface Served {
  readonly kinds: readonly Kind[];
  /** Versions that it does not serve: `machinelearning.seldon.io/v1`. */
  readonly without?: readonly string[];
}

function versionsOf(kind: Kind, without: readonly string[]): readonly string[] {
  return kind.versions.filter((version) => !without.includes(apiVersionOf(kind, version)));
}

/** `/apis/<group>/<version>/namespaces/<namespace>/<plural>/<name>/<subresource>/…`, and the shorter ones. */
export function parsePath(path: string, { kinds, without = [] }: Served): Target | undefined {
  const [, root, ...parts] = path.split('/');
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group = '', version = '', ...inside] = root === 'api' ? ['', ...parts] : parts;
  const isNamespaced = inside[0] === 'namespaces' && inside.length > 2 && !isNamespacePart(inside[2]);
  const [plural, name, subresource, ...rest] = isNamespaced ? inside.slice(2) : inside;
  const kind = kinds.find(
    (one) => one.group === group && one.plural === plural && versionsOf(one, without).includes(version),
  );
  if (kind === undefined || (isNamespaced && !kind.namespaced)) return undefined;
  return {
    kind,
    version,
    namespace: isNamespaced ? decodeURIComponent(inside[1] ?? '') : undefined,
    name: name === undefined || name === '' ? undefined : decodeURIComponent(name),
    subresource: subresource === '' ? undefined : subresource,
    rest: rest.join('/'),
  };
}

function isNamespacePart(part: string | undefined): boolean {
  return part === 'status' || part === 'finalize';
}

const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  configmaps: ['cm'],
  deployments: ['deploy'],
  events: ['ev'],
  namespaces: ['ns'],
  pods: ['po'],
  replicasets: ['rs'],
  seldondeployments: ['sdep'],
  services: ['svc'],
};

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** `/version`, `/healthz` and the discovery of groups and resources; undefined for any other path. */
export function discover(path: string, served: Served = { kinds: KINDS }): Tree | string | undefined {
  const { kinds } = served;
  if (['/healthz', '/livez', '/readyz'].includes(path)) return 'ok';
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.4', platform: 'sandbox' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  const groups = [...new Set(kinds.map(({ group }) => group))].filter(Boolean).map((name) => groupOf(name, served));
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  const group = groups.find(({ name }) => path === `/apis/${name}`);
  if (group !== undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...group };
  return resourcesAt(path.replace(/^\/apis?\//, ''), path, served);
}

function groupOf(name: string, { kinds, without = [] }: Served) {
  const ofGroup = kinds.filter(({ group }) => group === name);
  const versions = [...new Set(ofGroup.flatMap((kind) => versionsOf(kind, without)))];
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

function resourcesAt(groupVersion: string, path: string, { kinds, without = [] }: Served): Tree | undefined {
  const isCore = path.startsWith('/api/');
  const served = kinds.filter(
    (kind) =>
      (kind.group === '') === isCore &&
      versionsOf(kind, without).some((version) => apiVersionOf(kind, version) === groupVersion),
  );
  if (served.length === 0) return undefined;
  const resources = served.flatMap(({ plural, kind, namespaced, status }) => [
    { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs: VERBS, shortNames: SHORT_NAMES[plural] },
    ...(status
      ? [{ name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] }]
      : []),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}
