import { DEPLOYMENT, type Kind, NAMESPACE, POD, SECRET, SELDON_DEPLOYMENT, SERVICE } from './kinds.ts';
import { isTree, type KubeObject, type Tree } from './objects.ts';

/** The defaults that the API server writes into an object, so that clients that compare objects see them here too. */
export function withDefaults(kind: Kind, object: KubeObject, live: KubeObject | undefined): KubeObject {
  const spec = treeOf(object.spec);
  if (kind === DEPLOYMENT) return { ...object, spec: deploymentSpec(spec), status: object.status ?? {} };
  if (kind === POD) {
    const account = { serviceAccountName: 'default', enableServiceLinks: true };
    return { ...object, spec: { ...account, ...podSpec(spec) }, status: object.status ?? { phase: 'Pending' } };
  }
  if (kind === SERVICE) return { ...object, spec: serviceSpec(spec, treeOf(live?.spec)), status: { loadBalancer: {} } };
  if (kind === SECRET) return secret(object);
  if (kind === NAMESPACE) return namespace(object);
  if (kind === SELDON_DEPLOYMENT) return { ...object, ...(isTree(object.spec) && { spec: withPortProtocols(spec) }) };
  return object;
}

function deploymentSpec(spec: Tree): Tree {
  const template = treeOf(spec['template']);
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy: { type: 'RollingUpdate', ...treeOf(spec['strategy']), rollingUpdate: rollingUpdate(spec) },
    template: { ...template, spec: podSpec(treeOf(template['spec'])) },
  };
}

function rollingUpdate(spec: Tree): Tree {
  return { maxUnavailable: '25%', maxSurge: '25%', ...treeOf(treeOf(spec['strategy'])['rollingUpdate']) };
}

function podSpec(spec: Tree): Tree {
  const { initContainers } = spec;
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...(Array.isArray(initContainers) && { initContainers: initContainers.map(container) }),
    containers: listOf(spec['containers']).map(container),
  };
}

function container(value: unknown): Tree {
  const given = treeOf(value);
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((name) => isTree(given[name]));
  const image = String(given['image'] ?? '');
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: /:(?!latest$)[^/]+$/.test(image) ? 'IfNotPresent' : 'Always',
    ...given,
    ...(Array.isArray(given['ports']) && { ports: given['ports'].map(tcp) }),
    ...Object.fromEntries(probes.map((name) => [name, probe(treeOf(given[name]))])),
  };
}

function probe(given: Tree): Tree {
  const { httpGet } = given;
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...given,
    ...(isTree(httpGet) && { httpGet: { path: '/', scheme: 'HTTP', ...httpGet } }),
  };
}

let addresses = 0;

function serviceSpec(spec: Tree, live: Tree): Tree {
  const clusterIP = spec['clusterIP'] ?? live['clusterIP'] ?? `10.96.${(++addresses >> 8) & 255}.${addresses & 255}`;
  const ports = listOf(spec['ports']).map((one) => ({ targetPort: treeOf(one)['port'], ...tcp(one) }));
  return {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
    ...spec,
    ports,
    clusterIP,
    clusterIPs: [clusterIP],
  };
}

function secret({ stringData, ...object }: KubeObject): KubeObject {
  const added = Object.entries(treeOf(stringData)).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  return { type: 'Opaque', ...object, data: { ...treeOf(object['data']), ...Object.fromEntries(added) } };
}

function namespace(object: KubeObject): KubeObject {
  const labels = { 'kubernetes.io/metadata.name': object.metadata.name, ...object.metadata.labels };
  const status = object.status ?? { phase: 'Active' };
  return { ...object, metadata: { ...object.metadata, labels }, spec: { finalizers: ['kubernetes'] }, status };
}

/** The only default in Seldon's CRD. */
function withPortProtocols(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPortProtocols);
  if (!isTree(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    key === 'ports' && Array.isArray(item) ? item.map(tcp) : withPortProtocols(item),
  ]);
  return Object.fromEntries(entries);
}

function tcp(port: unknown): Tree {
  return { protocol: 'TCP', ...treeOf(port) };
}

export function treeOf(value: unknown): Tree {
  return isTree(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
