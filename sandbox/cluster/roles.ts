import { loadAll } from 'js-yaml';
import type { Rule, SandboxUser } from './access.ts';

/** A role or a binding of `rbac.authorization.k8s.io/v1`, as a manifest writes it. */
export interface RbacObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly RbacRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** A rule, as a Role writes it. */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The objects of manifests, of which one may hold several documents. */
export function rbacObjects(...manifests: readonly string[]): readonly RbacObject[] {
  return manifests.flatMap((text) => loadAll(text) as RbacObject[]);
}

export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The user that a service account is, with the rules that its bindings give it: a RoleBinding grants a Role or a
 * ClusterRole in its own namespace, a ClusterRoleBinding grants a ClusterRole everywhere.
 */
export function serviceAccountUser(
  objects: readonly RbacObject[],
  { namespace, name }: ServiceAccountRef,
  token: string,
): SandboxUser {
  const bindings = objects.filter(({ subjects = [] }) =>
    subjects.some((one) => one.kind === 'ServiceAccount' && one.name === name && one.namespace === namespace),
  );
  const rules = bindings.flatMap((binding) => rulesOf(binding, objects));
  return { name: `system:serviceaccount:${namespace}:${name}`, token, rules };
}

function rulesOf({ kind, metadata, roleRef }: RbacObject, objects: readonly RbacObject[]): readonly Rule[] {
  const role = objects.find(
    (one) =>
      one.kind === roleRef?.kind &&
      one.metadata.name === roleRef.name &&
      (one.kind === 'ClusterRole' || one.metadata.namespace === metadata.namespace),
  );
  if (role === undefined) throw new Error(`${kind} ${metadata.name} names a role that is not there`);
  return (role.rules ?? []).map(({ apiGroups, resources, verbs, resourceNames }) => ({
    groups: apiGroups,
    resources,
    verbs,
    ...(resourceNames !== undefined && { names: resourceNames }),
    ...(kind === 'RoleBinding' && { namespaces: [metadata.namespace ?? ''] }),
  }));
}
