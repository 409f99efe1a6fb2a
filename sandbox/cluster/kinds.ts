/** One resource of the API, as a CustomResourceDefinition or the API server's own code declares it. */
export interface Kind {
  readonly group: string;
  /** The first is the storage version; the others differ only in `apiVersion`. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Declared by a CustomResourceDefinition. */
  readonly custom: boolean;
  /** Has `metadata.generation`. */
  readonly generation: boolean;
  /** A new annotation is a new generation, as for Deployments. */
  readonly countsAnnotations: boolean;
  /** Has the subresource `status`: the main resource cannot write it. */
  readonly status: boolean;
}

function core(kind: string, traits: Partial<Kind> = {}): Kind {
  return { ...plain, kind, plural: pluralOf(kind), ...traits };
}

function custom(group: string, versions: readonly string[], kind: string): Kind {
  return { ...plain, group, versions, kind, plural: pluralOf(kind), generation: true, custom: true };
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}

const never = { custom: false, generation: false, countsAnnotations: false, status: false };
const plain = { group: '', versions: ['v1'], namespaced: true, ...never };
const counted = { generation: true, status: true } as const;

export const NAMESPACE = core('Namespace', { namespaced: false, status: true });
export const POD = core('Pod', { status: true });
export const SERVICE = core('Service', { status: true });
export const SECRET = core('Secret');
export const CONFIG_MAP = core('ConfigMap');
export const EVENT = core('Event');
export const SERVICE_ACCOUNT = core('ServiceAccount');
export const RESOURCE_QUOTA = core('ResourceQuota', { status: true });
export const DEPLOYMENT = core('Deployment', { group: 'apps', ...counted, countsAnnotations: true });
export const REPLICA_SET = core('ReplicaSet', { group: 'apps', ...counted });
export const HORIZONTAL_POD_AUTOSCALER = core('HorizontalPodAutoscaler', {
  group: 'autoscaling',
  versions: ['v2'],
  status: true,
});
export const SELDON_DEPLOYMENT: Kind = {
  ...custom('machinelearning.seldon.io', ['v1', 'v1alpha3', 'v1alpha2'], 'SeldonDeployment'),
  status: true,
};
export const VALIDATING_WEBHOOK = core('ValidatingWebhookConfiguration', {
  group: 'admissionregistration.k8s.io',
  namespaced: false,
  generation: true,
});

export const KINDS: readonly Kind[] = [
  NAMESPACE,
  POD,
  SERVICE,
  SECRET,
  CONFIG_MAP,
  EVENT,
  SERVICE_ACCOUNT,
  RESOURCE_QUOTA,
  DEPLOYMENT,
  REPLICA_SET,
  core('Lease', { group: 'coordination.k8s.io' }),
  HORIZONTAL_POD_AUTOSCALER,
  SELDON_DEPLOYMENT,
  custom('getambassador.io', ['v2', 'v3alpha1'], 'Mapping'),
  custom('getambassador.io', ['v2', 'v3alpha1'], 'TLSContext'),
  custom('networking.istio.io', ['v1alpha3', 'v1beta1'], 'VirtualService'),
  custom('networking.istio.io', ['v1alpha3', 'v1beta1'], 'DestinationRule'),
  VALIDATING_WEBHOOK,
];

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, versions }: Kind, version = versions[0] ?? ''): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, or `pods`: the resource as in errors. */
export function resourceName({ plural, group }: Kind): string {
  return group === '' ? plural : `${plural}.${group}`;
}
