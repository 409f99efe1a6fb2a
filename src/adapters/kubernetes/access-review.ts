import type { Permission } from '../../seldon/permission.ts';
import { readJson } from './api-status.ts';
import type { ApiConnection } from './connection/connection.ts';

interface RulesReview {
  readonly status?: { readonly resourceRules?: readonly Rule[] };
}

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

/**
 * The permissions in `wanted` that the user does not have. One review lists all rules. The list may be incomplete
 * (webhook authorizers), so permissions that it does not grant are checked one by one.
 */
export async function missingPermissions(
  connection: ApiConnection,
  namespace: string,
  wanted: readonly Permission[],
): Promise<readonly Permission[]> {
  const rules = await rulesIn(connection, namespace);
  const doubtful = wanted.filter((permission) => !rules.some((rule) => grants(rule, permission)));
  const allowed = await Promise.all(doubtful.map((permission) => isAllowed(connection, namespace, permission)));
  return doubtful.filter((_, index) => !allowed[index]);
}

async function rulesIn(connection: ApiConnection, namespace: string): Promise<readonly Rule[]> {
  const answer = await review(connection, 'SelfSubjectRulesReview', { namespace });
  // Some platforms do not support the list. Then all permissions are checked one by one.
  if (answer.status !== 401 && answer.status >= 400 && answer.status < 500) return [];
  const asked = { verb: 'create', resource: 'selfsubjectrulesreviews.authorization.k8s.io', namespace };
  return readJson<RulesReview>(answer, asked).status?.resourceRules ?? [];
}

async function isAllowed(
  connection: ApiConnection,
  namespace: string,
  { verb, group, resource: full }: Permission,
): Promise<boolean> {
  const [resource, subresource] = full.split('/');
  const resourceAttributes = { namespace, verb, group, resource, ...(subresource !== undefined && { subresource }) };
  const answer = await review(connection, 'SelfSubjectAccessReview', { resourceAttributes });
  const asked = { verb: 'create', resource: 'selfsubjectaccessreviews.authorization.k8s.io', namespace };
  return readJson<AccessReview>(answer, asked).status?.allowed === true;
}

function review(connection: ApiConnection, kind: string, spec: unknown) {
  return connection.request({
    method: 'POST',
    path: `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`,
    body: JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind, spec }),
  });
}

/** RBAC: `*` means all, `*` before a slash means that subresource of all; a rule with resource names grants only those objects. */
function grants(rule: Rule, { verb, group, resource }: Permission): boolean {
  if ((rule.resourceNames ?? []).length > 0) return false;
  const [, subresource] = resource.split('/');
  const resources = ['*', resource, ...(subresource === undefined ? [] : [`*/${subresource}`])];
  return (
    ['*', verb].some((one) => rule.verbs.includes(one)) &&
    ['*', group].some((one) => rule.apiGroups?.includes(one)) &&
    resources.some((one) => rule.resources?.includes(one))
  );
}
